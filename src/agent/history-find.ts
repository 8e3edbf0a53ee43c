/** Search and single pages of the server's history, for what is not on this device. */
import { fitsAll, termsOf } from '../protocol/search-words.ts';
import type { MessageFilter } from '../protocol/history-api.ts';
import { shownMessage } from '../store/messages.ts';
import type { MessageRow } from '../store/rows.ts';
import type { Vault } from '../store/vault.ts';
import type { Aor, Commands, Outcome } from './contract.ts';
import { readKept } from './core/archived-letter.ts';
import type { FromHistory } from './from-history.ts';
import type { HistoryServer } from './history-server.ts';
import type { ServerTime } from './server-time.ts';

export interface HistoryFind {
  search(
    input: Commands['search-history'][0],
  ): Promise<Outcome<{ rows: readonly MessageRow[]; next: string | null }>>;
  /** Brings what was said around a time (milliseconds) into the store. */
  fetch(conversation: Aor, around: number): Promise<Outcome<{ count: number }>>;
}

export interface HistoryFindDeps {
  readonly vault: Pick<Vault, 'message'>;
  readonly time: ServerTime;
  readonly me: Aor;
  readonly server: HistoryServer | null;
  readonly from: FromHistory;
}

const PAGE = 50;
const AROUND = 100;
/** Stamp and acceptance of one message may be that far apart (core/order.ts). */
const APART = 62_000;
const AWAY: Outcome<never> = {
  ok: false,
  why: 'The server does not answer. What is on this device is shown.',
};

export function createHistoryFind({ vault, time, me, server, from }: HistoryFindDeps): HistoryFind {
  return {
    async search({ next, ...wanted }) {
      if (!server) return { ok: true, value: { rows: [], next: null } };
      const answer = await server.messages(filterOf(wanted, me), next ?? null, PAGE);
      if (answer === null) return AWAY;
      if (answer === 'forgotten') return { ok: true, value: { rows: [], next: null } };
      const terms = termsOf(wanted.words);
      const rows = new Map<string, MessageRow>();
      for (const message of answer.list) {
        const kept = readKept(message, me, time.now());
        if (!kept) continue;
        const { conversation, sender } = kept.is === 'row' ? kept.row : kept.revision;
        const id = kept.is === 'row' ? kept.row.id : kept.revision.target;
        // What is here is as it should be shown; a correction found by its words is shown as what it corrects.
        const known = await vault.message([conversation, sender, id]);
        const row = known ?? (kept.is === 'row' ? kept.row : null);
        if (!row || row.withdrawn || !fits(row, wanted) || !fitsAll(textOf(row), terms)) continue;
        rows.set(`${conversation} ${sender} ${id}`, shownMessage(row));
      }
      return { ok: true, value: { rows: [...rows.values()], next: answer.oldest } };
    },
    async fetch(conversation, around) {
      if (!server) return { ok: true, value: { count: 0 } };
      const at = Math.floor(around) + APART;
      const filter = { conversationId: conversation };
      const [older, newer] = await Promise.all([
        server.messages({ ...filter, before: at }, null, AROUND),
        server.messages({ ...filter, after: at }, null, AROUND, true),
      ]);
      if (older === null || newer === null || older === 'forgotten' || newer === 'forgotten') return AWAY;
      const page = [...older.list, ...newer.list]
        .map((one) => readKept(one, me, time.now()))
        .filter((one) => one !== null);
      let count = 0;
      for (const kept of page) {
        if (kept.is !== 'row') continue;
        const { sender, id } = kept.row;
        if (!(await vault.message([kept.row.conversation, sender, id]))) count += 1;
      }
      if (!(await from.take(page)))
        return { ok: false, why: 'This device could not keep what it was given.' };
      return { ok: true, value: { count } };
    },
  };
}

type Wanted = Omit<Commands['search-history'][0], 'next'>;

function filterOf({ words, conversation, by, kind, since, until }: Wanted, me: Aor): MessageFilter {
  const text = words.trim().slice(0, 200);
  return {
    ...(text !== '' && { text }),
    ...(conversation !== undefined && { conversationId: conversation }),
    ...(by === 'me' && { from: me }),
    ...(kind !== undefined && kind !== 'link' && { kind }),
    ...(since !== undefined && { after: since }),
    ...(until !== undefined && { before: until }),
  };
}

function fits(row: MessageRow, { by, kind }: Wanted): boolean {
  if (by === 'others' && row.mine) return false;
  return kind !== 'link' || /\b(?:https?:\/\/|www\.)\S/i.test(row.text);
}

function textOf({ text, files = [] }: MessageRow): string {
  return [text, ...files.map(({ name }) => name)].join(' ');
}
