/** Messages of the signed-in account: what is sent, what comes in, what has been read. */
import type { IncomingMessage, SipUserAgent } from '../sip/contract.ts';
import { shownConversation } from '../store/conversations.ts';
import { advanced, shownMessage } from '../store/messages.ts';
import { omit } from '../store/omit.ts';
import type { OutboxRow, StoredConversation, StoredMessage } from '../store/rows.ts';
import type { Image, Write } from '../store/vault.ts';
import type { Aor, ConversationRow, Outcome } from './contract.ts';
import { newConversation, withMessage, withRead } from './core/conversations.ts';
import { noticeBody } from './core/envelope.ts';
import { readLetter } from './core/inbox.ts';
import { stampAfter } from './core/order.ts';
import type { Env, Keeper, Presentee } from './env.ts';
import { createSending } from './sending.ts';
import type { ServerTime } from './server-time.ts';
import { createTyping } from './typing.ts';

export interface Messaging {
  readonly rows: () => ConversationRow[];
  online(sip: SipUserAgent): void;
  offline(): void;
  stop(): void;
  send(conversation: Aor, text: string, id: string): Promise<Outcome<{ id: string }>>;
  sendAgain(id: string): Promise<Outcome>;
  discard(id: string): Promise<Outcome>;
  markRead(conversation: Aor, through: string): Promise<void>;
  keepDraft(conversation: Aor, text: string): Promise<void>;
  composing(conversation: Aor, active: boolean): void;
  /** The status for the wire, once what came is safe. */
  receive(message: IncomingMessage): Promise<number>;
}

/** A message longer than this never goes through SIP (reliability.md §6); said at once instead of after a try. */
const LONGEST = 60_000;

