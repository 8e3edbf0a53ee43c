import { fold } from './find-rules.ts';

/**
 * The words of many, as one long text that the engine's own search runs through: looking at ten thousand people for a
 * key takes a fraction of a millisecond, where comparing their words one by one took several.
 */
export interface WordList {
  /** Places of those of whom every word of `typed` (as `wordsIn` gives them) begins a word: in order, at most `limit`. */
  beginning(typed: readonly string[], limit: number): readonly number[];
}

/** Stands before each word; a word holds none. */
const BEFORE = '\n';

/** `all`: the words of each, as `wordsIn` gives them. */
export function openWordList(all: readonly (readonly string[])[]): WordList {
  const each = all.map((words) => words.map((word) => BEFORE + word).join(''));
  const text = each.join('');
  const ends: number[] = [];
  for (const one of each) ends.push((ends.at(-1) ?? 0) + one.length);
  return {
    beginning(typed, limit) {
      const sought = typed.map((word) => BEFORE + word).sort((a, b) => b.length - a.length);
      const [rarest, ...others] = sought;
      const found: number[] = [];
      if (rarest === undefined) return found;
      for (let hit = text.indexOf(rarest); hit >= 0 && found.length < limit;) {
        const at = placeOf(hit, ends);
        if (others.every((one) => each[at]?.includes(one))) found.push(at);
        hit = text.indexOf(rarest, ends[at]);
      }
      return found;
    },
  };
}

/** The first whose words end after `offset`. */
function placeOf(offset: number, ends: readonly number[]): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The words of a text, folded: what stands between spaces and punctuation marks. */
export function wordsIn(text: string): readonly string[] {
  return text
    .split(/[\n\r\p{Z}\p{P}]+/u)
    .map(fold)
    .filter((word) => word !== '');
}
