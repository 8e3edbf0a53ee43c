/** Writing messages: sending, sending again, taking back what has not gone out. */
import { shownMessage } from '../store/messages.ts';
import { omit } from '../store/omit.ts';
import type {
  OutboxRow,
  OutgoingExtras,
  StoredConversation,
  StoredMessage,
  StoredRevision,
} from '../store/rows.ts';
import { fileWords } from '../protocol/message-content.ts';
import {
  correctionWords,
  quotedWords,
  WITHDRAWN_WORDS,
  type GroupEvent,
  type MessageMarks,
} from '../protocol/message-marks.ts';
import type { Aor, Commands, Outcome } from './contract.ts';
import { withMessage } from './core/conversations.ts';
import { LARGEST, wrap } from './core/envelope.ts';
import { stampAfter } from './core/order.ts';
import type { Env, Keeper, Presentee } from './env.ts';
import type { Sending } from './sending.ts';
import type { ServerTime } from './server-time.ts';

/** What somebody writes: plain words, and what is richer beside them. */
export type Said = Omit<Commands['send'][0], 'conversation' | 'id' | 'as'>;

export interface Writing {
  send(conversation: Aor, said: Said, id: string): Promise<Outcome<{ id: string }>>;
  edit(id: string, said: Pick<Said, 'text' | 'html'>): Promise<Outcome>;
  withdraw(id: string): Promise<Outcome>;
  sendAgain(id: string): Promise<Outcome>;
  /** Sends what a row of ours says that is there already: a file that lies on a server now. */
  sendKept(row: StoredMessage): Promise<Outcome>;
  discard(id: string): Promise<Outcome>;
  /** Tells the group what happened to it. Only in turn: `inTurn` is the caller's. */
  tellEvent(conversation: Aor, event: GroupNews): Promise<Outcome>;
}

/** `words`: what clients show that know no events. `subject`: the name from now on. */
export interface GroupNews {
  readonly event: GroupEvent;
  readonly about?: readonly Aor[];
  readonly words: string;
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
  /** Keeps a revision and puts it upon its message; the status as for one that came in. */
  readonly revise: (revision: StoredRevision, out: readonly OutboxRow[]) => Promise<number>;
  /** A message went out: typing has ended. */
  readonly sent: (conversation: Aor) => void;
}

const ALONE = 'Nobody else is in this conversation any more.';
const LEFT = 'You have left this conversation, so you cannot write in it.';
const TOO_LONG = 'The message is too long. Send it in parts.';

