/** What the answer to a NOTIFY means for its subscription (RFC 6665 §4.2.2), as a table. */
import { header } from '../../protocol/sip-message.ts';
import { parseRetryAfter } from '../../protocol/sip-values.ts';
import type { Sent } from '../sip/contract.ts';

export type NotifyOutcome =
  | { readonly is: 'delivered' }
  /** The watcher is gone: no final NOTIFY, nobody would take it. */
  | { readonly is: 'over' }
  /** The socket went; the device will come back with another. */
  | { readonly is: 'away' }
  | { readonly is: 'again'; readonly after: number };

/** A first silence may be a dying socket; a second one is the end (RFC 6665 §4.2.2). */
const MAX_FAILURES = 2;
const RETRY = 5_000;
const LONGEST_WAIT = 120_000;

/** `failures`: how many NOTIFYs in a row went wrong before this one. Times in milliseconds. */
export function notifyOutcome(sent: Sent, failures: number): NotifyOutcome {
  if ('lost' in sent) {
    if (sent.lost === 'flow-closed') return { is: 'away' };
    if (sent.lost === 'unsendable') return { is: 'over' };
    return failures + 1 >= MAX_FAILURES ? { is: 'over' } : { is: 'again', after: RETRY };
  }
  const { response } = sent;
  if (response.status < 300) return { is: 'delivered' };
  const wait = parseRetryAfter(header(response, 'Retry-After') ?? '');
  const passing =
    response.status === 503 || response.status === 500 || response.status === 408 || wait !== null;
  if (!passing || failures + 1 >= MAX_FAILURES) return { is: 'over' };
  return { is: 'again', after: Math.min(wait === null ? RETRY : wait * 1000, LONGEST_WAIT) };
}
