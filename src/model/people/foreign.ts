import { domainOf } from '../../protocol/canonical-id.ts';

/**
 * Whether this person belongs to another organisation than `me`: their addresses are of different domains (features.md
 * F02). A telephone number is nobody's organisation, and before sign-in nobody is foreign.
 */
export function isForeign(aor: string, me: string): boolean {
  return /^sips?:[^@]+@/i.test(aor) && me.includes('@') && domainName(aor) !== domainName(me);
}

/** The domain of an address of another organisation, `partner.example`; null for a colleague. */
export function foreignDomain(aor: string, me: string): string | null {
  return isForeign(aor, me) ? domainName(aor) : null;
}

/** Without port and parameters, in lower case. */
function domainName(aor: string): string {
  return domainOf(aor)
    .replace(/[;?].*$/, '')
    .replace(/:\d+$/, '')
    .toLowerCase();
}
