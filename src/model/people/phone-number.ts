/**
 * Telephone numbers as people write them, to E.164 (features.md C06). The rules of the world's numbers are 46 kB and
 * come with the first number that is read.
 */

/** `uri`: `tel:+…` (RFC 3966), with `;ext=` where one was written. `why` says what to write instead. */
export type ReadNumber =
  | { readonly ok: true; readonly uri: string; readonly shown: string }
  | { readonly ok: false; readonly why: string };

const SENTENCES: Readonly<Record<string, string>> = {
  NOT_A_NUMBER: 'This is not a telephone number.',
  INVALID_COUNTRY: 'This number has no country code. Write it with one, such as +49 30 123456.',
  TOO_SHORT: 'This number is too short. Write it in full, such as +49 30 123456.',
  TOO_LONG: 'This number is too long. Check it and try again.',
};
const WRONG = 'This number has the wrong length. Check it and try again.';
/** People write none that is longer. */
const LONGEST = 80;

/** `country` (ISO 3166, such as `DE`) holds for numbers without a country code; null: they are refused. */
export async function readNumber(text: string, country: string | null): Promise<ReadNumber> {
  const rules = await import('libphonenumber-js/max');
  const read = (written: string): ReadNumber => {
    try {
      const usual = country !== null && rules.isSupportedCountry(country) ? country : undefined;
      const number = rules.parsePhoneNumberWithError(written, {
        ...(usual && { defaultCountry: usual }),
        extract: false,
      });
      if (number.isPossible()) return { ok: true, uri: number.getURI(), shown: number.formatInternational() };
      const length = rules.validatePhoneNumberLength(number.number) ?? '';
      return { ok: false, why: SENTENCES[length] ?? WRONG };
    } catch (error) {
      // The library's way to say what is wrong with the text; anything else is a fault of ours.
      if (error instanceof rules.ParseError) return { ok: false, why: SENTENCES[error.message] ?? WRONG };
      throw error;
    }
  };
  if (text.length > LONGEST) return { ok: false, why: SENTENCES['TOO_LONG'] ?? WRONG };
  const written = text.trim().replace(/^tel:/i, '').replace(/;ext=/i, ' ext. ');
  const number = read(written);
  // `00` leads abroad in most countries, and people write it in the others too.
  return number.ok || !/^00[1-9]/.test(written) ? number : read(`+${written.slice(2)}`);
}

/** The country a person dials from: that of an own number, else of the first language that names one. */
export async function usualCountry(
  own: readonly string[],
  languages: readonly string[],
): Promise<string | null> {
  const international = own.filter((one) => /^(tel:)?\+/.test(one));
  if (international.length > 0) {
    const { parsePhoneNumberFromString } = await import('libphonenumber-js/max');
    for (const one of international) {
      const country = parsePhoneNumberFromString(one.replace(/^tel:/, ''))?.country;
      if (country) return country;
    }
  }
  for (const language of languages) {
    const region = regionOf(language);
    if (region) return region;
  }
  return null;
}

/** `de-AT` names one, `de` does not. */
function regionOf(language: string): string | undefined {
  try {
    return new Intl.Locale(language).region;
  } catch {
    return undefined;
  }
}
