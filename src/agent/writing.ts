/** Writing messages: sending, sending again, taking back what has not gone out. */
import { shownMessage } from '../store/messages.ts';
import { omit } from '../store/omit.ts';
import type { OutboxRow, StoredConversation, StoredMessage } from '../store/rows.ts';
import type { Aor, Outcome } from './contract.ts';
import { withMessage } from './core/conversations.ts';
import { stampAfter } from './core/order.ts';
import type { Env, Keeper, Presentee } from './env.ts';
import type { Sending } from './sending.ts';
import type { ServerTime } from './server-time.ts';

export interface Writing {
  send(conversation: Aor, text: string, id: string): Promise<Outcome<{ id: string }>>;
  sendAgain(id: string): Promise<Outcome>;
  discard(id: string): Promise<Outcome>;
}

export interface WritingDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  readonly me: Presentee;
  readonly of: (conversation: Aor) => StoredConversation;
  readonly note: (row: StoredConversation) => void;
  readonly show: (rows: readonly StoredMessage[]) => void;
  readonly sending: Sending;
  /** A message went out: typing has ended. */
  readonly sent: (conversation: Aor) => void;
}

/** A message longer than this never goes through SIP (reliability.md §6); said at once instead of after a try. */
const LONGEST = 60_000;

export function createWriting(deps: WritingDeps): Writing {
  const { env, keeper, time, me, of, note, show, sending } = deps;
  return {
    send: (conversation, text, id) =>
      keeper.inTurn(async () => {
        if (text.trim() === '') return { ok: false, why: 'There is nothing to send.' };
        if (new TextEncoder().encode(text).length > LONGEST)
          return { ok: false, why: 'The message is too long. Send it in parts.' };
        const order = stampAfter(time.now(), of(conversation).last?.order ?? 0);
        const row = {
          id,
          conversation,
          sender: me.aor,
          mine: true,
          text,
          state: 'queued',
          at: order,
          order,
        } as const;
        const out: OutboxRow = {
          ...{ id, conversation, kind: 'message', seq: sending.nextSeq(), body: text, callId: id },
          ...{ cseq: 0, tries: 0, stamp: null, at: order },
        };
        const after = withMessage(withoutDraft(of(conversation)), row, true);
        const kept = await keeper.keep([
          { add: 'messages', row },
          { put: 'outbox', row: out },
          { put: 'conversations', row: after },
        ]);
        if (kept.is === 'lost') return { ok: false, why: kept.why };
        if (kept.is === 'done') {
          show([row]);
          note(after);
          deps.sent(conversation);
          sending.enqueue([out]);
        }
        return { ok: true, value: { id } };
      }),
    sendAgain: (id) =>
      keeper.inTurn(async () => {
        const row = (await env.vault.findMessages(id)).find((one) => one.mine && one.state === 'failed');
        if (!row) return { ok: false, why: 'This message is not waiting to be sent again.' };
        const order = stampAfter(time.now(), of(row.conversation).last?.order ?? 0);
        const queued: StoredMessage = { ...omit(row, 'problem'), state: 'queued', at: order, order };
        const out: OutboxRow = {
          ...{ id, conversation: row.conversation, kind: 'message', seq: sending.nextSeq(), body: row.text },
          ...{ callId: id, cseq: 0, tries: 0, stamp: null, at: order },
        };
        const after = withMessage(of(row.conversation), queued, false);
        const kept = await keeper.keep([
          { put: 'messages', row: queued },
          { put: 'outbox', row: out },
          { put: 'conversations', row: after },
        ]);
        if (kept.is !== 'done') return { ok: false, why: kept.is === 'lost' ? kept.why : 'Try again.' };
        show([queued]);
        note(after);
        sending.enqueue([out]);
        return { ok: true, value: null };
      }),
    discard: (id) =>
      keeper.inTurn(async () => {
        const row = (await env.vault.findMessages(id)).find((one) => one.mine);
        if (!row || (row.state !== 'failed' && row.state !== 'queued'))
          return { ok: false, why: 'This message has already been sent.' };
        if (sending.isUnderway(id)) return { ok: false, why: 'This message may have arrived already.' };
        const key = [row.conversation, row.sender, row.id] as const;
        const kept = await keeper.keep([
          { remove: 'messages', key },
          { remove: 'outbox', key: id },
        ]);
        if (kept.is !== 'done') return { ok: false, why: kept.is === 'lost' ? kept.why : 'Try again.' };
        sending.discard(id);
        env.tell({ fact: 'messages-gone', ids: [id] });
        const last = await env.vault.lastMessage(row.conversation);
        const after = { ...of(row.conversation), last: last && shownMessage(last) };
        await keeper.keep([{ put: 'conversations', row: after }]);
        note(after);
        return { ok: true, value: null };
      }),
  };
}

export function withoutDraft(row: StoredConversation): StoredConversation {
  return omit(row, 'draft');
}
