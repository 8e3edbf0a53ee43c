/** The contact list as one document: as the server had it, its entity tag, and what was changed here since. */
import type { Database } from './database.ts';
import type { StoredContacts } from './rows.ts';

export const CONTACTS_KEY = 'list';

export async function readContacts(db: Database): Promise<StoredContacts | undefined> {
  return db.get('contacts', CONTACTS_KEY);
}
