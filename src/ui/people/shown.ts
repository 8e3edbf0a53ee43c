/** What may be shown of somebody's presence: never a stale green (design README, "Presence badge"). */
import type { Connection } from '../../model/connection.svelte.ts';
import { stateWord } from '../../model/people/availability-words.ts';
import type { Contact } from '../../model/people/contact.svelte.ts';

type Shape = Contact['shape'];

/** After this long without the server's ear a memory is worth nothing. */
const HOUR = 3_600_000;

/** The badge. While disconnected it keeps its shape for an hour, then it is the broken ring. */
export function shownShape(contact: Contact, connection: Connection, now: number): Shape {
  return isForgotten(contact, connection, now) ? 'unknown' : contact.shape;
}

/** The words beside it. */
export function shownWords(contact: Contact, connection: Connection, now: number): string {
  return isForgotten(contact, connection, now) ? stateWord('unknown') : contact.words(now);
}

/** What a row says after the name: of a number, the number, unless it is the name. */
export function rowWords(contact: Contact, connection: Connection, now: number): string {
  if (contact.isNumber) return contact.name === contact.address ? '' : contact.address;
  return shownWords(contact, connection, now);
}

function isForgotten(contact: Contact, connection: Connection, now: number): boolean {
  if (connection.isOnline || contact.isBlocked) return false;
  const heard = connection.heardAt ?? contact.presence?.asOf;
  return heard === undefined || now - heard > HOUR;
}
