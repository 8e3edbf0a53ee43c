/** Messages of the signed-in account: what is sent, what comes in, what has been read. */
import type { IncomingMessage, SipUserAgent } from '../sip/contract.ts';
import { shownConversation } from '../store/conversations.ts';
import { advanced, shownMessage } from '../store/messages.ts';
import { omit } from '../store/omit.ts';
import { messageOf } from '../store/outbox.ts';
import type {
  GroupInfo,
  OutboxRow,
  StoredConversation,
  StoredMessage,
  StoredRevision,
} from '../store/rows.ts';
import type { Image, Write } from '../store/vault.ts';
import type { Aor, ConversationRow, Outcome } from './contract.ts';
import { newConversation, withHints, withMessage, withRead } from './core/conversations.ts';
import { noticeBody } from './core/envelope.ts';
import { stampAfter } from './core/order.ts';
import { readLetter, type Reading } from './core/inbox.ts';
import { revised, standIn, withRevisions } from './core/revisions.ts';
import { createFromHistory, type FromHistory, type Untold } from './from-history.ts';
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
  keepDraft(conversation: Aor, text: string, html?: string): Promise<void>;
  readonly find: (conversation: Aor) => StoredConversation | undefined;
  /** Changes the row of a conversation, from what it is when its turn comes. */
  update(conversation: Aor, to: (row: StoredConversation) => StoredConversation): Promise<Outcome>;
  /** What the person decides about a conversation; an empty text takes it away. */
  change(conversation: Aor, to: Pick<StoredConversation, 'subject' | 'muted' | 'note'>): Promise<Outcome>;
  /** Keeps a row that somebody else made or changed: a file on its way. False when it could not be kept. */
  keepRow(row: StoredMessage, isNew: boolean): Promise<boolean>;
  /** More than two are in it. */
  isGroup(conversation: Aor): boolean;
  /** The place after everything that is there: milliseconds of the server. */
  nextOrder(conversation: Aor): number;
  composing(conversation: Aor, active: boolean): void;
  readonly history: FromHistory;
  /** The status for the wire, once what came is safe. */
  receive(message: IncomingMessage): Promise<number>;
}

/** The server took it, and in the end could not bring it there. */
const NOT_TAKEN = 'Their server did not take this message. Try again, or reach them another way.';

