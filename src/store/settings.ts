/** Choices of the person that belong to this device. */
import type { Database } from './database.ts';

export async function readSetting(db: Database, name: string): Promise<unknown> {
  return db.get('settings', name);
}
