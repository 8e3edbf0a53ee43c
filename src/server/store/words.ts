/** How people and groups are found by words: text in lower case without accents, every word findable by its beginning. */

/** Lower case, no accents, one space between words; digits, letters and `+` only. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+]+/gu, ' ')
    .trim();
}

/** The words of a question; what is beyond eight words of 60 characters is not looked at. */
export function wantedWords(text: string): string[] {
  return fold(text.slice(0, 500))
    .split(' ')
    .filter(Boolean)
    .slice(0, 8)
    .map((word) => word.slice(0, 60));
}

/** Text to find something by: each word with a space before it, so that a beginning is found by `includes`. */
export function findable(parts: readonly (string | undefined)[]): string {
  return ` ${fold(parts.filter((part) => part !== undefined).join(' '))}`;
}

/** Whether every word begins a word of a `findable` text. */
export function isFound(text: string, wanted: readonly string[]): boolean {
  return wanted.every((word) => text.includes(` ${word}`));
}

/** What a person is found by: name, user part of the address, title, team, company and numbers. */
export function findablePerson(person: {
  readonly aor: string;
  readonly name: string;
  readonly title?: string;
  readonly team?: string;
  readonly company?: string;
  readonly phones?: readonly { readonly number: string }[];
}): string {
  const user = person.aor.slice('sip:'.length).split('@')[0] ?? '';
  const numbers = (person.phones ?? []).map((phone) => phone.number.replace(/[^\d+]/g, ''));
  return findable([person.name, user, person.title, person.team, person.company, ...numbers]);
}
