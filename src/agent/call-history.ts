/** The log of calls together with the server's: each call once, whoever saw it; notes and what was looked at on all devices. */
import type { CallRecord } from '../protocol/history-api.ts';
import type { VoiceQuality } from '../protocol/voice-quality.ts';
import type { CallLogRow, StoredCall } from '../store/rows.ts';
import type { Write } from '../store/vault.ts';
import { shownCall } from '../store/calls.ts';
import type { Outcome } from './contract.ts';
import { rowOfRecord } from './core/call-record.ts';
import type { Env, Keeper } from './env.ts';

export interface CallHistory {
  take(records: readonly CallRecord[], more?: readonly Write[]): Promise<boolean>;
  /** Calls up to that time (milliseconds) have been looked at. */
  seen(through: number): Promise<void>;
  note(id: string, text: string): Promise<Outcome>;
  /** How it sounded here; the row then, null when the call is in no log. */
  measured(id: string, quality: VoiceQuality): Promise<StoredCall | null>;
  /** Calls with something to tell, that the server has a record of. */
  untold(): readonly StoredCall[];
  told(row: StoredCall): Promise<void>;
}

/** Among how many of the latest calls there may be some that were not told, or not looked at. */
const RECENT = 300;

/** `device`: the instance id of this one. `changed`: there is something to tell. */
export async function createCallHistory(
  env: Env,
  keeper: Keeper,
  device: string,
  changed: () => void,
): Promise<CallHistory> {
  const recent = await env.vault.callsBefore(null, RECENT);
  const waiting = new Map(recent.filter((row) => row.untold).map((row) => [row.id, row]));

  async function put(rows: readonly StoredCall[], more: readonly Write[] = []): Promise<boolean> {
    const writes = rows.map((row): Write => ({ put: 'calls', row }));
    const kept = await keeper.keep([...writes, ...more]);
    if (kept.is !== 'done') return false;
    for (const row of rows) {
      if (row.untold && row.untold.length > 0) waiting.set(row.id, row);
      else waiting.delete(row.id);
    }
    if (rows.length > 0) env.tell({ fact: 'calls-logged', rows: rows.map(shownCall) });
    return true;
  }
  const say = (row: StoredCall, what: 'seen' | 'note', change: Partial<CallLogRow>): StoredCall => ({
    ...row,
    ...change,
    untold: [...new Set([...(row.untold ?? []), what])],
  });

  return {
    take: (records, more = []) =>
      keeper.inTurn(async () => {
        const rows: StoredCall[] = [];
        for (const record of records) {
          const known = await env.vault.call(record.callId);
          const row = rowOfRecord(record, known, device);
          if (JSON.stringify(row) !== JSON.stringify(known)) rows.push(row);
        }
        const done = await put(rows, more);
        if (rows.some((row) => row.untold)) changed();
        return done;
      }),
    seen: (through) =>
      keeper.inTurn(async () => {
        const rows = (await env.vault.callsBefore(through + 1, RECENT)).filter(
          (row) => row.end === 'missed' && row.seen !== true,
        );
        await put(rows.map((row) => say(row, 'seen', { seen: true })));
        if (rows.length > 0) changed();
      }),
    note: (id, text) =>
      keeper.inTurn(async () => {
        const row = await env.vault.call(id);
        if (!row) return { ok: false, why: 'This call is no longer in the log.' };
        if (!(await put([say(row, 'note', { note: text.slice(0, LONGEST_NOTE) })])))
          return { ok: false, why: 'This device could not keep the note. Try again.' };
        changed();
        return { ok: true, value: null };
      }),
    measured: (id, quality) =>
      keeper.inTurn(async () => {
        const row = await env.vault.call(id);
        if (!row) return null;
        const measured = { ...row, quality };
        await put([measured]);
        return measured;
      }),
    untold: () => [...waiting.values()].filter((row) => row.record !== undefined),
    told: (told) =>
      keeper.inTurn(async () => {
        const row = await env.vault.call(told.id);
        if (!row) return;
        const { untold = [], ...bare } = row;
        const still = untold.filter((what) => what === 'note' && row.note !== told.note);
        await put([still.length > 0 ? { ...bare, untold: still } : bare]);
      }),
  };
}

const LONGEST_NOTE = 20_000;
