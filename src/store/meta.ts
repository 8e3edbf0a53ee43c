/** What the agent must remember about itself. */
import type { PushContactParams } from '../protocol/push-params.ts';
import type { Database } from './database.ts';

/** What a server said it offers to presence. */
export interface OffersKept {
  readonly root: string | null;
  /** Whether it keeps access levels apart; null: it has not said. */
  readonly levels: boolean | null;
  /** The organisation's states as the document came. */
  readonly states: string | null;
}

export interface Meta {
  /** `urn:uuid:…`, one per installation (RFC 5626 §4.1). */
  readonly 'instance-id': string;
  /** Server clock minus ours, milliseconds. */
  readonly 'clock-offset': number;
  /** Where this browser can be woken (RFC 8599); null: nowhere. */
  readonly push: PushContactParams | null;
  readonly offers: OffersKept;
}

export async function readMeta(db: Database): Promise<Partial<Meta>> {
  const [names, values] = await Promise.all([db.getAllKeys('meta'), db.getAll('meta')]);
  return Object.fromEntries(names.map((name, index) => [name, values[index]])) as Partial<Meta>;
}
