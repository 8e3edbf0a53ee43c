/** Who may see the account (RFC 5025), as far as the contact list decides it: the blocked ones. */
import { accessListOf, encodeAccessList, type AccessList } from '../../protocol/access-list.ts';
import { decodePresRules } from '../../protocol/pres-rules.ts';
import type { ContactEdit } from '../../store/rows.ts';

/** Somebody without rules: everybody of the service may see them. Servers that want rules get these. */
export const OPEN_ACCESS: AccessList = { blocked: [], allowed: [], default: 'allow' };

/** The rules in a document; null when it cannot be read. */
export function readAccess(text: string, now: number): AccessList | null {
  const rules = decodePresRules(text);
  return rules.ok ? accessListOf(rules.value, now) : null;
}

export function applyAccessEdit(access: AccessList, edit: ContactEdit): AccessList {
  if (edit.edit !== 'block') return access;
  const blocked = access.blocked.filter((aor) => aor !== edit.aor);
  return { ...access, blocked: edit.blocked ? [...blocked, edit.aor] : blocked };
}

export const writeAccess = encodeAccessList;
