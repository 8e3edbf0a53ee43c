/**
 * Voice messages, in the data folder:
 *
 *   table voicemail        who called whom and when; `size` is null while it is being recorded
 *   voicemail/<id>.opus    the sound, written as it comes
 *
 * What a server that was killed was recording is found at the next start, as far as it had come.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { MessageCounts } from '../../protocol/message-summary.ts';
import type { VoicemailChange, VoicemailMessage } from '../../protocol/voicemail-api.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import { readOggOpus } from '../media/ogg-opus.ts';
import type { Aor } from '../sip/contract.ts';
import type { StoreModule, Writer } from '../store/database.ts';

export interface NewVoicemail {
  readonly owner: Aor;
  readonly caller: Aor;
  readonly name: string;
  /** Milliseconds. */
  readonly at: number;
}

export interface VoicemailStore {
  /** Room for one more of this caller. */
  hasRoom(owner: Aor, caller: Aor): boolean;
  isFull(owner: Aor): boolean;
  /** Makes the row and says where the sound goes. */
  begin(message: NewVoicemail): Promise<{ readonly id: string; readonly path: string }>;
  /** The recording is over: kept, or thrown away when nothing was said. */
  finish(id: string): Promise<void>;
  of(owner: Aor): readonly VoicemailMessage[];
  counts(owner: Aor): MessageCounts;
  /** The sound of one's own; null when there is none. */
  sound(owner: Aor, id: string): { readonly size: number; read(from: number, to: number): Readable } | null;
  /** False when it is not there, or somebody else's. */
  change(owner: Aor, id: string, change: VoicemailChange): Promise<boolean>;
  remove(owner: Aor, id: string): Promise<boolean>;
  /** Throws away for good what was deleted an hour before. */
  prune(now: number): Promise<void>;
  onChange(listener: (owner: Aor) => void): void;
  /** Removes what `:memory:` put on disk. */
  close(): void;
}

export const voicemailModule: StoreModule = {
  name: 'voicemail',
  migrations: [
    `CREATE TABLE voicemail (
       id TEXT PRIMARY KEY,
       owner TEXT NOT NULL,
       caller TEXT NOT NULL,
       name TEXT NOT NULL,
       at INTEGER NOT NULL,
       samples INTEGER NOT NULL DEFAULT 0,
       size INTEGER,
       heard INTEGER NOT NULL DEFAULT 0,
       deleted_at INTEGER
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX voicemail_owner ON voicemail (owner, at)`,
  ],
};

const MOST_MESSAGES = 200;
const MOST_OCTETS = 200 * 1024 * 1024;
/** Of one caller in one mailbox: nobody fills it alone. */
const MOST_OF_CALLER = 30;
/** What is shorter is nobody who spoke. Samples at 48 kHz. */
const SHORTEST = 48_000;
const TAKEN_BACK_WITHIN = 3_600_000;

