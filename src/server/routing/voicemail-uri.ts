import type { Aor, Domain } from '../sip/contract.ts';

/** The address that takes messages for everybody. */
export function voicemailAor(domain: Pick<Domain, 'name'>): Aor {
  return `sip:voicemail@${domain.name}`;
}

/** … for one person, and why the call comes (RFC 4458). */
export function voicemailUri(domain: Pick<Domain, 'name'>, owner: Aor, cause: number): string {
  const target = owner.slice('sip:'.length).replace('@', '%40');
  return `${voicemailAor(domain)};target=${target};cause=${cause}`;
}
