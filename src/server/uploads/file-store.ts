/**
 * Files people send to each other, in the data folder:
 *
 *   files/incoming/<id>   while it comes in; whatever is left there at a start is thrown away
 *   files/<id>            whole, on disk, and in the table: in this order, so that the table names only what is there
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Log } from '../log.ts';
import type { StoreModule, Writer } from '../store/database.ts';

export interface StoredFile {
  /** 192 random bits: who knows it may read the file. */
  readonly id: string;
  /** AOR of who sent it. */
  readonly owner: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

export type NewFile = Pick<StoredFile, 'owner' | 'name' | 'type' | 'size' | 'createdAt' | 'expiresAt'>;

export interface FileStore {
  find(id: string): StoredFile | null;
  of(owner: string): readonly StoredFile[];
  /** Octets of the owner's files, those coming in included. */
  used(owner: string): number;
  /** Files of this owner that come in now. */
  incoming(owner: string): number;
  /** Keeps what comes; null when it ends before, or goes on after, the size that was said. Rejects when the disk refuses. */
  add(file: NewFile, octets: AsyncIterable<Uint8Array>): Promise<StoredFile | null>;
  /** From and to, both included. */
  read(file: StoredFile, from: number, to: number): Readable;
  /** False when it is not there, or somebody else's. */
  remove(owner: string, id: string): Promise<boolean>;
  prune(now: number): Promise<void>;
  /** Removes what `:memory:` put on disk. */
  close(): void;
}

export const filesModule: StoreModule = {
  name: 'files',
  migrations: [
    `CREATE TABLE files (
       id TEXT PRIMARY KEY,
       owner TEXT NOT NULL,
       name TEXT NOT NULL,
       type TEXT NOT NULL,
       size INTEGER NOT NULL,
       hash TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       expires_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX files_owner ON files (owner, created_at);
     CREATE INDEX files_by_age ON files (expires_at)`,
  ],
};

/** `folder`: of the data, or `:memory:`. */
export function fileStore(folder: string, writer: Writer, log: Log): FileStore {
  const isPrivate = folder === ':memory:';
  const root = isPrivate ? mkdtempSync(join(tmpdir(), 'parley-files-')) : join(folder, 'files');
  const coming = join(root, 'incoming');
  rmSync(coming, { recursive: true, force: true });
  mkdirSync(coming, { recursive: true, mode: 0o700 });
  const { database } = writer;
  const byId = database.prepare('SELECT * FROM files WHERE id = ?');
  const byOwner = database.prepare('SELECT * FROM files WHERE owner = ? ORDER BY created_at DESC LIMIT 1000');
  const sum = database.prepare('SELECT coalesce(sum(size), 0) AS n FROM files WHERE owner = ?');
  const insert = database.prepare('INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const take = database.prepare('DELETE FROM files WHERE owner = ? AND id = ?');
  const old = database.prepare('DELETE FROM files WHERE expires_at < ? RETURNING id');
  /** Sizes that were said, by owner. */
  const reserved = new Map<string, number[]>();

  for (const name of readdirSync(root)) {
    if (name !== 'incoming' && !byId.get(name)) rmSync(join(root, name), { force: true });
  }

  const reserve = (owner: string, size: number): (() => void) => {
    const sizes = reserved.get(owner) ?? [];
    reserved.set(owner, sizes);
    sizes.push(size);
    return () => {
      sizes.splice(sizes.indexOf(size), 1);
      if (sizes.length === 0 && reserved.get(owner) === sizes) reserved.delete(owner);
    };
  };
  /** The hash of what came, on disk; null when it was not of that size. */
  const receive = async (
    path: string,
    size: number,
    octets: AsyncIterable<Uint8Array>,
  ): Promise<string | null> => {
    const hash = createHash('sha256');
    const file = await open(path, 'wx', 0o600);
    let got = 0;
    try {
      for await (const chunk of octets) {
        got += chunk.length;
        if (got > size) return null;
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      if (got !== size) return null;
      await file.sync();
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  };
  const unlink = async (id: string): Promise<void> => {
    // What stays is found at the next start.
    await rm(join(root, id), { force: true }).catch((error: unknown) => log.error('file-stays', { error }));
  };
  return {
    find(id) {
      const row = byId.get(id);
      return row ? fileOf(row) : null;
    },
    of: (owner) => byOwner.all(owner).map(fileOf),
    used: (owner) =>
      Number(sum.get(owner)?.['n']) + (reserved.get(owner) ?? []).reduce((total, size) => total + size, 0),
    incoming: (owner) => reserved.get(owner)?.length ?? 0,
    async add(file, octets) {
      const id = randomBytes(24).toString('base64url');
      const free = reserve(file.owner, file.size);
      const path = join(coming, id);
      try {
        const hash = await receive(path, file.size, octets);
        if (hash === null) return null;
        await rename(path, join(root, id));
        const { owner, name, type, size, createdAt, expiresAt } = file;
        await writer.write(() => insert.run(id, owner, name, type, size, hash, createdAt, expiresAt));
        return { ...file, id, hash };
      } catch (error) {
        await unlink(id);
        throw error;
      } finally {
        free();
        await rm(path, { force: true });
      }
    },
    read: (file, from, to) => createReadStream(join(root, file.id), { start: from, end: to }),
    async remove(owner, id) {
      const gone = await writer.write(() => take.run(owner, id).changes === 1);
      if (gone) await unlink(id);
      return gone;
    },
    async prune(now) {
      const rows = await writer.write(() => old.all(Math.round(now)));
      for (const row of rows) await unlink(String(row['id']));
    },
    close() {
      if (isPrivate) rmSync(root, { recursive: true, force: true });
    },
  };
}

function fileOf(row: Readonly<Record<string, unknown>>): StoredFile {
  return {
    id: String(row['id']),
    owner: String(row['owner']),
    name: String(row['name']),
    type: String(row['type']),
    size: Number(row['size']),
    hash: String(row['hash']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
  };
}
