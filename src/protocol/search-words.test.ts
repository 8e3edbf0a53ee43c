import { describe, expect, it } from 'vitest';
import { distinctWords, excerptOf, fitsAll, hitsIn, termsOf, wordsOf } from './search-words.ts';

const marked = (text: string, typed: string): string => {
  let out = '';
  let at = 0;
  for (const [from, to] of hitsIn(text, termsOf(typed))) {
    out += `${text.slice(at, from)}[${text.slice(from, to)}]`;
    at = to;
  }
  return out + text.slice(at);
};

describe('H01 words of a text', () => {
  it('folds case, accents, width and ligatures', () => {
    expect(distinctWords('Crème BRÛLÉE ﬁle ＡＢＣ crème')).toEqual(['creme', 'brulee', 'file', 'abc']);
  });
  it('cuts at everything that is no letter, number or underscore', () => {
    expect(distinctWords("don't https://a-b.example/x_1?q=2")).toEqual([
      ...['don', 't', 'https', 'a', 'b', 'example', 'x_1', 'q', '2'],
    ]);
  });
  it('cuts scripts without spaces into pairs, and keeps the last sign', () => {
    expect(distinctWords('東京都へ ok')).toEqual(['東京', '京都', '都へ', 'へ', 'ok']);
    expect(distinctWords('ver2東京')).toEqual(['ver2', '東京', '京']);
  });
  it('gives places in the text as it was', () => {
    expect(wordsOf('a é́x')).toEqual([
      { word: 'a', from: 0, to: 1 },
      { word: 'ex', from: 2, to: 5 },
    ]);
  });
  it('counts to a bound and cuts endless words', () => {
    expect(wordsOf('x '.repeat(100_000)).length).toBeLessThanOrEqual(601);
    expect(distinctWords('y'.repeat(100_000))).toEqual(['y'.repeat(40)]);
  });
});

describe('H01 what somebody typed', () => {
  it('the last word may be unfinished', () => {
    expect(termsOf('Bearing she')).toEqual([
      { word: 'bearing', isPrefix: false },
      { word: 'she', isPrefix: true },
    ]);
    expect(termsOf('she ')).toEqual([{ word: 'she', isPrefix: false }]);
    expect(termsOf('s')).toEqual([{ word: 's', isPrefix: false }]);
  });
  it('asks pairs of scripts without spaces', () => {
    expect(termsOf('京都')).toEqual([{ word: '京都', isPrefix: false }]);
    expect(termsOf('京')).toEqual([{ word: '京', isPrefix: true }]);
    expect(fitsAll('東京都庁', termsOf('京都'))).toBe(true);
    expect(fitsAll('東京', termsOf('京'))).toBe(true);
    expect(fitsAll('東京', termsOf('都'))).toBe(false);
  });
  it('wants every word', () => {
    expect(fitsAll('The bearing shelf', termsOf('shelf bea'))).toBe(true);
    expect(fitsAll('The bearing shelf', termsOf('shelf roller'))).toBe(false);
  });
});

describe('H01 hits', () => {
  it('marks whole words, pairs joined', () => {
    expect(marked('Cofferdam is dry, the cofferdams too', 'coffer')).toBe(
      '[Cofferdam] is dry, the [cofferdams] too',
    );
    expect(marked('東京都庁です', '京都庁')).toBe('東[京都庁]です');
  });
  it('never gives markup, only places', () => {
    expect(marked('<b>bold</b>', 'b')).toBe('<[b]>bold</[b]>');
  });
  it('cuts a piece around the first hit', () => {
    const text = `${'word '.repeat(80)}needle ${'tail '.repeat(80)}`;
    const piece = excerptOf(text, termsOf('needle'), 80);
    expect(piece.text.length).toBeLessThanOrEqual(82);
    expect(piece.hits.map(([from, to]) => piece.text.slice(from, to))).toEqual(['needle']);
    expect(excerptOf('one\ntwo', termsOf('two'), 80)).toEqual({ text: 'one two', hits: [[4, 7]] });
  });
});
