/** Bindings that outlive the server: those a push notification can wake. All others end with their socket. */
import type { StoreModule, Writer } from './database.ts';

interface StoredBinding {
  readonly aor: string;
  readonly contact: string;
  readonly instance: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly q: number;
  readonly provider: string;
  readonly prid: string;
  readonly param: string | null;
  readonly callId: string;
  readonly cseq: number;
}

export interface BindingStore {
  load(now: number): Promise<StoredBinding[]>;
  /** One per device: the same instance, or contact when there is none, is replaced. */
  put(binding: StoredBinding): Promise<void>;
  remove(aor: string, device: string): Promise<void>;
}

export const bindingsModule: StoreModule = {
  name: 'bindings',
  migrations: [
    `CREATE TABLE bindings (
       aor TEXT NOT NULL,
       device TEXT NOT NULL,
       expires_at INTEGER NOT NULL,
       details TEXT NOT NULL,
       PRIMARY KEY (aor, device)
     ) STRICT, WITHOUT ROWID`,
  ],
};

export function bindingStore(writer: Writer): BindingStore {
  const { database } = writer;
  const load = database.prepare('SELECT details FROM bindings WHERE expires_at > ?');
  const put = database.prepare('INSERT OR REPLACE INTO bindings VALUES (?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM bindings WHERE aor = ? AND device = ?');
  return {
    load: async (now) => load.all(now).map((row) => JSON.parse(String(row['details'])) as StoredBinding),
    async put(binding) {
      const device = binding.instance ?? binding.contact;
      await writer.write(() =>
        put.run(binding.aor, device, Math.round(binding.expiresAt), JSON.stringify(binding)),
      );
    },
    async remove(aor, device) {
      await writer.write(() => remove.run(aor, device));
    },
  };
}
