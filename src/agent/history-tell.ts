/** Tells the server's history what was done on this device: read, muted, noted. Each once; what is refused for good is let go. */
import type { StoredConversation } from '../store/rows.ts';
import type { Vault } from '../store/vault.ts';
import type { CallHistory } from './call-history.ts';
import type { FromHistory } from './from-history.ts';
import type { HistoryServer } from './history-server.ts';

export interface TellDeps {
  readonly vault: Pick<Vault, 'messagesBefore'>;
  readonly server: HistoryServer;
  readonly from: FromHistory;
  readonly calls: CallHistory;
}

/** Objects of one request. */
const MOST = 20;
/** How far the stamp of a message may be from when the server took it (core/order.ts), and a little. */
const AROUND = 62_000;

/** False: try again later. */
export async function tellHistory({ vault, server, from, calls }: TellDeps): Promise<boolean> {
  const conversations = from.untold().slice(0, MOST);
  const updates: [string, object][] = [];
  for (const row of conversations) {
    const update = await updateOf(row, vault, server);
    if (update === null) return false;
    if (Object.keys(update).length > 0) updates.push([row.id, update]);
  }
  if (updates.length > 0 && (await server.update('Conversation', Object.fromEntries(updates))) === null)
    return false;
  for (const row of conversations) await from.told(row);
  const rows = calls.untold().slice(0, MOST);
  const records = rows.map((row): [string, object] => [
    row.record ?? '',
    {
      ...(row.untold?.includes('seen') && { seen: true }),
      ...(row.untold?.includes('note') && { note: row.note ?? '' }),
    },
  ]);
  if (records.length > 0 && (await server.update('CallRecord', Object.fromEntries(records))) === null)
    return false;
  for (const row of rows) await calls.told(row);
  return true;
}

async function updateOf(
  row: StoredConversation,
  vault: TellDeps['vault'],
  server: HistoryServer,
): Promise<object | null> {
  const { untold = [], muted = false, note = '' } = row;
  const read = untold.includes('read') ? await readMark(row, vault, server) : undefined;
  if (read === null) return null;
  return {
    ...(untold.includes('muted') && { muted }),
    ...(untold.includes('note') && { note }),
    ...(read && { readThrough: read }),
  };
}

/** The newest message that was read, as the server knows it; undefined when there is none; null without an answer. */
async function readMark(
  { id, readOrder }: StoredConversation,
  vault: TellDeps['vault'],
  server: HistoryServer,
): Promise<{ readonly date: number; readonly id?: string } | null | undefined> {
  const rows = await vault.messagesBefore(id, { order: readOrder + 1, id: '' }, MOST);
  const last = rows.find((one) => !one.mine && one.standsFor === undefined);
  if (!last) return undefined;
  const near = {
    after: Math.max(0, Math.floor(last.order) - AROUND),
    before: Math.ceil(last.order) + AROUND,
  };
  const answer = await server.messages({ conversationId: id, from: last.sender, ...near }, null, 250);
  if (answer === null || answer === 'forgotten') return null;
  const found = answer.list.find((one) => one.messageId === last.id);
  return found ? { date: found.date, id: found.id } : { date: Math.floor(last.order) };
}
