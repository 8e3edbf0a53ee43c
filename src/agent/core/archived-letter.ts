/** A message of the server's history, read by the code that reads live ones, so that both make the same row. */
import type { ArchivedMessage } from '../../protocol/history-api.ts';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { readLetter, type Reading } from './inbox.ts';

/** What history says of one message; `accepted`: by the server's clock, milliseconds. */
export type Kept = Extract<Reading, { is: 'row' } | { is: 'revision' }> & { readonly accepted: number };

/** Null for what is no message, or cannot be read. */
export function readKept(message: ArchivedMessage, me: string, serverNow: number): Kept | null {
  const { contentType, body, callId, date, state } = message;
  const [from, to] = [addressIn(message.from), addressIn(message.to)];
  if (from === null || to === null) return null;
  // A live one carries its Date in whole seconds; the place of a message must not depend on the way it came.
  const letter = { from, to, contentType, body, callId, date: Math.floor(date / 1000) * 1000 };
  const reading = readLetter(letter, me, serverNow);
  if (reading.is === 'revision') return { ...reading, accepted: date };
  if (reading.is !== 'row') return null;
  const { row } = reading;
  const shown = row.mine && state ? { ...row, state } : row;
  return { ...reading, row: row.mine ? shown : { ...shown, fetched: true }, accepted: date };
}

function addressIn(header: string): string | null {
  const address = parseNameAddr(header);
  return address && aorOf(address.uri);
}
