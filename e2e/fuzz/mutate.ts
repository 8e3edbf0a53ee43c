/** Damage done to a text: single characters, pieces, lines, numbers, words of the format, two texts in one. */
import type { Random } from './random.ts';

const CHARACTERS = [
  ...'\0\x01\x07\t\n\r\x1b\x7f\x80\xa0\xff "\'<>()[]{};:,=@%\\/?&#*+-._0aZ',
  'é',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '\ud800',
  '😀',
];
const NUMBERS = [
  '0',
  '-1',
  '1',
  '255',
  '256',
  '65536',
  '2147483647',
  '2147483648',
  '4294967296',
  '99999999999999999999',
];
/** Above this nothing grows further; large inputs have their own place in the table of targets. */
const MOST = 300_000;

type Mutation = (text: string, random: Random, words: readonly string[], other: string) => string;

function piece(text: string, random: Random): [number, number] {
  const from = random.below(text.length + 1);
  return [from, Math.min(text.length, from + 1 + random.below(random.below(8) === 0 ? 400 : 12))];
}

function lines(text: string, change: (lines: string[]) => void): string {
  const split = text.split('\n');
  change(split);
  return split.join('\n');
}

const MUTATIONS: readonly Mutation[] = [
  (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at + 1);
  },
  (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at);
  },
  (text, random) => {
    const [from, to] = piece(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = piece(text, random);
    return text.slice(0, to) + text.slice(from);
  },
  (text, random) => {
    const [from, to] = piece(text, random);
    const times = random.below(12) === 0 ? random.below(3000) : random.below(6);
    return text.slice(0, from) + text.slice(from, to).repeat(times) + text.slice(to);
  },
  (text, random, words) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(words) + text.slice(at);
  },
  (text, random, words) => {
    const [from, to] = piece(text, random);
    return text.slice(0, from) + random.pick(words) + text.slice(to);
  },
  (text, random) => {
    const skip = random.below(8);
    let seen = 0;
    return text.replace(/\d+/g, (number) => (seen++ === skip ? random.pick(NUMBERS) : number));
  },
  (text, random) => lines(text, (all) => all.splice(random.below(all.length + 1), 0, random.pick(all))),
  (text, random) => lines(text, (all) => all.splice(random.below(all.length), 1)),
  (text, random) =>
    lines(text, (all) => {
      const [a, b] = [random.below(all.length), random.below(all.length)];
      [all[a], all[b]] = [all[b] ?? '', all[a] ?? ''];
    }),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random, _words, other) =>
    text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1)),
  (text, random) => {
    const [from, to] = piece(text, random);
    const changed = text.slice(from, to);
    return (
      text.slice(0, from) + (random.below(2) ? changed.toUpperCase() : changed.toLowerCase()) + text.slice(to)
    );
  },
  (text, random) =>
    random.below(2)
      ? text.replaceAll('\r\n', '\n')
      : text.replace('\r\n', random.pick(['\n', '\r', '\r\n ', '\r\n\r\n'])),
];

/** One to eight mutations of one of the seeds. */
export function mutant(seeds: readonly string[], words: readonly string[], random: Random): string {
  let text = random.pick(seeds);
  for (let left = 1 + random.below(random.below(4) === 0 ? 8 : 3); left > 0; left--) {
    text = random.pick(MUTATIONS)(text, random, words, random.pick(seeds));
    if (text.length > MOST) text = text.slice(0, MOST);
  }
  return text;
}
