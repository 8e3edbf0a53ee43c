import type { MessageRow } from '../../agent/contract.ts';
import { lazily } from '../lazily.ts';
import { mentions, type Mentionable } from '../../protocol/mention.ts';

/** One row as the log lays it out. */
export interface LogItem {
  readonly row: MessageRow;
  /** Set on the first row of a day: any moment of that day, milliseconds. */
  readonly day: number | null;
  /** First of a run by one sender: shows who and when. */
  readonly starts: boolean;
  /** Last of an own run, or one whose state must be seen: shows how far it got. */
  readonly tells: boolean;
  /** It names the person who reads. */
  readonly mentions: boolean;
}

/** A pause after which the sender and time are shown again, milliseconds. */
const PAUSE = 5 * 60_000;

/** Rows oldest first to items, one each, so that prepending a page changes at most one item already shown. */
export function layOut(rows: readonly MessageRow[], me: Mentionable | null = null): readonly LogItem[] {
  return rows.map((row, at) => {
    const before = rows[at - 1];
    const after = rows[at + 1];
    const newDay = !before || !sameDay(before.at, row.at);
    const starts = newDay || before.sender !== row.sender || row.at - before.at > PAUSE;
    const ends = !after || after.sender !== row.sender || after.state !== row.state;
    const urgent = row.state === 'failed' || row.state === 'queued';
    return {
      ...{ row, day: newDay ? row.at : null, starts, tells: row.mine && (ends || urgent) },
      mentions: me !== null && !row.mine && mentions(row, me),
    };
  });
}

function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

const withYear = lazily(
  () => new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
);
const thisYear = lazily(
  () => new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }),
);

/** "Today, Tuesday 13 October", "Yesterday, …", "Friday 9 October", with the year when it is another. */
export function dayWords(at: number, now: number): string {
  const day = new Date(at);
  const format = day.getFullYear() === new Date(now).getFullYear() ? thisYear : withYear;
  const words = format().format(day).replace(',', '');
  const away = Math.round(
    (new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000,
  );
  if (away === 0) return `Today, ${words}`;
  return away === 1 ? `Yesterday, ${words}` : words;
}

/** Both, oldest first, unique by sender and id; a row of `newer` replaces the one it meets. */
export function merge(older: readonly MessageRow[], newer: readonly MessageRow[]): readonly MessageRow[] {
  const rows = new Map(older.map((row) => [`${row.id} ${row.sender}`, row]));
  for (const row of newer) rows.set(`${row.id} ${row.sender}`, row);
  return [...rows.values()].sort((one, other) => one.order - other.order || (one.id < other.id ? -1 : 1));
}
