/**
 * The words of a text as search knows them: case, accents and width folded (Unicode NFKD without marks); runs of scripts
 * that put no space between words cut into pairs of signs. The same cut for what is kept and for what is asked.
 */

export interface Word {
  /** Folded. */
  readonly word: string;
  /** UTF-16 units of the text as it was. */
  readonly from: number;
  readonly to: number;
}

/** Signs of a word that count; what is longer is told apart by no more. */
const LONGEST = 40;
/** Words of one text: a book pasted into a message is found by its beginning. */
const MOST = 600;

const RUN = /[\p{L}\p{N}\p{M}_]+/gu;
/** Scripts that are written without spaces (Unicode Standard Annex 29, §4). */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu;

/** `ﬁlé` and `File` are one word. */
function foldWord(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .slice(0, LONGEST);
}

/** The words of a text in their order. */
export function wordsOf(text: string): readonly Word[] {
  const found: Word[] = [];
  for (const run of text.matchAll(RUN)) {
    let at = run.index;
    const end = at + run[0].length;
    for (const dense of run[0].matchAll(UNSPACED)) {
      add(found, text, at, run.index + dense.index);
      at = run.index + dense.index + dense[0].length;
      addPairs(found, text, run.index + dense.index, at);
    }
    add(found, text, at, end);
    if (found.length >= MOST) break;
  }
  return found;
}

function add(found: Word[], text: string, from: number, to: number): void {
  const word = from < to ? foldWord(text.slice(from, to)) : '';
  if (word !== '') found.push({ word, from, to });
}

/** Pairs that overlap, and the last sign alone, so that every sign begins one. */
function addPairs(found: Word[], text: string, from: number, to: number): void {
  const signs = [...text.slice(from, to)];
  let at = from;
  signs.forEach((sign, index) => {
    const next = signs[index + 1] ?? '';
    add(found, text, at, at + sign.length + next.length);
    at += sign.length;
  });
}

/** Each word once. */
export function distinctWords(text: string): readonly string[] {
  return [...new Set(wordsOf(text).map(({ word }) => word))];
}

/** One word that must be there. `isPrefix`: the beginning of one is enough. */
export interface Term {
  readonly word: string;
  readonly isPrefix: boolean;
}

/** A single letter begins half of all words: only from two on the last word need not be whole. */
const SHORTEST_PREFIX = 2;
const MOST_TERMS = 12;

/**
 * What somebody typed. The last word may be unfinished unless something follows it; of a run without spaces the lone last
 * sign is left out when a pair says the same.
 */
export function termsOf(typed: string): readonly Term[] {
  const words = wordsOf(typed.slice(0, 500));
  const last = words.at(-1);
  const isOpen = last !== undefined && last.to === typed.length;
  const terms = new Map<string, Term>();
  words.forEach(({ word, from, to }, index) => {
    const before = words[index - 1];
    // The lone sign at the end of a run that has pairs.
    if (before && from < before.to && to <= before.to) return;
    const isDense = new RegExp(UNSPACED.source, 'u').test(word);
    const isPrefix = isDense ? [...word].length === 1 : isOpen && index === words.length - 1;
    const isLong = isDense || word.length >= SHORTEST_PREFIX;
    if (terms.get(word)?.isPrefix !== false) terms.set(word, { word, isPrefix: isPrefix && isLong });
  });
  return [...terms.values()].slice(0, MOST_TERMS);
}

function fitsTerm(word: string, { word: wanted, isPrefix }: Term): boolean {
  return isPrefix ? word.startsWith(wanted) : word === wanted;
}

/** Whether every term is met by a word of the text. */
export function fitsAll(text: string, terms: readonly Term[]): boolean {
  const words = distinctWords(text);
  return terms.every((term) => words.some((word) => fitsTerm(word, term)));
}

export type Range = readonly [from: number, to: number];

/** Where the words are that fit, in order, none overlapping, neighbours joined. */
export function hitsIn(text: string, terms: readonly Term[]): readonly Range[] {
  const hits: [number, number][] = [];
  for (const { word, from, to } of wordsOf(text)) {
    if (!terms.some((term) => fitsTerm(word, term))) continue;
    const before = hits.at(-1);
    if (before && from < before[1]) before[1] = Math.max(before[1], to);
    else hits.push([from, to]);
  }
  return hits;
}

/** A piece of a text around its first hit, on one line, with the hits in it. */
export function excerptOf(
  text: string,
  terms: readonly Term[],
  length: number,
): { readonly text: string; readonly hits: readonly Range[] } {
  const flat = text.replace(/\s/gu, ' ');
  const hits = hitsIn(flat, terms);
  const first = hits[0]?.[0] ?? 0;
  if (flat.length <= length) return { text: flat, hits };
  const near = first < length * 0.6 ? 0 : first - Math.floor(length / 3);
  const start = near === 0 ? 0 : Math.max(near, flat.lastIndexOf(' ', near + 12) + 1);
  const end = Math.min(flat.length, start + length);
  const [head, tail] = [start > 0 ? '…' : '', end < flat.length ? '…' : ''];
  const inside = hits
    .filter(([from, to]) => from >= start && to <= end)
    .map(([from, to]): Range => [from - start + head.length, to - start + head.length]);
  return { text: head + flat.slice(start, end) + tail, hits: inside };
}
