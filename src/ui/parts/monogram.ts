/** Two letters for a name: first of the first word and of the last; one for a single word; by grapheme, not by unit. */
export function monogram(name: string): string {
  const words = name
    .replace(/[("'“”@].*$/u, '')
    .split(/[\s._]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words[words.length - 1] ?? '') : '';
  return (initial(first) + initial(last)).toLocaleUpperCase();
}

function initial(word: string): string {
  const letters = /[\p{L}\p{N}]\p{M}*/u.exec(word);
  return letters ? letters[0] : '';
}

/** One of the eight people tints, from the address alone, so that a person keeps the tint under every name (FNV-1a). */
export function tint(address: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < address.length; at += 1) {
    hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193);
  }
  return ((hash >>> 0) % 8) + 1;
}
