import { readNumber } from './phone-number.ts';

/**
 * The numbers of a card file that have no country code and belong to somebody without another address, read as they
 * are dialled from `country`: `tel:` URIs by the number as it stands in the file.
 */
export async function cardNumbers(
  text: string,
  country: string | null,
): Promise<Readonly<Record<string, string>>> {
  if (country === null) return {};
  const { readVCards } = await import('../../protocol/vcard.ts');
  const found: Record<string, string> = {};
  for (const { addresses, phones } of readVCards(text)?.cards ?? []) {
    if (addresses.length > 0) continue;
    for (const { number } of phones) {
      if (/^\s*(\+|00)/.test(number)) continue;
      const read = await readNumber(number, country);
      if (read.ok) found[number] = read.uri;
    }
  }
  return found;
}
