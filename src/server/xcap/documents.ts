/** What the XCAP server keeps: one row a document, and who wants to hear of a change. */
import { createHash } from 'node:crypto';
import { createListeners } from '../listeners.ts';
import { silentLog, type Log } from '../log.ts';
import type { Writer } from '../store/writer.ts';

/** Names a document. `owner` is the AOR whose tree it is in; '' is the global tree. `path` follows the XUI. */
export interface DocumentName {
  readonly auid: string;
  readonly owner: string;
  readonly path: string;
}

export interface StoredDocument {
  readonly body: string;
  /** Opaque, without quotes. The same text has the same tag. */
  readonly etag: string;
}

/** `null` before: created; `null` after: removed. */
export interface DocumentChange extends DocumentName {
  readonly before: string | null;
  readonly after: string | null;
}

/** What somebody who has seen the present document wants done with it, and what to say once it is stored. */
export interface Decision<T> {
  readonly edit: { readonly write: string } | { readonly remove: true } | null;
  readonly answer: T;
}

export interface Documents {
  read(name: DocumentName): StoredDocument | null;
  /**
   * Decides and stores in one step, so that a condition (If-Match) holds for what is really replaced. Settles after
   * the commit and after all listeners ran; rejects when the disk refused.
   */
  change<T>(name: DocumentName, decide: (now: StoredDocument | null) => Decision<T>): Promise<T>;
  /** Every document of an owner (without bodies), in the order of their names. */
  list(owner: string): (DocumentName & { readonly etag: string; readonly size: number })[];
  /** Whoever has a document `index` of this usage. Looks at all there is: for the start. */
  owners(auid: string): string[];
  /** Called after the change is stored, in the order of the changes. */
  onChange(listener: (change: DocumentChange) => void): void;
}

/** Tables of this folder, for the store. */
export const XCAP_TABLES = {
  name: 'xcap',
  migrations: [
    `CREATE TABLE xcap_documents (
       owner TEXT NOT NULL, auid TEXT NOT NULL, path TEXT NOT NULL,
       etag TEXT NOT NULL, body TEXT NOT NULL,
       PRIMARY KEY (owner, auid, path)
     ) STRICT, WITHOUT ROWID`,
  ],
} as const;

/** The entity tag a text has: what two devices wrote alike is alike. */
export function tagOf(body: string): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22);
}

/** Opens the store of documents. A person's lists are promised with the 200: hence the `durable` writer. */
export function openDocuments(writer: Writer, log: Log = silentLog()): Documents {
  const { database } = writer;
  const select = database.prepare(
    'SELECT etag, body FROM xcap_documents WHERE owner = ? AND auid = ? AND path = ?',
  );
  const upsert = database.prepare(
    `INSERT INTO xcap_documents (owner, auid, path, etag, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET etag = excluded.etag, body = excluded.body`,
  );
  const erase = database.prepare('DELETE FROM xcap_documents WHERE owner = ? AND auid = ? AND path = ?');
  const every = database.prepare(
    `SELECT auid, path, etag, length(CAST(body AS BLOB)) AS size FROM xcap_documents WHERE owner = ? ORDER BY auid, path`,
  );
  const owning = database.prepare("SELECT owner FROM xcap_documents WHERE auid = ? AND path = 'index'");
  const changed = createListeners<[DocumentChange]>((error) =>
    log.error('document-listener-failed', { error }),
  );

  const read = ({ owner, auid, path }: DocumentName): StoredDocument | null => {
    const row = select.get(owner, auid, path);
    return row === undefined ? null : { etag: String(row['etag']), body: String(row['body']) };
  };

  return {
    read,
    async change(name, decide) {
      const { owner, auid, path } = name;
      const done = await writer.write(() => {
        const now = read(name);
        const { edit, answer } = decide(now);
        const before = now?.etag ?? null;
        let after = before;
        if (edit !== null && 'write' in edit) {
          after = tagOf(edit.write);
          if (after !== before) upsert.run(owner, auid, path, after, edit.write);
        } else if (edit !== null) {
          after = null;
          erase.run(owner, auid, path);
        }
        return { before, after, answer };
      });
      const { before, after, answer } = done;
      if (before !== after) changed.tell({ owner, auid, path, before, after });
      return answer;
    },
    list(owner) {
      return every.all(owner).map((row) => ({
        owner,
        auid: String(row['auid']),
        path: String(row['path']),
        etag: String(row['etag']),
        size: Number(row['size']),
      }));
    },
    owners: (auid) => owning.all(auid).map((row) => String(row['owner'])),
    onChange: (listener) => void changed.add(listener),
  };
}
