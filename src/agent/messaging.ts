/** Messages of the signed-in account: what is sent, what comes in, what has been read. */
import type { IncomingMessage, SipUserAgent } from '../sip/contract.ts';
import { shownConversation } from '../store/conversations.ts';
import { advanced, shownMessage } from '../store/messages.ts';
import type { OutboxRow, StoredConversation, StoredMessage } from '../store/rows.ts';
import type { Image, Write } from '../store/vault.ts';
import type { Aor, ConversationRow } from './contract.ts';
import { newConversation, withMessage, withRead } from './core/conversations.ts';
import { noticeBody } from './core/envelope.ts';
import { readLetter } from './core/inbox.ts';
import type { Env, Keeper, Presentee } from './env.ts';
import { createSending } from './sending.ts';
import type { ServerTime } from './server-time.ts';
import { createTyping } from './typing.ts';
import { createWriting, withoutDraft, type Writing } from './writing.ts';

export interface Messaging extends Writing {
  readonly rows: () => ConversationRow[];
  online(sip: SipUserAgent): void;
  offline(): void;
  stop(): void;
  markRead(conversation: Aor, through: string): Promise<void>;
  keepDraft(conversation: Aor, text: string): Promise<void>;
  composing(conversation: Aor, active: boolean): void;
  /** The status for the wire, once what came is safe. */
  receive(message: IncomingMessage): Promise<number>;
}

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
    ...createWriting({ env, keeper, time, me, of, note, show, sending, sent: typing.sent }),
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
            typing.heard(reading.conversation, reading.heard);
            return 200;
          case 'nothing':
            return 200;
          case 'bad':
            return reading.status;
        }
      }),
  };
}
