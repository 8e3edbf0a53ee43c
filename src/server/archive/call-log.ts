/**
 * Writes down the calls that go through the proxy, for both ends: nothing of a call depends on it.
 *
 *   caller           proxy              devices of the one called
 *     | INVITE ------> | begun             | rings, or sleeps, or is not there
 *     | <--- final --- | over: one record for each of the two
 *     | BYE ---------> | ended
 */
import type { CallOutcome } from '../../protocol/history-api.ts';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, type SipRequest, type SipResponse } from '../../protocol/sip-message.ts';
import { aorOf, parseUri } from '../../protocol/sip-uri.ts';
import type { Log } from '../log.ts';
import type { CallObserver } from '../sip/contract.ts';
import type { Writer } from '../store/database.ts';
import type { CallTable, NewCall } from './calls.ts';
import type { Ledger } from './ledger.ts';

export interface CallLogOptions {
  readonly calls: CallTable;
  readonly ledger: Ledger;
  readonly writer: Writer;
  readonly now: () => number;
  /** Whether somebody has an account here: of others nothing is kept. */
  readonly isOwn: (aor: string) => boolean;
  readonly log: Log;
}

const LONGEST = 500;

export interface CallLog extends CallObserver {
  /** The database is about to be closed: what ends after that is not written down. */
  stop(): void;
}

export function createCallLog(options: CallLogOptions): CallLog {
  const { calls, ledger, writer, now, isOwn, log } = options;

  let isStopped = false;

  const write = (job: () => void): void => {
    if (isStopped) return;
    writer.write(job).catch((error: unknown) => log.error('call-not-logged', { error }));
  };
  const put = (owner: string, call: NewCall): void => {
    if (isOwn(owner)) calls.put(owner, ledger.keyOf(owner), call);
  };
  return {
    stop: () => void (isStopped = true),
    begun({ request, caller, callee, reaches, behalf }) {
      const at = now();
      const { callId } = request;
      const subject = header(request, 'Subject')?.slice(0, LONGEST);
      const common = {
        callId,
        at,
        video: hasVideo(request),
        ...(subject && { subject }),
        ...(behalf && { onBehalfOf: behalf }),
      };
      // A Call-ID beyond reason is nobody's real call.
      if (callId.length > LONGEST) return () => undefined;
      return (status, isCancelled, response) => {
        const answered = status < 300 ? { answeredAt: now() } : {};
        const device = response && status < 300 ? deviceOf(response) : null;
        const forwardedTo = response && status < 400 && status >= 300 ? targetOf(response) : null;
        const more = { ...answered, ...(forwardedTo !== null && { forwardedTo }) };
        const outgoing = outcomeOut(status, isCancelled);
        const incoming = outcomeIn(status, isCancelled);
        write(() => {
          put(caller, { ...common, ...more, conversationId: callee, direction: 'out', outcome: outgoing });
          if (!reaches || callee === caller) return;
          const own = device === null ? more : { ...more, device };
          const taken = {
            ...common,
            ...own,
            conversationId: caller,
            direction: 'in',
            outcome: incoming,
          } as const;
          // Somebody else took it: theirs it is as well, and the one called reads who it was.
          const taker = response && status < 300 ? takerIn(response) : null;
          if (taker === null || taker === callee) return put(callee, taken);
          put(callee, {
            ...common,
            conversationId: caller,
            direction: 'in',
            outcome: 'forwarded',
            forwardedTo: taker,
            ...answered,
          });
          if (taker !== caller) put(taker, taken);
        });
      };
    },
    ended(callId, by) {
      const at = now();
      write(() => {
        const key = ledger.knownKey(by);
        const peer = key === null ? null : calls.peerOf(key, callId);
        if (key !== null) calls.hungUp(by, key, callId, at);
        const peerKey = peer === null ? null : ledger.knownKey(peer);
        // Theirs is of the same call only when it was with the one who ends it.
        if (peer !== null && peerKey !== null && calls.peerOf(peerKey, callId) === by) {
          calls.hungUp(peer, peerKey, callId, at);
        }
      });
    },
  };
}

function outcomeOut(status: number, isCancelled: boolean): CallOutcome {
  if (status < 300) return 'answered';
  if (isCancelled) return 'cancelled';
  if (status < 400) return 'forwarded';
  if (status === 486 || status === 600) return 'busy';
  if (status === 603) return 'declined';
  if (status === 480 || status === 408 || status === 487) return 'no-answer';
  return status === 404 || status === 604 ? 'unreachable' : 'failed';
}

function outcomeIn(status: number, isCancelled: boolean): CallOutcome {
  if (status < 300) return 'answered';
  if (status < 400) return 'forwarded';
  return status === 603 && !isCancelled ? 'declined' : 'missed';
}

/** A video stream that is offered and not refused (RFC 4566 §5.14). */
function hasVideo({ body }: SipRequest): boolean {
  return /^m=video [1-9]/m.test(body);
}

/** Which device of the one called it was, as its GRUU says (RFC 5627). */
function deviceOf(response: SipResponse): string | null {
  const uri = parseUri(targetOf(response) ?? '');
  const instance = uri?.kind === 'sip' ? uri.params.get('gr') : null;
  return instance && /^urn:uuid:[\w-]{1,60}$/i.test(instance) ? instance : null;
}

/** Who answered for somebody else, as the proxy says and nobody besides (routing/call-router.ts). */
function takerIn(response: SipResponse): string | null {
  return aorOf(parseNameAddr(header(response, 'P-Asserted-Identity') ?? '')?.uri ?? '');
}

function targetOf(response: SipResponse): string | null {
  const uri = parseNameAddr(header(response, 'Contact') ?? '')?.uri ?? null;
  return uri !== null && uri.length <= LONGEST ? uri : null;
}