/** `folder`: of the data, or `:memory:`. Resolves when what was being recorded has been looked at. */
export async function openVoicemailStore(
  folder: string,
  writer: Writer,
  now: () => number,
  log: Log,
): Promise<VoicemailStore> {
  const isPrivate = folder === ':memory:';
  const root = isPrivate ? mkdtempSync(join(tmpdir(), 'parley-voicemail-')) : join(folder, 'voicemail');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const { database } = writer;
  const byId = database.prepare('SELECT * FROM voicemail WHERE id = ?');
  const listed = database.prepare(
    'SELECT * FROM voicemail WHERE owner = ? AND size > 0 AND deleted_at IS NULL ORDER BY at DESC, id',
  );
  const counted = database.prepare(
    `SELECT coalesce(sum(heard = 0), 0) AS unread, coalesce(sum(heard = 1), 0) AS read
       FROM voicemail WHERE owner = ? AND size > 0 AND deleted_at IS NULL`,
  );
  const held = database.prepare(
    `SELECT count(*) AS n, coalesce(sum(size), 0) AS octets, coalesce(sum(caller = ?), 0) AS own
       FROM voicemail WHERE owner = ?`,
  );
  const insert = database.prepare(
    'INSERT INTO voicemail (id, owner, caller, name, at) VALUES (?, ?, ?, ?, ?)',
  );
  const complete = database.prepare('UPDATE voicemail SET samples = ?, size = ? WHERE id = ?');
  const hear = database.prepare('UPDATE voicemail SET heard = ? WHERE id = ? AND owner = ?');
  const bin = database.prepare('UPDATE voicemail SET deleted_at = ? WHERE id = ? AND owner = ?');
  const take = database.prepare('DELETE FROM voicemail WHERE id = ?');
  const old = database.prepare('DELETE FROM voicemail WHERE deleted_at < ? RETURNING id');
  const unfinished = database.prepare('SELECT id FROM voicemail WHERE size IS NULL');
  const changes = createListeners<[Aor]>((error) => log.error('voicemail-listener-failed', { error }));

  const pathOf = (id: string): string => join(root, `${id}.opus`);
  const unlink = async (id: string): Promise<void> => {
    // What stays is found at the next start.
    await rm(pathOf(id), { force: true }).catch((error: unknown) => log.error('voicemail-stays', { error }));
  };
  const heldBy = (owner: Aor, caller: Aor): { n: number; octets: number; own: number } => {
    const row = held.get(caller, owner);
    return { n: Number(row?.['n']), octets: Number(row?.['octets']), own: Number(row?.['own']) };
  };
  const isFull = (owner: Aor): boolean => {
    const { n, octets } = heldBy(owner, '');
    return n >= MOST_MESSAGES || octets >= MOST_OCTETS;
  };
  const ownRow = (owner: Aor, id: string) => {
    const row = byId.get(id);
    return row?.['owner'] === owner && Number(row['size'] ?? 0) > 0 ? row : null;
  };
  const finish = async (id: string): Promise<void> => {
    const owner = String(byId.get(id)?.['owner']);
    const file = readOggOpus(await readFile(pathOf(id)).catch(() => Buffer.alloc(0)));
    if (file.samples < SHORTEST) {
      await writer.write(() => take.run(id));
      await unlink(id);
      return;
    }
    await writer.write(() => complete.run(file.samples, file.octets, id));
    changes.tell(owner);
  };

  for (const { id } of unfinished.all()) await finish(String(id));
  for (const name of readdirSync(root)) {
    if (!byId.get(name.replace(/\.opus$/, ''))) rmSync(join(root, name), { force: true });
  }

  return {
    isFull,
    hasRoom: (owner, caller) => !isFull(owner) && heldBy(owner, caller).own < MOST_OF_CALLER,
    async begin({ owner, caller, name, at }) {
      const id = randomBytes(18).toString('base64url');
      await writer.write(() => insert.run(id, owner, caller, name, Math.round(at)));
      return { id, path: pathOf(id) };
    },
    finish,
    of: (owner) => listed.all(owner).map(messageOf),
    counts(owner) {
      const row = counted.get(owner);
      return { unread: Number(row?.['unread']), read: Number(row?.['read']), urgentUnread: 0, urgentRead: 0 };
    },
    sound(owner, id) {
      const row = ownRow(owner, id);
      if (row === null) return null;
      return {
        size: Number(row['size']),
        read: (from, to) => createReadStream(pathOf(id), { start: from, end: to }),
      };
    },
    async change(owner, id, { heard, deleted }) {
      if (ownRow(owner, id) === null) return false;
      await writer.write(() => {
        if (heard !== undefined) hear.run(heard ? 1 : 0, id, owner);
        if (deleted !== undefined) bin.run(deleted ? Math.round(now()) : null, id, owner);
      });
      changes.tell(owner);
      return true;
    },
    async remove(owner, id) {
      if (ownRow(owner, id) === null) return false;
      await writer.write(() => take.run(id));
      await unlink(id);
      changes.tell(owner);
      return true;
    },
    async prune(at) {
      const rows = await writer.write(() => old.all(Math.round(at - TAKEN_BACK_WITHIN)));
      for (const row of rows) await unlink(String(row['id']));
    },
    onChange: (listener) => void changes.add(listener),
    close() {
      if (isPrivate) rmSync(root, { recursive: true, force: true });
    },
  };
}

function messageOf(row: Readonly<Record<string, unknown>>): VoicemailMessage {
  return {
    id: String(row['id']),
    caller: String(row['caller']),
    name: String(row['name']),
    at: Number(row['at']),
    seconds: Math.round(Number(row['samples']) / 4_800) / 10,
    heard: row['heard'] === 1,
  };
}
