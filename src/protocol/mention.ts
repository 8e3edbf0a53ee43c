/**
 * Mentions: in HTML a link to the address of the person (`<a href="sip:ben@example.org">@Ben</a>`), in plain words `@`
 * before the name. A rule of ours; RFC 3261 gives the address its meaning.
 */
import { aorOf } from './sip-uri.ts';

export interface Mentionable {
  readonly aor: string;
  /** As others see them, "Amara Okafor"; may be empty. */
  readonly name: string;
}

const HREF = /href\s*=\s*(?:"(sips?:[^"]{1,300})"|'(sips?:[^']{1,300})'|(sips?:[^\s>]{1,300}))/gi;
/** Messages are looked at as far as this, characters. */
const FAR = 100_000;

/** Whether a message names the person. */
export function mentions(
  message: { readonly text: string; readonly html?: string },
  who: Mentionable,
): boolean {
  for (const [, double, single, bare] of (message.html ?? '').slice(0, FAR).matchAll(HREF))
    if (aorOf((double ?? single ?? bare ?? '').replaceAll('&amp;', '&')) === who.aor) return true;
  if (!message.text.includes('@')) return false;
  const text = message.text.slice(0, FAR).toLowerCase();
  return namesOf(who).some((name) => hasWord(text, `@${name}`));
}

/** What people write after the sign: the whole name, the first name, the user part of the address. */
function namesOf({ aor, name }: Mentionable): string[] {
  const whole = name.trim().toLowerCase();
  const user = /^sips?:([^@;]+)@/.exec(aor)?.[1]?.toLowerCase() ?? '';
  return [...new Set([whole, whole.split(/\s+/)[0] ?? '', user])].filter((one) => one.length > 1);
}

/** `word` stands in `text` and is no part of a longer word or an address. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.slice(Math.max(0, at - 1), at);
    const after = text.slice(at + word.length, at + word.length + 2);
    if (!/[\p{L}\p{N}._-]/u.test(before) && !/^(?:[\p{L}\p{N}_]|[-.][\p{L}\p{N}])/u.test(after)) return true;
  }
  return false;
}