export function createMessaging(
  env: Env,
  keeper: Keeper,
  time: ServerTime,
  me: Presentee,
  image: Pick<Image, 'conversations' | 'outbox'>,
): Messaging {
  const conversations = new Map(image.conversations.map((row) => [row.id, row]));
  const of = (id: Aor): StoredConversation => conversations.get(id) ?? newConversation(id);
  const typing = createTyping(env, me);
  const sending = createSending({
    env,
    keeper,
    time,
    me,
    rows: image.outbox,
    lastOrder: (id) => of(id).last?.order ?? 0,
    plain: (id) => of(id).plain === true,
    commit: (writes) => keeper.inTurn(() => advance(writes)),
    goPlain: (id) => {
      const row = { ...of(id), plain: true };
      conversations.set(id, row);
      void keeper.keep([{ put: 'conversations', row }]);
    },
  });

  function note(row: StoredConversation): void {
    conversations.set(row.id, row);
    env.tell({ fact: 'conversations', rows: [shownConversation(row)] });
  }
  const show = (rows: readonly StoredMessage[]) => {
    if (rows.length > 0) env.tell({ fact: 'messages', rows: rows.map(shownMessage) });
  };

  /** Commits moves of states; the conversation whose last row moved is written in the same transaction. */
  async function advance(writes: readonly Write[]): Promise<void> {
    const more: Write[] = [];
    for (const write of writes) {
      if (!('advance' in write)) continue;
      const conversation = of(write.key[0]);
      const { last } = conversation;
      const moved = last?.id === write.key[2] ? advanced(last, write) : null;
      if (moved) more.push({ put: 'conversations', row: withMessage(conversation, moved, false) });
    }
    const kept = await keeper.keep([...writes, ...more]);
    if (kept.is !== 'done') return;
    show(kept.changed);
    for (const write of more) if ('put' in write && write.put === 'conversations') note(write.row);
  }

  function notice(row: StoredMessage, what: 'delivered' | 'displayed', seq: number): OutboxRow {
    const id = env.uuid();
    const body = noticeBody(row.id, row.at, me.aor, what);
    const { conversation } = row;
    return {
      id,
      conversation,
      kind: 'notice',
      seq,
      body,
      callId: id,
      cseq: 0,
      tries: 0,
      stamp: null,
      at: time.now(),
    };
  }

  async function store(row: StoredMessage): Promise<number> {
    const wanted = row.wants?.includes('delivered') === true;
    const key = [row.conversation, row.sender, row.id] as const;
    const notices = wanted ? [notice(row, 'delivered', sending.nextSeq())] : [];
    const kept = await keeper.keep([
      { add: 'messages', row },
      { put: 'conversations', row: withMessage(of(row.conversation), row, true) },
      ...notices.map((one) => ({ put: 'outbox', row: one }) as const),
    ]);
    if (kept.is === 'duplicate') {
      // A copy of our own message: the server has it, and says where it stands.
      if (row.mine) await advance([{ advance: 'messages', key, to: 'sent', place: row.order }]);
      return 200;
    }
    if (kept.is === 'lost') return 500;
    typing.ended(row.conversation);
    show([row]);
    note(withMessage(of(row.conversation), row, true));
    sending.enqueue(notices);
    return 200;
  }

  /** `aloud`: the senders are told. */
  async function markRead(conversation: Aor, through: string, aloud: boolean): Promise<void> {
    const before = of(conversation);
    const found = await env.vault.findMessages(through);
    const target = found.find((row) => row.conversation === conversation);
    if (!target || target.order <= before.readOrder) return;
    const rows = await env.vault.messagesAfter(conversation, before.readOrder);
    const seen = rows.filter((row) => aloud && row.order <= target.order && row.wants?.includes('displayed'));
    const notices = seen.map((row, index) => notice(row, 'displayed', sending.nextSeq() + index));
    const later = rows.filter((row) => row.order > target.order);
    const after = withRead(of(conversation), target.order, later);
    const kept = await keeper.keep([
      { put: 'conversations', row: after },
      ...notices.map((row) => ({ put: 'outbox', row }) as const),
    ]);
    if (kept.is !== 'done') return;
    note(after);
    sending.enqueue(notices);
  }

  /** After a repair of the store the outbox may have messages that the history has lost. */
  async function showWaiting(): Promise<void> {
    for (const { kind, id, conversation, body, at } of image.outbox) {
      if (kind !== 'message') continue;
      const row = {
        id,
        conversation,
        sender: me.aor,
        mine: true,
        text: body,
        state: 'queued',
        at,
        order: at,
      } as const;
      const after = withMessage(of(conversation), row, true);
      const kept = await keeper.keep([
        { add: 'messages', row },
        { put: 'conversations', row: after },
      ]);
      if (kept.is !== 'done') continue;
      show([row]);
      note(after);
    }
  }
  void keeper.inTurn(showWaiting);

  return {
    rows: () => [...conversations.values()].map(shownConversation),
    online(sip) {
      typing.online(sip);
      sending.online(sip);
    },
    offline() {
      typing.offline();
      sending.offline();
    },
    stop() {
      typing.offline();
      sending.stop();
    },
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
          typing.sent(conversation);
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
    markRead: (conversation, through) => keeper.inTurn(() => markRead(conversation, through, true)),
    keepDraft: (conversation, text) =>
      keeper.inTurn(async () => {
        const after = text === '' ? withoutDraft(of(conversation)) : { ...of(conversation), draft: text };
        if ((await keeper.keep([{ put: 'conversations', row: after }])).is === 'done') note(after);
      }),
    composing(conversation, active) {
      if (!of(conversation).plain) typing.typed(conversation, active);
    },
    receive: (message) =>
      keeper.inTurn(async () => {
        const reading = readLetter(message, me.aor, time.now());
        switch (reading.is) {
          case 'row':
            return store(reading.row);
          case 'notice':
            await advance([
              {
                advance: 'messages',
                key: [reading.conversation, me.aor, reading.id],
                to: reading.to,
                ...(reading.to === 'displayed' && { changes: { readAt: time.now() } }),
              },
            ]);
            return 200;
          case 'seen':
            await markRead(reading.conversation, reading.id, false);
            return 200;
          case 'composing':
            typing.heard(reading.conversation, reading.active, reading.refresh);
            return 200;
          case 'nothing':
            return 200;
          case 'bad':
            return reading.status;
        }
      }),
  };
}

function withoutDraft(row: StoredConversation): StoredConversation {
  return omit(row, 'draft');
}
