import { excerptOf as cut, termsOf } from '../../protocol/search-words.ts';
import { timeWords } from '../people/availability-words.ts';
import type { Hit } from './hits.ts';

/** A piece of what was found, cut where the words are that were looked for. Plain text throughout. */
export interface Excerpt {
  readonly pieces: readonly { readonly text: string; readonly isHit: boolean }[];
}

const LENGTH = 180;

export function excerptOf(hit: Hit, words: string): Excerpt {
  const { text, hits } = cut(textOf(hit), termsOf(words), LENGTH);
  const pieces: { text: string; isHit: boolean }[] = [];
  let at = 0;
  for (const [from, to] of hits) {
    if (from > at) pieces.push({ text: text.slice(at, from), isHit: false });
    pieces.push({ text: text.slice(from, to), isHit: true });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isHit: false });
  return { pieces };
}

function textOf(hit: Hit): string {
  if (hit.is === 'message') {
    const names = hit.row.files?.map(({ name }) => name) ?? [];
    return [hit.row.text, ...names].filter((part) => part !== '').join(' · ');
  }
  const { direction, subject, note, end } = hit.row;
  const what = end === 'missed' ? 'Missed call' : direction === 'in' ? 'Call from them' : 'Call from you';
  return [what, subject, note].filter((part) => part).join(' · ');
}

const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** "10:21", "Fri 9 Oct", "9 Oct 2025": as exact as the distance makes sense. */
export function dayTimeWords(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  if (then.toDateString() === today.toDateString()) return timeWords(at);
  if (then.getFullYear() === today.getFullYear()) return day.format(then).replace(',', '');
  return date.format(then);
}
