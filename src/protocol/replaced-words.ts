/** What the BYE of a dialog says whose place another has taken (RFC 3891), in the text of its Reason (RFC 3326). */
import { aorOf } from './sip-uri.ts';

/** `by`: who has the other dialog. */
export function replacedWords(by: string): string {
  const address = aorOf(by);
  return address === null || /["\\\p{Cc}]/u.test(address) ? 'Replaced' : `Replaced by ${address}`;
}

/** The AOR in such a text; null when it names none. */
export function replacedBy(text: string): string | null {
  const named = /^Replaced by (\S+)$/.exec(text)?.[1];
  return named === undefined ? null : aorOf(named);
}
