/** Cards of people, kept so that a name has a face and a title without a network. */
import type { Database } from './database.ts';
import type { StoredPerson } from './rows.ts';

export async function readPerson(db: Database, aor: string): Promise<StoredPerson | undefined> {
  return db.get('people', aor);
}

export async function readPeople(db: Database): Promise<StoredPerson[]> {
  return db.getAll('people');
}
