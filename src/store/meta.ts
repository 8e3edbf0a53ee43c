/** What the agent must remember about itself. */
import type { PushContactParams } from '../protocol/push-params.ts';
import type { Database } from './database.ts';

export interface Meta {
  /** `urn:uuid:…`, one per installation (RFC 5626 §4.1). */
  readonly 'instance-id': string;
  /** Server clock minus ours, milliseconds. */
  readonly 'clock-offset': number;
  /** Where this browser can be woken (RFC 8599); null: nowhere. */
  readonly push: PushContactParams | null;
}

export async function readMeta(db: Database): Promise<Partial<Meta>> {
  const [names, values] = await Promise.all([db.getAllKeys('meta'), db.getAll('meta')]);
  return Object.fromEntries(names.map((name, index) => [name, values[index]])) as Partial<Meta>;
}
