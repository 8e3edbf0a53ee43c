import type { Aor, Person } from '../../agent/contract.ts';
import { inOrderOfName } from '../../protocol/name-order.ts';
import { readContacts } from '../../store/contacts.ts';
import type { Database } from '../../store/database.ts';
import { openStore } from '../../store/open.ts';
import { readPeople, readPerson } from '../../store/people.ts';

/** A card kept in this browser, and when the server last said so, milliseconds. */
export interface SavedPerson {
  readonly person: Person;
  readonly asOf: number;
}
/** Why nothing can be read, as a sentence. */
export interface Unread {
  readonly why: string;
}

/** Every kept card, by name. Needs neither an account nor a worker nor a network. */
export function readSavedPeople(): Promise<readonly Person[] | Unread> {
  return reading(collect);
}

/** One kept card; null: there is none. The list's own words win over the directory's. */
export function readSavedPerson(aor: Aor): Promise<SavedPerson | null | Unread> {
  return reading(async (db) => {
    const [contacts, card] = await Promise.all([readContacts(db), readPerson(db, aor)]);
    const entry = contacts?.list.entries.find((one) => one.aor === aor);
    const asOf = card?.asOf ?? contacts?.list.asOf ?? 0;
    if (entry) return { person: { ...card?.person, ...entry }, asOf };
    return card ? { person: card.person, asOf } : null;
  });
}

async function reading<T>(read: (db: Database) => Promise<T>): Promise<T | Unread> {
  const opened = await openStore();
  if (!opened.ok) return { why: opened.why };
  try {
    return await read(opened.db);
  } finally {
    opened.db.close();
  }
}

async function collect(db: Database): Promise<readonly Person[]> {
  const [contacts, cards] = await Promise.all([readContacts(db), readPeople(db)]);
  const people = new Map<Aor, Person>();
  for (const { aor, person } of cards) people.set(aor, person);
  for (const entry of contacts?.list.entries ?? []) {
    people.set(entry.aor, { ...people.get(entry.aor), ...entry });
  }
  // The list is in order already; cards beyond it find their place.
  return inOrderOfName([...people.values()], contacts?.list.entries);
}
