/** How the calls of people were, as their clients reported (RFC 6035). Each person reads their own. */
import type { VqReport } from '../../protocol/vq-report.ts';
import type { Clock } from '../clock.ts';
import type { Writer } from '../store/database.ts';

/** One report as its owner reads it. Times in milliseconds, shares from 0 to 1. */
export interface KeptReport {
  readonly callId: string;
  readonly remote: string;
  readonly start: number;
  readonly stop: number;
  readonly codec: string;
  readonly lossIn: number;
  readonly lossOut: number | null;
  readonly jitter: number | null;
  readonly roundTrip: number | null;
  /** Estimate. */
  readonly mos: number;
}

interface QualityStore {
  /** The same call again takes the place of what was reported before. */
  add(owner: string, report: VqReport): Promise<void>;
  /** Newest first. */
  of(owner: string): readonly KeptReport[];
}

/** Of one person; the oldest go first. */
const MOST_REPORTS = 500;
const SHOWN = 100;

export function qualityStore(writer: Writer, clock: Clock): QualityStore {
  const { database } = writer;
  const insert = database.prepare(
    'INSERT OR REPLACE INTO call_quality VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const shorten = database.prepare(
    `DELETE FROM call_quality WHERE owner = ? AND call_id IN
       (SELECT call_id FROM call_quality WHERE owner = ? ORDER BY reported_at DESC, call_id LIMIT -1 OFFSET ?)`,
  );
  const all = database.prepare(
    'SELECT * FROM call_quality WHERE owner = ? ORDER BY started_at DESC, call_id LIMIT ?',
  );
  return {
    add: (owner, { callId, remoteId, start, stop, quality }) =>
      writer.write(() => {
        const { codec, lossIn, lossOut, jitter, roundTrip, mos } = quality;
        const times = [start, stop] as const;
        const values = [codec, lossIn, lossOut, jitter, roundTrip, mos] as const;
        insert.run(owner, callId, remoteId, ...times, ...values, clock.now());
        shorten.run(owner, owner, MOST_REPORTS);
      }),
    of: (owner) =>
      all.all(owner, SHOWN).map((row) => {
        const number = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
        return {
          callId: String(row['call_id']),
          remote: String(row['remote']),
          start: Number(row['started_at']),
          stop: Number(row['stopped_at']),
          codec: String(row['codec']),
          lossIn: Number(row['loss_in']),
          lossOut: number('loss_out'),
          jitter: number('jitter'),
          roundTrip: number('round_trip'),
          mos: Number(row['mos']),
        };
      }),
  };
}
