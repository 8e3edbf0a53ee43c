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
export type Said = Omit<Commands['send'][0], 'conversation' | 'id'>;

export interface Writing {
  send(conversation: Aor, said: Said, id: string): Promise<Outcome<{ id: string }>>;
  edit(id: string, said: Pick<Said, 'text' | 'html'>): Promise<Outcome>;
  withdraw(id: string): Promise<Outcome>;
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
  /** Keeps a revision and puts it upon its message; the status as for one that came in. */
  readonly revise: (revision: StoredRevision, out: OutboxRow) => Promise<number>;
  /** A message went out: typing has ended. */
  readonly sent: (conversation: Aor) => void;
}

const TOO_LONG = 'The message is too long. Send it in parts.';

export function createWriting(deps: WritingDeps): Writing {
  const { env, keeper, time, me, of, note, show, sending } = deps;

  function outgoing(
    { id, conversation, order }: Pick<StoredMessage, 'id' | 'conversation' | 'order'>,
    body: string,
    extras: OutgoingExtras,
  ): OutboxRow {
    const { subject, group } = of(conversation);
    const marks: MessageMarks = { ...extras.marks, ...(group && { conversation }) };
    const all: OutgoingExtras = {
      ...extras,
      ...(subject && { subject }),
      ...(Object.keys(marks).length > 0 && { marks }),
    };
    return {
      ...{ id, conversation, kind: 'message', seq: sending.nextSeq(), body, callId: id },
      ...{ cseq: 0, tries: 0, stamp: null, at: order },
      ...(Object.keys(all).length > 0 && { extras: all }),
    };
  }
  const fits = (out: OutboxRow): boolean =>
    new TextEncoder().encode(wrap({ ...out, stamp: time.now() }, me, false).body).length <= LARGEST;

  async function revise(
    id: string,
    make: (row: StoredMessage) => { becomes: StoredRevision['becomes']; body: string; marks: MessageMarks },
  ): Promise<Outcome> {
    const row = (await env.vault.findMessages(id)).find((one) => one.mine);
    if (!row || row.withdrawn) return { ok: false, why: 'This message is no longer there.' };
    if (row.state === 'queued' || row.state === 'failed')
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
    if (!fits(out)) return { ok: false, why: TOO_LONG };
    const status = await deps.revise(revision, out);
    if (status !== 200) return { ok: false, why: 'This device could not keep the change. Try again.' };
    sending.enqueue([out]);
    return { ok: true, value: null };
  }

  return {
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
        if (!fits(out)) return { ok: false, why: TOO_LONG };
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
        const order = stampAfter(time.now(), of(row.conversation).last?.order ?? 0);
        const queued: StoredMessage = { ...omit(row, 'problem'), state: 'queued', at: order, order };
        const { text, html, ink, files, reply } = row;
        const words = files?.length
          ? [text, ...files.map(fileWords)].filter((one) => one !== '').join('\n')
          : text;
        const out = outgoing({ ...queued, id }, reply ? quotedWords(reply.text, words) : words, {
          ...(html !== undefined && { html }),
          ...(ink && { ink }),
          ...(files && { files }),
          ...(reply && { marks: { replyTo: reply.id } }),
        });
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
  return omit(row, 'draft', 'draftHtml');
}
