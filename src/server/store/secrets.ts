import { randomBytes } from 'node:crypto';
import type { StoreModule, Writer } from './database.ts';

export const secretsModule: StoreModule = {
  name: 'secrets',
  migrations: ['CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT'],
};

/** A random key of this installation, made at first use. */
export async function installationKey(writer: Writer, name: string, octets = 32): Promise<Buffer> {
  const read = writer.database.prepare('SELECT value FROM secrets WHERE name = ?');
  const write = writer.database.prepare('INSERT OR IGNORE INTO secrets VALUES (?, ?)');
  if (!read.get(name)) await writer.write(() => write.run(name, randomBytes(octets)));
  const value = read.get(name)?.['value'];
  if (!(value instanceof Uint8Array)) throw new Error(`no key ${name}`);
  return Buffer.from(value);
}
