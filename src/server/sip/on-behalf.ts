/**
 * Calls that a delegate places for a manager (features.md CD1): From stays the delegate, who proved a password, and
 * P-Preferred-Identity names the manager (RFC 3325). Whoever is called gets `P-Asserted-Identity: <manager>` and
 * `Referred-By: <delegate>`, both said by this server.
 */
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import type { Answer, Aor, Domain, Users } from './contract.ts';
import type { Told } from './forwarding.ts';
import type { ServedRequest } from './server-transaction.ts';

/** Whose delegate somebody is, by what their managers have set. */
interface Managers {
  managersOf(delegate: Aor): { has(manager: Aor): boolean };
}

/** The manager in whose name the request is made, null for one's own, or the refusal. */
function managerIn(
  request: SipRequest,
  sender: Aor,
  domain: Domain,
  managers: Managers | null,
): { readonly manager: Aor | null } | { readonly refusal: Answer } {
  const wanted = request.method === 'INVITE' ? header(request, 'P-Preferred-Identity') : undefined;
  const manager = wanted === undefined ? null : domain.aorOf(parseNameAddr(wanted)?.uri ?? '');
  // A number or another organisation's name is nobody's manager: passed over, as ever (RFC 3325 §9.2).
  if (manager === null || manager === sender) return { manager: null };
  if (managers?.managersOf(sender).has(manager) !== true)
    return { refusal: { status: 403, reason: 'Not their delegate' } };
  // To the manager a delegate speaks for themselves.
  return { manager: manager === domain.aorOf(request.uri) ? null : manager };
}

/** The request with the manager it is made for, as it is when it is for nobody; null: refused, and answered so. */
export function inNameOf(
  served: ServedRequest,
  domain: Domain,
  managers: Managers | null,
): ServedRequest | null {
  const named = managerIn(served.request, served.sender, domain, managers);
  if ('refusal' in named) {
    served.answer(named.refusal);
    return null;
  }
  if (named.manager === null) return served;
  return Object.create(served, { onBehalfOf: { value: named.manager } }) as ServedRequest;
}

/** Who the next hop is told it comes from. */
export function toldOf({ sender, onBehalfOf }: ServedRequest, users: Users): Told {
  const own = { aor: sender, name: users.name(sender) };
  return onBehalfOf === undefined
    ? own
    : { ...own, behalf: { aor: onBehalfOf, name: users.name(onBehalfOf) } };
}
