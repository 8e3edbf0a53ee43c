/** What a state of the organisation is called. Apart from its document, so that whoever shows it carries no XML. */
import type { CustomState } from './custom-states.ts';

/**
 * A state's words in the first of these languages (BCP 47) that it has, by lookup (RFC 4647 §3.4): `de-AT`, then `de`;
 * else the words for every other.
 */
export function customWords({ words }: CustomState, languages: readonly string[]): string {
  for (const language of languages) {
    const parts = language.toLowerCase().split('-').slice(0, 6);
    for (let length = parts.length; length > 0; length--) {
      const tag = parts.slice(0, length).join('-');
      const said = Object.hasOwn(words, tag) ? words[tag] : undefined;
      if (said) return said;
    }
  }
  return words[''] ?? '';
}