export function createWriting(deps: WritingDeps): Writing {
  const { env, keeper, time, me, of, note, show, sending } = deps;

  function outgoing(
    { id, conversation, order }: Pick<StoredMessage, 'id' | 'conversation' | 'order'>,
    body: string,
    extras: OutgoingExtras,
    only?: readonly Aor[],
  ): readonly OutboxRow[] {
    const { subject, group } = of(conversation);
    const marks: MessageMarks = { ...extras.marks, ...(group && { conversation }) };
    const people = group && !group.focus && group.members.map(({ aor, name }) => ({ aor, name }));
    const all: OutgoingExtras = {
      ...extras,
      ...(subject && { subject }),
      ...(Object.keys(marks).length > 0 && { marks }),
      ...(people && { people }),
    };
    const seq = sending.nextSeq();
    const row: OutboxRow = {
      ...{ id, conversation, kind: 'message', seq, body, callId: id },
      ...{ cseq: 0, tries: 0, stamp: null, at: order },
      ...(Object.keys(all).length > 0 && { extras: all }),
    };
    if (!people) return [row];
    const others = people.filter(({ aor }) => aor !== me.aor && (only?.includes(aor) ?? true));
    return others.map((to, index) => {
      const own = `${id} ${to.aor}`;
      return { ...row, id: own, message: id, to, seq: seq + index, callId: `${id}-${index}-${env.uuid()}` };
    });
  }
  /** Why this cannot go out; null: it can. */
  function problemOf(conversation: Aor, out: readonly OutboxRow[]): string | null {
    const [one] = out;
    if (of(conversation).group?.left) return LEFT;
    if (!one) return ALONE;
    const { body } = wrap({ ...one, stamp: time.now() }, me, false);
    return new TextEncoder().encode(body).length <= LARGEST ? null : TOO_LONG;
  }
  const puts = (out: readonly OutboxRow[]) => out.map((row) => ({ put: 'outbox', row }) as const);

  async function revise(
    id: string,
    make: (row: StoredMessage) => { becomes: StoredRevision['becomes']; body: string; marks: MessageMarks },
  ): Promise<Outcome> {
    const row = (await env.vault.findMessages(id)).find((one) => one.mine);
    if (!row || row.withdrawn) return { ok: false, why: 'This message is no longer there.' };
    if (row.state === 'queued' || (row.state === 'failed' && !row.undelivered))
      return { ok: false, why: 'This message has not been sent yet. Discard it and write it anew.' };
    const { conversation } = row;
    const order = stampAfter(time.now(), Math.max(of(conversation).last?.order ?? 0, row.revisedOrder ?? 0));
    const { becomes, body, marks } = make(row);
    const revision = { id: env.uuid(), conversation, sender: me.aor, target: id, becomes, order };
    const html = becomes?.html;
    const out = outgoing({ id: revision.id, conversation, order }, body, {
      marks,
      ...(html !== undefined && { html }),
    });
    const problem = problemOf(conversation, out);
    if (problem !== null) return { ok: false, why: problem };
    const status = await deps.revise(revision, out);
    if (status !== 200) return { ok: false, why: 'This device could not keep the change. Try again.' };
    sending.enqueue(out);
    return { ok: true, value: null };
  }

  async function tellEvent(conversation: Aor, { event, about, words: text }: GroupNews): Promise<Outcome> {
    const order = stampAfter(time.now(), of(conversation).last?.order ?? 0);
    const row: StoredMessage = {
      ...{
        id: env.uuid(),
        conversation,
        sender: me.aor,
        mine: true,
        text,
        state: 'queued',
        at: order,
        order,
      },
      ...{ event, ...(about && { about }) },
    };
    const out = outgoing(row, text, { marks: { event, ...(about && { members: about }) } });
    const after = withMessage(of(conversation), row, true);
    const kept = await keeper.keep([
      { add: 'messages', row: out.length > 0 ? row : { ...row, state: 'sent' } },
      ...puts(out),
      { put: 'conversations', row: after },
    ]);
    if (kept.is !== 'done') return { ok: false, why: kept.is === 'lost' ? kept.why : 'Try again.' };
    show([row]);
    note(after);
    sending.enqueue(out);
    return { ok: true, value: null };
  }

  /** A row that is there goes into the outbox, at the end of its conversation. */
  async function queue(row: StoredMessage): Promise<Outcome> {
    const order = stampAfter(time.now(), of(row.conversation).last?.order ?? 0);
    const queued: StoredMessage = {
      ...omit(row, 'problem', 'undelivered'),
      state: 'queued',
      at: order,
      order,
    };
    const { text, html, ink, files, reply } = row;
    const words = files?.length
      ? [text, ...files.map(fileWords)].filter((one) => one !== '').join('\n')
      : text;
    const out = outgoing(
      queued,
      reply ? quotedWords(reply.text, words) : words,
      {
        ...(html !== undefined && { html }),
        ...(ink && { ink }),
        ...(files && { files }),
        ...marksAgain(row),
      },
      row.undelivered,
    );
    const problem = problemOf(row.conversation, out);
    if (problem !== null) return { ok: false, why: problem };
    const after = withMessage(of(row.conversation), queued, false);
    const kept = await keeper.keep([
      { put: 'messages', row: queued },
      ...puts(out),
      { put: 'conversations', row: after },
    ]);
    if (kept.is !== 'done') return { ok: false, why: kept.is === 'lost' ? kept.why : 'Try again.' };
    show([queued]);
    note(after);
    sending.enqueue(out);
    return { ok: true, value: null };
  }

  return {
    tellEvent,
    send: (conversation, said, id) =>
      keeper.inTurn(async () => {
        const { text, html, reply: replyTo, ink, inkPicture, files } = said;
        if (text.trim() === '' && !ink && !files?.length)
          return { ok: false, why: 'There is nothing to send.' };
        const order = stampAfter(time.now(), of(conversation).last?.order ?? 0);
        const answered =
          replyTo === undefined
            ? undefined
            : (await env.vault.findMessages(replyTo)).find((one) => one.conversation === conversation);
        const rich = { ...(html !== undefined && { html }), ...(ink && { ink }), ...(files && { files }) };
        const row: StoredMessage = {
          ...{ id, conversation, sender: me.aor, mine: true, text, state: 'queued', at: order, order },
          ...rich,
          ...(answered && { reply: { id: answered.id, text: answered.text.slice(0, 280) } }),
        };
        const words = files?.length
          ? [text, ...files.map(fileWords)].filter((one) => one !== '').join('\n')
          : text;
        const out = outgoing(row, answered ? quotedWords(answered.text, words) : words, {
          ...rich,
          ...(inkPicture !== undefined && { inkPicture }),
          ...(answered && { marks: { replyTo: answered.id } }),
        });
        const problem = problemOf(conversation, out);
        if (problem !== null) return { ok: false, why: problem };
        const after = withMessage(withoutDraft(of(conversation)), row, true);
        const kept = await keeper.keep([
          { add: 'messages', row },
          ...puts(out),
          { put: 'conversations', row: after },
        ]);
        if (kept.is === 'lost') return { ok: false, why: kept.why };
        if (kept.is === 'done') {
          show([row]);
          note(after);
          deps.sent(conversation);
          sending.enqueue(out);
        }
        return { ok: true, value: { id } };
      }),
    edit: (id, { text, html }) =>
      keeper.inTurn(async () => {
        if (text.trim() === '')
          return { ok: false, why: 'Nothing would be left. Withdraw the message instead.' };
        return revise(id, () => ({
          becomes: { text, ...(html !== undefined && { html }) },
          body: correctionWords(text),
          marks: { replaces: id },
        }));
      }),
    withdraw: (id) =>
      keeper.inTurn(() =>
        revise(id, () => ({ becomes: null, body: WITHDRAWN_WORDS, marks: { withdraws: id } })),
      ),
    sendAgain: (id) =>
      keeper.inTurn(async () => {
        const row = (await env.vault.findMessages(id)).find((one) => one.mine && one.state === 'failed');
        if (!row) return { ok: false, why: 'This message is not waiting to be sent again.' };
        return queue(row);
      }),
    sendKept: (row) => keeper.inTurn(() => queue(row)),
    discard: (id) =>
      keeper.inTurn(async () => {
        const row = (await env.vault.findMessages(id)).find((one) => one.mine);
        if (!row || (row.state !== 'failed' && row.state !== 'queued'))
          return { ok: false, why: 'This message has already been sent.' };
        if (sending.isUnderway(id)) return { ok: false, why: 'This message may have arrived already.' };
        if (row.undelivered) return { ok: false, why: 'The others have this message. You can withdraw it.' };
        const key = [row.conversation, row.sender, row.id] as const;
        const kept = await keeper.keep([
          { remove: 'messages', key },
          ...sending.keysOf(id).map((one) => ({ remove: 'outbox', key: one }) as const),
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

/** The marks of a message that is sent again. */
function marksAgain({ reply, event, about }: StoredMessage): Pick<OutgoingExtras, 'marks'> {
  const marks: MessageMarks = {
    ...(reply && { replyTo: reply.id }),
    ...(event && { event }),
    ...(about && { members: about }),
  };
  return Object.keys(marks).length > 0 ? { marks } : {};
}

export function withoutDraft(row: StoredConversation): StoredConversation {
  return omit(row, 'draft', 'draftHtml');
}
