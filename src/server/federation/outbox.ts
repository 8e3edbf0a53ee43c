/** Messages to people of other organisations, kept until their server has taken them (features.md F01). */
import type { StoreModule, Writer } from '../store/database.ts';
import type { NewMessage } from '../store/messages.ts';

export interface OutgoingMessage extends NewMessage {
  readonly key: number;
  /** When it was accepted here, milliseconds. */
  readonly at: number;
  /** Somebody wrote it: they want to know when it cannot be delivered. A notice is only dropped. */
  readonly written: boolean;
}

export interface Outbox {
  /** Kept safely when the promise settles; a repeat changes nothing. Rejects when the disk refuses. */
  add(message: NewMessage, domain: string, at: number, written: boolean): Promise<void>;
  /** The oldest waiting message of each recipient of that domain, oldest first. */
  next(domain: string): OutgoingMessage[];
  /** It is delivered, or given up. Should this be lost, the other server gets it again and knows it. */
  done(key: number): Promise<void>;
  /** Messages accepted before that moment that still wait. */
  late(before: number): OutgoingMessage[];
  /** Domains that something waits for. */
  domains(): string[];
  /** How many messages of the sender, and to the domain, wait. */
  waiting(sender: string, domain: string): { readonly ofSender: number; readonly toDomain: number };
  /** Forgets what was delivered before that moment. */
  prune(before: number): Promise<void>;
}

export const outboxModule: StoreModule = {
  name: 'federation',
  migrations: [
    `CREATE TABLE outgoing (
       key INTEGER PRIMARY KEY,
       domain TEXT NOT NULL,
       sender TEXT NOT NULL,
       recipient TEXT NOT NULL,
       id TEXT NOT NULL,
       at INTEGER NOT NULL,
       written INTEGER NOT NULL,
       done INTEGER NOT NULL DEFAULT 0,
       envelope TEXT NOT NULL,
       body TEXT NOT NULL,
       UNIQUE (sender, recipient, id)
     ) STRICT;
     CREATE INDEX outgoing_waiting ON outgoing (domain, recipient, key) WHERE done = 0;
     CREATE INDEX outgoing_by_sender ON outgoing (sender) WHERE done = 0;
     CREATE INDEX outgoing_by_age ON outgoing (at)`,
  ],
};

/** Recipients of one domain looked at at once. */
const MOST_RECIPIENTS = 500;
/** Late messages given up at once. */
const MOST_LATE = 500;

/** `durable` carries what was promised to a sender; `quick` what only repeats a delivery when it is lost. */
export function createOutbox(durable: Writer, quick: Writer): Outbox {
  const { database } = durable;
  const insert = database.prepare(
    `INSERT INTO outgoing (domain, sender, recipient, id, at, written, envelope, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, recipient, id) DO NOTHING`,
  );
  const next = database.prepare(
    `SELECT * FROM outgoing WHERE key IN
       (SELECT min(key) FROM outgoing WHERE domain = ? AND done = 0 GROUP BY recipient)
     ORDER BY key LIMIT ${MOST_RECIPIENTS}`,
  );
  const late = database.prepare(
    `SELECT * FROM outgoing WHERE done = 0 AND at < ? ORDER BY at LIMIT ${MOST_LATE}`,
  );
  const domains = database.prepare('SELECT DISTINCT domain FROM outgoing WHERE done = 0');
  const ofSender = database.prepare('SELECT count(*) AS n FROM outgoing WHERE done = 0 AND sender = ?');
  const toDomain = database.prepare('SELECT count(*) AS n FROM outgoing WHERE done = 0 AND domain = ?');
  const done = quick.database.prepare("UPDATE outgoing SET done = 1, envelope = '', body = '' WHERE key = ?");
  const old = quick.database.prepare('DELETE FROM outgoing WHERE done = 1 AND at < ?');

  return {
    async add(message, domain, at, written) {
      const { sender, recipient, id, body } = message;
      await durable.write(() => {
        insert.run(domain, sender, recipient, id, Math.round(at), Number(written), seal(message), body);
      });
    },
    next: (domain) => next.all(domain).map(open),
    async done(key) {
      await quick.write(() => done.run(key));
    },
    late: (before) => late.all(Math.round(before)).map(open),
    domains: () => domains.all().map((row) => String(row['domain'])),
    waiting: (sender, domain) => ({
      ofSender: Number(ofSender.get(sender)?.['n']),
      toDomain: Number(toDomain.get(domain)?.['n']),
    }),
    async prune(before) {
      await quick.write(() => old.run(Math.round(before)));
    },
  };
}

type Envelope = Pick<NewMessage, 'from' | 'to' | 'callId' | 'cseq' | 'headers' | 'binary'>;

function seal({ from, to, callId, cseq, headers, binary }: NewMessage): string {
  return JSON.stringify({ from, to, callId, cseq, headers, binary } satisfies Envelope);
}

function open(row: Record<string, unknown>): OutgoingMessage {
  return {
    ...(JSON.parse(String(row['envelope'])) as Envelope),
    key: Number(row['key']),
    sender: String(row['sender']),
    recipient: String(row['recipient']),
    id: String(row['id']),
    at: Number(row['at']),
    written: row['written'] === 1,
    body: String(row['body']),
  };
}
