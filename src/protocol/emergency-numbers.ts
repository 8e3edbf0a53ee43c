/**
 * Emergency numbers (features.md T13). Parley knows no reliable place to send help to and does not work without power,
 * so it places no such call and says so. The list is short on purpose: numbers that mean an emergency in many countries
 * hold everywhere, the others only where the person's language says they live, as they are extensions elsewhere.
 */

/** GSM (3GPP TS 22.101 §10.1): 000, 08, 110, 112, 118, 119, 911, 999; `08` alone is too short to be meant here. */
const EVERYWHERE: readonly string[] = ['000', '110', '112', '118', '119', '911', '999'];

/** By ISO 3166 region, beside those above. From the ITU's list of national emergency numbers (E.129). */
const BY_REGION: Readonly<Record<string, string>> = {
  AT: '122 133 144',
  AU: '106',
  BE: '100 101 102',
  BR: '190 192 193',
  CH: '117 144 1414',
  CN: '120 122',
  CZ: '150 155 156 158',
  ES: '061 062 080 085 091 092',
  FR: '15 17 18 114 115 116117 196',
  GB: '101 111 18000',
  GR: '100 108 166 199',
  HU: '104 105 107',
  IL: '100 101 102',
  IN: '100 101 102 108',
  IT: '113 115 117',
  JP: '171',
  MX: '060 065 066 068',
  NO: '113',
  NZ: '111',
  PL: '997 998',
  RU: '101 102 103 104',
  SG: '995',
  TR: '155 156',
  TW: '165',
  UA: '101 102 103 104',
  US: '988',
  ZA: '10111 10177',
};

/** `urn:service:sos`, `…:sos.fire` (RFC 5031 §4.2), and the user part that came before it. */
const SOS = /^(urn:service:sos(\.[\w.-]+)?|sips?:sos(@.*)?)$/i;

/**
 * The emergency number that a target stands for, as it is dialled; null when it is none. `target`: digits as people
 * write them, or a `tel:`, `sip:` or `urn:` address. `regions`: ISO 3166, where the person may be.
 */
export function emergencyNumber(target: string, regions: readonly string[]): string | null {
  if (target.length > 200) return null;
  const written = target.trim();
  if (SOS.test(written)) return 'SOS';
  const user = /^(?:tel:|sips?:)?([^@;?]*)/i.exec(written)?.[1] ?? '';
  const digits = user.replace(/[\s().\-/]/g, '');
  // A national emergency number written with its country code, +49112, is not dialled like that anywhere.
  if (!/^\d{2,6}$/.test(digits)) return null;
  const here = regions.flatMap((region) => (BY_REGION[region] ?? '').split(' '));
  return EVERYWHERE.includes(digits) || here.includes(digits) ? digits : null;
}

/** The regions that languages name: `de-AT` names one, `de` none. */
export function regionsOf(languages: readonly string[]): readonly string[] {
  return languages.flatMap((language) => /[-_]([A-Z]{2})\b/.exec(language)?.[1] ?? []);
}

/** Why such a call is not placed, where there is only room for a sentence. */
export function emergencyWords(number: string): string {
  return `Parley cannot call emergency services (${number}): it does not know reliably where you are. Use a telephone.`;
}
