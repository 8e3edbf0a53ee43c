/** The calls of each owner, one record a Call-ID (features.md H01). */
import type { DatabaseSync } from 'node:sqlite';
import type { CallFilter, CallOutcome, CallRecord } from '../../protocol/history-api.ts';
import { callRecordId } from './ids.ts';
import type { Ledger } from './ledger.ts';

export type NewCall = Omit<CallRecord, 'id' | 'note' | 'seen'> & Partial<Pick<CallRecord, 'note' | 'seen'>>;
export type CallEdit = Partial<
  Pick<CallRecord, 'note' | 'seen' | 'subject' | 'answeredAt' | 'endedAt' | 'forwardedTo'>
>;

export interface CallTable {
  /** Inside a transaction, as all that write. The number of the record; another of its Call-ID is brought up to date. */
  put(owner: string, key: number, call: NewCall): number;
  /** False when there is no such record. */
  edit(owner: string, key: number, sequence: number, edit: CallEdit): boolean;
  /** Whom the call was with; null when the owner has none of this Call-ID. */
  peerOf(key: number, callId: string): string | null;
  /** An answered call is over; only the first time counts. */
  hungUp(owner: string, key: number, callId: string, at: number): void;
  get(key: number, sequence: number): CallRecord | null;
  list(key: number, filter: CallFilter, limit: number, offset: number, oldestFirst: boolean): number[];
  count(key: number, filter: CallFilter): number;
  place(key: number, filter: CallFilter, sequence: number, oldestFirst: boolean): number | null;
}

/** Records of one owner; the oldest go. */
const MOST = 10_000;

