/**
 * Background Sync: what waits in the outbox goes out although no window is open. Only where no user agent runs, which
 * does the same with more care; should one start meanwhile, both send the same ids, and every end takes each id once
 * (reliability.md §7). Copies for groups without a focus, and what was refused, wait for a window.
 */
import { wrap } from '../agent/core/envelope.ts';
import { placeOf } from '../agent/core/order.ts';
import { header } from '../protocol/sip-message.ts';
import { NO_PARAMS } from '../protocol/sip-uri.ts';
import { openSecret, readAccount, secretName } from '../store/account.ts';
import { readConversations } from '../store/conversations.ts';
import type { Database } from '../store/database.ts';
import { createIdbVault } from '../store/idb-vault.ts';
import { advanced } from '../store/messages.ts';
import { openStore } from '../store/open.ts';
import { readOutbox } from '../store/outbox.ts';
import type { OutboxRow, StoredAccount, StoredConversation } from '../store/rows.ts';
import { SipLine, type LineSecret } from './sip-line.ts';

/** Tag of the sync that windows register. */
export const OUTBOX_TAG = 'outbox';
const AGENT_LOCK = 'parley-agent';
/** A browser gives a sync some minutes; a line that hangs longer is dead. */
const PATIENCE_MS = 20_000;
/** CSeqs of one try, as the user agent counts them (sip/messaging.ts). */
const SEQS_PER_TRY = 8;

/** Rejects while something is left that another sync may send: the browser then tries again later. */
export async function sendOutbox(scope: ServiceWorkerGlobalScope): Promise<void> {
  const { held = [] } = await scope.navigator.locks.query();
  if (held.some(({ name }) => name?.startsWith(AGENT_LOCK))) return;
  const opened = await openStore();
  if (!opened.ok) return;
  const { db } = opened;
  try {
    const account = await readAccount(db);
    const known = account?.secret ? await openSecret(account.secret) : null;
    const rows = (await readOutbox(db)).filter(({ to }) => to === undefined);
    if (!account?.signedIn || !known || rows.length === 0) return;
    const secret: LineSecret = {
      username: account.username,
      ha1: (realm, algorithm) => known.get(secretName(realm, algorithm)) ?? null,
    };
    const line = await firstLine(account.servers);
    if (!line) throw new Error('no server answers');
    try {
      await sendAll(db, account, rows, line, secret);
    } finally {
      line.close();
    }
  } finally {
    db.close();
  }
}

async function firstLine(servers: readonly string[]): Promise<SipLine | null> {
  const over = AbortSignal.timeout(PATIENCE_MS);
  for (const address of servers) {
    const line = await SipLine.open(address, over);
    if (line) return line;
  }
  return null;
}

/** In order within a conversation: behind one that was refused nothing goes. */
async function sendAll(
  db: Database,
  account: StoredAccount,
  rows: readonly OutboxRow[],
  line: SipLine,
  secret: LineSecret,
): Promise<void> {
  const vault = createIdbVault(db);
  const conversations = new Map((await readConversations(db)).map((row) => [row.id, row]));
  const resting = new Set<string>();
  for (const waiting of rows) {
    const lane = `${waiting.kind} ${waiting.conversation}`;
    if (resting.has(lane)) continue;
    const row: OutboxRow = {
      ...waiting,
      ...{ cseq: waiting.cseq + 1, tries: waiting.tries + 1, stamp: waiting.stamp ?? Date.now() },
    };
    // Written down before it is used: what went out once is never sent differently.
    if ((await vault.commit([{ put: 'outbox', row }])).is !== 'done') return;
    const conversation = conversations.get(row.conversation);
    const { contentType, body } = wrap(row, account, conversation?.plain === true);
    const to = { display: '', uri: row.conversation, params: NO_PARAMS };
    const answer = await line.ask(
      {
        method: 'MESSAGE',
        uri: row.conversation,
        from: {
          display: account.name,
          uri: account.aor,
          params: new Map([['tag', crypto.randomUUID().slice(0, 8)]]),
        },
        to,
        callId: row.callId,
        seq: row.cseq * SEQS_PER_TRY,
        headers: [{ name: 'Content-Type', value: contentType }],
        body,
      },
      secret,
    );
    if (!answer) throw new Error('the line was lost');
    if (answer.status >= 300) resting.add(lane);
    else await settle(vault, account, row, conversation, Date.parse(header(answer, 'Date') ?? ''));
  }
}

/** The message is sent, wherever it is shown. */
async function settle(
  vault: ReturnType<typeof createIdbVault>,
  account: StoredAccount,
  row: OutboxRow,
  conversation: StoredConversation | undefined,
  acceptedAt: number,
): Promise<void> {
  const place = placeOf(row.stamp, Number.isNaN(acceptedAt) ? null : acceptedAt, Date.now());
  const last = conversation?.last?.id === row.id ? advanced(conversation.last, { to: 'sent', place }) : null;
  await vault.commit([
    { remove: 'outbox', key: row.id },
    { advance: 'messages', key: [row.conversation, account.aor, row.id], to: 'sent', place },
    ...(conversation && last ? [{ put: 'conversations', row: { ...conversation, last } } as const] : []),
  ]);
}
