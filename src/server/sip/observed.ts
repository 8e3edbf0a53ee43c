import type { SipResponse } from '../../protocol/sip-message.ts';
import type { Answer, Aor, CallObserver } from './contract.ts';
import type { ServedRequest } from './server-transaction.ts';

/** The same request being served, with its first final answer told to the observer. Only INVITEs that begin a call. */
export function observed(
  transaction: ServedRequest,
  callee: Aor | null,
  reaches: boolean,
  calls: CallObserver | null,
): ServedRequest {
  const { request, sender, onBehalfOf } = transaction;
  const begins =
    request.method === 'INVITE' &&
    !request.to.params.has('tag') &&
    // A page that was loaded anew takes its own call over (RFC 3891): no other call.
    !request.headers.some(({ name }) => name === 'Replaces');
  if (calls === null || callee === null || !begins) return transaction;
  const over = calls.begun({
    request,
    caller: sender,
    callee,
    reaches,
    ...(onBehalfOf && { behalf: onBehalfOf }),
  });
  let isOver = false;
  const tell = (status: number, response: SipResponse | null): void => {
    if (status < 200 || isOver) return;
    isOver = true;
    over(status, transaction.isCancelled, response);
  };
  return Object.create(transaction, {
    respond: {
      value(response: SipResponse) {
        tell(response.status, response);
        transaction.respond(response);
      },
    },
    answer: {
      value(answer: Answer) {
        tell(answer.status, null);
        transaction.answer(answer);
      },
    },
  }) as ServedRequest;
}