export function callTable(database: DatabaseSync, ledger: Ledger): CallTable {
  const bySequence = database.prepare('SELECT * FROM archive_calls WHERE owner = ? AND sequence = ?');
  const byCallId = database.prepare('SELECT * FROM archive_calls WHERE owner = ? AND call_id = ?');
  const insert = database.prepare(
    `INSERT INTO archive_calls (owner, sequence, changed, call_id, conversation, direction, at, answered_at, ended_at, outcome,
       video, subject, forwarded_to, device, behalf, note, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE archive_calls SET changed = ?, answered_at = ?, ended_at = ?, outcome = ?, video = ?, subject = ?, forwarded_to = ?,
       device = ?, behalf = ?, note = ?, seen = ? WHERE owner = ? AND sequence = ?`,
  );
  const beyond = database.prepare(
    'SELECT sequence FROM archive_calls WHERE owner = ? ORDER BY sequence DESC LIMIT 1 OFFSET ?',
  );
  const drop = database.prepare(
    'DELETE FROM archive_calls WHERE owner = ? AND sequence <= ? RETURNING changed',
  );
  const condition = `owner = ? AND conversation = coalesce(?, conversation) AND outcome = coalesce(?, outcome) AND at >= ? AND at < ?`;
  const newest = database.prepare(
    `SELECT sequence FROM archive_calls WHERE ${condition} ORDER BY sequence DESC LIMIT ? OFFSET ?`,
  );
  const oldest = database.prepare(
    `SELECT sequence FROM archive_calls WHERE ${condition} ORDER BY sequence LIMIT ? OFFSET ?`,
  );
  const count = database.prepare(
    `SELECT count(*) AS n FROM archive_calls WHERE ${condition} AND sequence BETWEEN ? AND ?`,
  );
  const among = (key: number, filter: CallFilter, from: number, to: number): number =>
    Number(count.get(...valuesOf(key, filter), from, to)?.['n']);

  const write = (owner: string, key: number, sequence: number, call: CallRecord): void => {
    update.run(
      ledger.next(owner, key, 'CallRecord'),
      ...[call.answeredAt ?? null, call.endedAt ?? null, call.outcome, Number(call.video)],
      ...[call.subject ?? null, call.forwardedTo ?? null, call.device ?? null, call.onBehalfOf ?? null],
      ...[call.note, Number(call.seen), key, sequence],
    );
  };
  const trim = (key: number): void => {
    const last = beyond.get(key, MOST);
    if (!last) return;
    for (const row of drop.all(key, Number(last['sequence']))) {
      ledger.forget(key, 'CallRecord', Number(row['changed']));
    }
  };
  return {
    put(owner, key, call) {
      const row = byCallId.get(key, call.callId);
      if (row) {
        const known = open(row);
        // What one end knows and the other does not is added; that a call was answered is not taken back.
        const outcome = known.outcome === 'answered' ? known.outcome : call.outcome;
        const merged = { ...call, ...known, outcome, video: known.video || call.video };
        const sequence = Number(row['sequence']);
        if (JSON.stringify(merged) !== JSON.stringify(known)) write(owner, key, sequence, merged);
        return sequence;
      }
      const sequence = ledger.next(owner, key, 'CallRecord');
      insert.run(
        ...[key, sequence, sequence, call.callId, call.conversationId, call.direction, Math.round(call.at)],
        ...[call.answeredAt ?? null, call.endedAt ?? null, call.outcome, Number(call.video)],
        ...[call.subject ?? null, call.forwardedTo ?? null, call.device ?? null, call.onBehalfOf ?? null],
        ...[call.note ?? '', Number(call.seen ?? false)],
      );
      trim(key);
      return sequence;
    },
    edit(owner, key, sequence, edit) {
      const row = bySequence.get(key, sequence);
      if (row) write(owner, key, sequence, { ...open(row), ...edit });
      return row !== undefined;
    },
    peerOf(key, callId) {
      const row = byCallId.get(key, callId);
      return row ? String(row['conversation']) : null;
    },
    hungUp(owner, key, callId, at) {
      const row = byCallId.get(key, callId);
      const known = row ? open(row) : null;
      if (!row || known?.outcome !== 'answered' || known.endedAt !== undefined) return;
      write(owner, key, Number(row['sequence']), { ...known, endedAt: Math.round(at) });
    },
    get(key, sequence) {
      const row = bySequence.get(key, sequence);
      return row ? open(row) : null;
    },
    list: (key, filter, limit, offset, oldestFirst) =>
      (oldestFirst ? oldest : newest)
        .all(...valuesOf(key, filter), limit, offset)
        .map((row) => Number(row['sequence'])),
    count: (key, filter) => among(key, filter, 0, Number.MAX_SAFE_INTEGER),
    place(key, filter, sequence, oldestFirst) {
      if (among(key, filter, sequence, sequence) === 0) return null;
      return oldestFirst
        ? among(key, filter, 0, sequence - 1)
        : among(key, filter, sequence + 1, Number.MAX_SAFE_INTEGER);
    },
  };
}

function valuesOf(
  key: number,
  { conversationId = null, outcome = null, after = 0, before = Number.MAX_SAFE_INTEGER }: NullableFilter,
): [number, string | null, string | null, number, number] {
  return [key, conversationId, outcome, after, before];
}
type NullableFilter = { readonly [K in keyof CallFilter]: CallFilter[K] | null | undefined } & {
  readonly after?: number;
  readonly before?: number;
};

function open(row: Readonly<Record<string, unknown>>): CallRecord {
  const number = (name: string): number | undefined => (row[name] === null ? undefined : Number(row[name]));
  const text = (name: string): string | undefined => (typeof row[name] === 'string' ? row[name] : undefined);
  const [answeredAt, endedAt] = [number('answered_at'), number('ended_at')];
  const [subject, forwardedTo, device] = [text('subject'), text('forwarded_to'), text('device')];
  const onBehalfOf = text('behalf');
  return {
    id: callRecordId(Number(row['sequence'])),
    callId: String(row['call_id']),
    conversationId: String(row['conversation']),
    direction: row['direction'] === 'in' ? 'in' : 'out',
    at: Number(row['at']),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(endedAt !== undefined && { endedAt }),
    outcome: String(row['outcome']) as CallOutcome,
    video: row['video'] === 1,
    ...(subject !== undefined && { subject }),
    ...(forwardedTo !== undefined && { forwardedTo }),
    ...(device !== undefined && { device }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    note: text('note') ?? '',
    seen: row['seen'] === 1,
  };
}
