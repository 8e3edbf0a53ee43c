import type { SipRequest } from '../../protocol/sip-message.ts';
import type { Connection } from './connection.ts';
import type { Aor } from './contract.ts';
import type { Destination } from './targets.ts';

/** What belongs to a call that is up. A MESSAGE does not: whoever reads it believes its From. */
const OF_A_CALL = new Set(['INVITE', 'ACK', 'BYE', 'UPDATE', 'REFER', 'INFO', 'PRACK', 'NOTIFY']);

/**
 * Whose request inside a call it is, when From does not say: whoever answered in the place of somebody else has the address
 * that was called in From, for as long as the call lasts (RFC 3261 §12.2.1.1). The sealed Route proves that one end of it
 * is theirs, the connection who they are. Null: From says it, and is to be proved.
 */
export function senderInCall(
  request: SipRequest,
  flow: Pick<Connection, 'user' | 'proved'>,
  destination: Destination,
): Aor | null {
  const { user } = flow;
  if (user === null || !OF_A_CALL.has(request.method) || !request.to.params.has('tag')) return null;
  const isTheirs = destination.is === 'device' && destination.dialog?.isEnd(user) === true;
  return isTheirs && flow.proved(user) ? user : null;
}
