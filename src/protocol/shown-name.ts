/** Characters. */
const LONGEST = 80;

/** A name that somebody else's device has sent, as it may be shown: without control characters, and not endless. */
export function shownName(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, LONGEST);
}
