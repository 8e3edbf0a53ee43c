/** Access levels by command: of a person, a group or a domain (features.md A06, A10). */
import type { AccessLevel } from '../protocol/access-levels.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { Contacts } from './contacts.ts';
import type { Commands, Outcome } from './contract.ts';

export const NO_LEVELS: Outcome<never> = {
  ok: false,
  why: 'This server keeps no rules about who may see you, so access levels cannot be set here.',
};
const NOBODY: Outcome<never> = { ok: false, why: 'Only people with a SIP address have an access level.' };
const NO_DOMAIN: Outcome<never> = {
  ok: false,
  why: 'This is not the name of a domain, such as example.org.',
};
const DELEGATE: Outcome<never> = {
  ok: false,
  why: 'This person acts for you and therefore has the Team level. Remove them as a delegate first.',
};

/** Host names as they stand behind the @ of an address. */
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

export function setLevel(
  contacts: Contacts,
  of: Commands['set-level'][0]['of'],
  level: AccessLevel | null,
): Promise<Outcome> | Outcome {
  if (!contacts.access()) return NO_LEVELS;
  if ('group' in of) return contacts.edit({ edit: 'group-level', id: of.group, level });
  if ('domain' in of) {
    const domain = of.domain.trim().toLowerCase();
    return DOMAIN.test(domain) ? contacts.edit({ edit: 'domain-level', domain, level }) : NO_DOMAIN;
  }
  const aor = aorOf(of.aor);
  if (aor === null) return NOBODY;
  if (contacts.policy().delegates.includes(aor)) return DELEGATE;
  return contacts.edit({ edit: 'level', aor, level });
}
