import type { Aor, Domain, Users } from '../sip/contract.ts';
import type { Refused } from './conference.ts';

/** Who may be brought into a conversation: their AORs, or whom there is nobody of. */
export type Admission = (
  uris: readonly string[],
) => { readonly ok: true; readonly people: readonly Aor[] } | Refused;

/** People of this domain. All or nobody: a conversation never begins with a part of those who were meant. */
export function createAdmission(domain: Domain, users: Users): Admission {
  return (uris) => {
    const people = new Set<Aor>();
    const foreign: string[] = [];
    const unknown: string[] = [];
    for (const uri of uris) {
      const aor = domain.aorOf(uri);
      if (aor === null) foreign.push(uri);
      else if (!users.exists(aor)) unknown.push(uri);
      else people.add(aor);
    }
    if (foreign.length > 0)
      return { ok: false, status: 403, reason: 'Only people of this domain can be added', people: foreign };
    return unknown.length > 0
      ? { ok: false, status: 404, reason: 'There is nobody with this address', people: unknown }
      : { ok: true, people: [...people] };
  };
}
