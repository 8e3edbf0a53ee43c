import type { Aor, Person } from '../../agent/contract.ts';
import { readContacts } from '../../store/contacts.ts';
import type { Database } from '../../store/database.ts';
import { openStore } from '../../store/open.ts';
import { readPeople } from '../../store/people.ts';

/** Cards kept in this browser, by name, and when the server last said so. */
export interface SavedPeople {
  readonly people: readonly Person[];
  readonly asOf: ReadonlyMap<Aor, number>;
}

/** Reads what this browser keeps, without an account, a worker or a network. The answer is a sentence when it cannot. */
export async function readSavedPeople(): Promise<SavedPeople | { readonly why: string }> {
  const opened = await openStore();
  if (!opened.ok) return { why: opened.why };
  try {
    return await collect(opened.db);
  } finally {
    opened.db.close();
  }
}

async function collect(db: Database): Promise<SavedPeople> {
  const [contacts, cards] = await Promise.all([readContacts(db), readPeople(db)]);
  const people = new Map<Aor, Person>();
  const asOf = new Map<Aor, number>();
  for (const card of cards) {
    people.set(card.aor, card.person);
    asOf.set(card.aor, card.asOf);
  }
  for (const entry of contacts?.list.entries ?? []) {
    people.set(entry.aor, { ...people.get(entry.aor), ...entry });
    if (!asOf.has(entry.aor) && contacts) asOf.set(entry.aor, contacts.list.asOf);
  }
  const collator = new Intl.Collator();
  return { people: [...people.values()].sort((one, other) => collator.compare(one.name, other.name)), asOf };
}
