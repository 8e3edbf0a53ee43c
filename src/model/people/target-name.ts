import type { CallLogRow } from '../../agent/contract.ts';

/** Somebody whom a call went to: as this window knows them; else as the network named them; else the address. */
export function targetName(
  { aor, name }: NonNullable<CallLogRow['forUser']>,
  nameOf: (aor: string) => string,
): string {
  const known = nameOf(aor);
  return name !== '' && known === aor.replace(/^(?:sips?|tel):/, '') ? name : known;
}
