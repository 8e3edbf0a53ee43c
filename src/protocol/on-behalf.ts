/**
 * In whose name a call is made (features.md CD1): From is who speaks, P-Asserted-Identity (RFC 3325) is whom they speak
 * for, and Referred-By (RFC 3892) names the first once more. Only a server that knows of the two says all of it: a
 * Referred-By alone is of a transferred call, and proves nothing.
 */
import { domainOf } from './canonical-id.ts';
import { targetOf, type Target } from './history-info.ts';
import { header, headers, type Header } from './sip-message.ts';

/** The manager for whom `from` (an AOR) calls; null for a call in one's own name, and for all that is said by halves. */
export function behalfOf(given: readonly Header[], from: string): Target | null {
  const message = { headers: given };
  const [asserted, ...more] = headers(message, 'P-Asserted-Identity');
  const manager = asserted === undefined || more.length > 0 ? null : targetOf(asserted);
  const by = targetOf(header(message, 'Referred-By') ?? '');
  if (manager === null || manager.aor === from || by?.aor !== from) return null;
  // Nobody acts for somebody of another organisation.
  return domainOf(manager.aor) === domainOf(from) ? manager : null;
}

/** Who has answered in the place of `called` (an AOR), as the server says (RFC 4916, RFC 3325); null: they themselves, or nobody says. */
export function answererOf(given: readonly Header[], called: string): Target | null {
  const [asserted, ...more] = headers({ headers: given }, 'P-Asserted-Identity');
  const answerer = asserted === undefined || more.length > 0 ? null : targetOf(asserted);
  // An exchange names itself, or the line that was called with its own host.
  const isColleague = answerer !== null && domainOf(answerer.aor) === domainOf(called);
  return isColleague && answerer.aor !== called ? answerer : null;
}
