/** Who sees what of the account (RFC 5025), as far as the contact list and the Privacy page decide it. */
import type { AccessLevel, AccessPolicy, GroupLevel } from '../../protocol/access-levels.ts';
import { accessPolicyOf, encodeAccessPolicy } from '../../protocol/access-policy.ts';
import { canonicalId } from '../../protocol/canonical-id.ts';
import { decodePresRules, type Rule } from '../../protocol/pres-rules.ts';
import { omit } from '../../store/omit.ts';
import type { ContactEdit } from '../../store/rows.ts';
import type { AccessSettings } from '../contract.ts';

/** The policy in a document; null when it cannot be read. */
export function readAccess(text: string, ownDomain: string, now: number): AccessPolicy | null {
  const rules = decodePresRules(text);
  return rules.ok ? accessPolicyOf(rules.value, ownDomain, now) : null;
}

/** Whether an edit is about the rules, and not about the list alone. */
export function touchesAccess({ edit }: ContactEdit): boolean {
  return ACCESS_EDITS.has(edit);
}
const ACCESS_EDITS = new Set(['block', 'level', 'group-level', 'domain-level', 'newcomers']);

/** `before`: the own level of a blocked person, given back when they are let in again. */
export function applyAccessEdit(
  policy: AccessPolicy,
  edit: ContactEdit,
  before: AccessLevel | undefined,
): AccessPolicy {
  switch (edit.edit) {
    case 'block':
      return withLevel(policy, edit.aor, edit.blocked ? 'blocked' : (before ?? null), edit.blocked);
    case 'level':
      return withLevel(policy, edit.aor, edit.level, true);
    case 'domain-level': {
      const domains = omit(policy.domains, edit.domain);
      return { ...policy, domains: edit.level ? { ...domains, [edit.domain]: edit.level } : domains };
    }
    case 'newcomers': {
      const { colleagues = policy.colleagues, others = policy.others } = edit;
      return { ...policy, colleagues, others };
    }
    default:
      return policy;
  }
}

/** `always` false: only somebody who is blocked is given another level. Numbers have none. */
function withLevel(
  policy: AccessPolicy,
  aor: string,
  level: AccessLevel | null,
  always: boolean,
): AccessPolicy {
  const who = canonicalId(aor);
  if (!who.startsWith('sip:') || (!always && policy.people[who] !== 'blocked')) return policy;
  const people = omit(policy.people, who);
  return { ...policy, people: level ? { ...people, [who]: level } : people };
}

/** As the Privacy page shows it. */
export function settingsOf({ people, domains, colleagues, others }: AccessPolicy): AccessSettings {
  return {
    people: Object.entries(people).map(([aor, level]) => ({ aor, level })),
    domains: Object.entries(domains).map(([domain, level]) => ({ domain, level })),
    ...{ colleagues, others },
  };
}

/**
 * The document to write in the place of `text`, or null when that one says the same. `kept`: whether the server keeps
 * levels apart; null while that is not known, and then nothing that the document says of it is changed. A document of
 * another client is replaced only when the person `asked` for a change.
 */
export function nextRules(
  text: string | null,
  policy: AccessPolicy,
  groups: readonly GroupLevel[],
  kept: boolean | null,
  asked: boolean,
): string | null {
  const read = text === null ? null : decodePresRules(text);
  const rules = read?.ok ? read.value : null;
  if (text !== null && !asked && !rules?.every(isOurs)) return null;
  const next = encodeAccessPolicy({ ...policy, groups }, kept ?? rules?.some(hasClasses) ?? false);
  if (!rules) return next;
  const decoded = decodePresRules(next);
  return decoded.ok && JSON.stringify(decoded.value) === JSON.stringify(rules) ? null : next;
}

const OURS =
  /^(?:(?:delegates|group|domain|colleagues|others)-)?(?:personal|team|company|public|blocked|ask)$|^(?:allowed|others)$/;

/** By its name, also those that earlier versions of ours wrote. */
function isOurs({ id }: Rule): boolean {
  return OURS.test(id);
}

function hasClasses({ provides }: Rule): boolean {
  return provides.persons.classes.length > 0;
}