export function createMessaging(
  env: Env,
  keeper: Keeper,
  time: ServerTime,
  me: Presentee,
  image: Pick<Image, 'conversations' | 'outbox'>,
  wishes: {
    readonly receipts: () => boolean;
    readonly untold: () => void;
    /** A conversation with a focus is new here. */
    readonly groupFound: () => void;
  },
): Messaging {
  const conversations = new Map(image.conversations.map((row) => [row.id, row]));
  const of = (id: Aor): StoredConversation => conversations.get(id) ?? newConversation(id);
  const typing = createTyping(env, me, (id) => conversations.get(id)?.group);
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
    // A correction is no row of its own that could say so.
    for (const write of writes) {
      if (!('advance' in write) || write.to !== 'failed') continue;
      if (kept.changed.some(({ id }) => id === write.key[2])) continue;
      const words = `A change to one of your messages did not arrive: ${write.problem ?? 'the server refused it.'}`;
      env.tell({ fact: 'notice', level: 'problem', words });
    }
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

  /** Plain messages of one second keep the order in which they came: the server's Date tells no more. */
  function placed({ row, rough }: Extract<Reading, { is: 'row' }>): StoredMessage {
    const last = of(row.conversation).last?.order ?? 0;
    if (!rough || row.mine || last < row.order || last >= row.order + 1_000) return row;
    const order = Math.floor(last) + 1;
    return { ...row, at: order, order };
  }

  async function store(reading: Extract<Reading, { is: 'row' }>): Promise<number> {
    const { group, subject } = reading;
    const came = placed(reading);
    const key = [came.conversation, came.sender, came.id] as const;
    const revisions = await env.vault.revisionsOf(key);
    const row = withRevisions(came, revisions);
    const wanted = row.wants?.includes('delivered') === true;
    const notices = wanted ? [notice(row, 'delivered', sending.nextSeq())] : [];
    const known = withHints(of(row.conversation), me.aor, row, group, subject);
    if (known === 'refused') return 403;
    // Whoever wrote it has not heard that I left.
    if (known === 'past') return 200;
    // What stood for its correction has been counted.
    const after = withMessage(known, row, !revisions.some(({ becomes }) => becomes !== null), me);
    const kept = await keeper.keep([
      { add: 'messages', row },
      { put: 'conversations', row: after },
      ...notices.map((one) => ({ put: 'outbox', row: one }) as const),
      // What stood for the corrections of this message goes.
      ...revisions.map(({ id }) => ({ remove: 'messages', key: [key[0], key[1], id] }) as const),
    ]);
    if (kept.is === 'duplicate') {
      // A copy of our own message: the server has it, and says where it stands.
      if (row.mine) await advance([{ advance: 'messages', key, to: 'sent', place: row.order }]);
      else await delivered(key, notices);
      return 200;
    }
    if (kept.is === 'lost') return 500;
    typing.ended(row.conversation, row.sender);
    show([row]);
    if (revisions.length > 0) env.tell({ fact: 'messages-gone', ids: revisions.map(({ id }) => id) });
    note(after);
    sending.enqueue(notices);
    if (after.group?.focus && isNews(after.group, row)) wishes.groupFound();
    return 200;
  }
  /** Of a conversation that is new to me its messages do not say who is in it. */
  const isNews = ({ members }: GroupInfo, { event, about }: StoredMessage): boolean =>
    members.length < 2 || (event === 'joined' && about?.includes(me.aor) === true);

  /** What was read from history first is news all the same when it is delivered, and its sender hears of it once. */
  async function delivered(
    key: readonly [string, string, string],
    notices: readonly OutboxRow[],
  ): Promise<void> {
    const known = await env.vault.message(key);
    if (!known?.fetched) return;
    const row: StoredMessage = omit(known, 'fetched');
    const kept = await keeper.keep([
      { put: 'messages', row },
      ...notices.map((one) => ({ put: 'outbox', row: one }) as const),
    ]);
    if (kept.is !== 'done') return;
    if (row.order > of(row.conversation).readOrder) show([row]);
    sending.enqueue(notices);
  }

  /** A correction or withdrawal: kept, and put upon its message if that is here. */
  async function revise(revision: StoredRevision, out: readonly OutboxRow[] = []): Promise<number> {
    const { conversation, sender, target } = revision;
    const mine = sender === me.aor;
    const base = await env.vault.message([conversation, sender, target]);
    const after = base ? revised(base, revision) : standIn(revision, mine);
    const before = of(conversation);
    const isLast = before.last?.id === target && before.last.sender === sender;
    const summary = after && (isLast || !base) ? withMessage(before, after, !base) : null;
    const kept = await keeper.keep([
      { add: 'revisions', row: revision },
      ...(after ? [{ put: 'messages', row: after } as const] : []),
      ...(summary ? [{ put: 'conversations', row: summary } as const] : []),
      ...out.map((row) => ({ put: 'outbox', row }) as const),
    ]);
    if (kept.is === 'lost') return 500;
    if (kept.is === 'duplicate' || !after) return 200;
    show([after]);
    if (summary) note(summary);
    return 200;
  }

  /** `aloud`: the senders are told. */
  async function markRead(conversation: Aor, through: string, aloud: boolean): Promise<void> {
    const before = of(conversation);
    const found = await env.vault.findMessages(through);
    const target = found.find((row) => row.conversation === conversation);
    if (!target || target.order <= before.readOrder) return;
    const rows = await env.vault.messagesAfter(conversation, before.readOrder);
    const says = aloud && wishes.receipts();
    const seen = rows.filter((row) => says && row.order <= target.order && row.wants?.includes('displayed'));
    const notices = seen.map((row, index) => notice(row, 'displayed', sending.nextSeq() + index));
    const later = rows.filter((row) => row.order > target.order);
    const read = withRead(of(conversation), target.order, later, me);
    const after = aloud ? withUntold(read, ['read']) : read;
    const kept = await keeper.keep([
      { put: 'conversations', row: after },
      ...notices.map((row) => ({ put: 'outbox', row }) as const),
    ]);
    if (kept.is !== 'done') return;
    note(after);
    sending.enqueue(notices);
    if (aloud) wishes.untold();
  }

  /** After a repair of the store the outbox may have messages that the history has lost. */
  async function showWaiting(): Promise<void> {
    for (const waiting of image.outbox) {
      const { kind, conversation, body, at, extras } = waiting;
      const id = messageOf(waiting);
      if (kind !== 'message') continue;
      // A correction changes what was said; it is no message of its own.
      if (extras?.marks?.replaces !== undefined || extras?.marks?.withdraws !== undefined) continue;
      const row = {
        id,
        conversation,
        sender: me.aor,
        mine: true,
        text: body,
        state: 'queued',
        at,
        order: at,
        ...(extras?.html !== undefined && { html: extras.html }),
        ...(extras?.ink && { ink: extras.ink }),
        ...(extras?.files && { files: extras.files }),
        ...(extras?.marks?.event && { event: extras.marks.event }),
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

  const update: Messaging['update'] = (conversation, to) =>
    keeper.inTurn(async () => {
      const row = to(of(conversation));
      const kept = await keeper.keep([{ put: 'conversations', row }]);
      if (kept.is !== 'done') return { ok: false, why: kept.is === 'lost' ? kept.why : 'Try again.' };
      note(row);
      return { ok: true, value: null };
    });

  /** The conversation that somebody types in; null when it is one they have no business in. */
  function placeOfTyping({ conversation, place, sender }: Extract<Reading, { is: 'composing' }>): Aor | null {
    const group = place === null ? undefined : conversations.get(place)?.group;
    if (place === null || !group) return place?.startsWith('urn:') ? null : conversation;
    return group.focus || group.members.some(({ aor }) => aor === sender) ? place : null;
  }

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
    ...createWriting({ env, keeper, time, me, of, note, show, sending, revise, sent: typing.sent }),
    markRead: (conversation, through) => keeper.inTurn(() => markRead(conversation, through, true)),
    keepDraft: (conversation, text, html) =>
      keeper.inTurn(async () => {
        const bare = withoutDraft(of(conversation));
        const draft = { ...bare, draft: text, ...(html !== undefined && { draftHtml: html }) };
        const after = text === '' ? bare : draft;
        if ((await keeper.keep([{ put: 'conversations', row: after }])).is === 'done') note(after);
      }),
    find: (id) => conversations.get(id),
    async change(conversation, to) {
      const own = (['muted', 'note'] as const).filter((what) => what in to);
      const outcome = await update(conversation, (row) => withUntold({ ...row, ...to }, own));
      if (outcome.ok && own.length > 0) wishes.untold();
      return outcome;
    },
    update,
    keepRow: (row, isNew) =>
      keeper.inTurn(async () => {
        const before = of(row.conversation);
        const isLast = before.last?.id === row.id && before.last.sender === row.sender;
        const after = isNew || isLast ? withMessage(before, row, isNew) : null;
        const kept = await keeper.keep([
          isNew ? { add: 'messages', row } : { put: 'messages', row },
          ...(after ? [{ put: 'conversations', row: after } as const] : []),
        ]);
        if (kept.is !== 'done') return false;
        show([row]);
        if (after) note(after);
        return true;
      }),
    isGroup: (id) => of(id).group !== undefined,
    nextOrder: (id) => stampAfter(time.now(), of(id).last?.order ?? 0),
    history: createFromHistory({
      ...{ env, keeper, of, me, all: () => conversations.values() },
      remember: (rows) => {
        for (const row of rows) conversations.set(row.id, row);
      },
    }),
    composing(conversation, active) {
      if (!of(conversation).plain) typing.typed(conversation, active);
    },
    receive: (message) =>
      keeper.inTurn(async () => {
        const reading = readLetter(message, me.aor, time.now());
        switch (reading.is) {
          case 'row':
            return store(reading);
          case 'revision':
            return revise(reading.revision);
          case 'notice':
            await advance([
              {
                advance: 'messages',
                key: [reading.conversation, me.aor, reading.id],
                to: reading.to,
                ...(reading.to === 'displayed' && { changes: { readAt: time.now() } }),
                ...(reading.to === 'failed' && { problem: NOT_TAKEN }),
              },
            ]);
            return 200;
          case 'seen':
            await markRead(reading.conversation, reading.id, false);
            return 200;
          case 'composing': {
            const at = placeOfTyping(reading);
            if (at !== null) typing.heard(at, reading.sender, reading.heard);
            return 200;
          }
          case 'nothing':
            return 200;
          case 'bad':
            return reading.status;
        }
      }),
  };
}

function withUntold(row: StoredConversation, what: readonly Untold[]): StoredConversation {
  return what.length > 0 ? { ...row, untold: [...new Set([...(row.untold ?? []), ...what])] } : row;
}
