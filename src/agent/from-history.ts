/** What the server's history, and other devices through it, make of the conversations here. Runs in the keeper's turn. */
import type { HistoryConversation } from '../protocol/history-api.ts';
import { shownConversation } from '../store/conversations.ts';
import { shownMessage } from '../store/messages.ts';
import { omit } from '../store/omit.ts';
import type { StoredConversation, StoredMessage } from '../store/rows.ts';
import type { Write } from '../store/vault.ts';
import type { Aor } from './contract.ts';
import type { Kept } from './core/archived-letter.ts';
import { withMessage, withRead } from './core/conversations.ts';
import type { Env, Keeper, Presentee } from './env.ts';
import { takeIn } from './intake.ts';

/** Something that this device has to tell: which conversation, and what of it. */
export type Untold = NonNullable<StoredConversation['untold']>[number];

/** How far another device has read: all up to `order`, or up to what the server accepted then. */
export interface ReadElsewhere {
  readonly date: number;
  readonly order: number;
}

export interface FromHistory {
  /** Takes messages in, and keeps `with` in the same commit. False when nothing could be kept. */
  take(page: readonly Kept[], more?: readonly Write[]): Promise<boolean>;
  /** What holds on all devices of the person; what was changed here since, and not told, stays. */
  apply(
    found: readonly { readonly is: HistoryConversation; readonly read: ReadElsewhere | null }[],
    more?: readonly Write[],
  ): Promise<boolean>;
  /** Conversations with something to tell. */
  untold(): readonly StoredConversation[];
  /** It has been told as it stood in `row`; what was changed since is still to tell. */
  told(row: StoredConversation): Promise<void>;
  /**
   * Takes rows of an exported history in that are not here: nothing of them is unread. How many were added; null when
   * nothing could be kept.
   */
  adopt(
    rows: readonly StoredMessage[],
    about: ReadonlyMap<string, Pick<StoredConversation, 'subject' | 'note'>>,
  ): Promise<number | null>;
  /** Messages of these conversations have been forgotten; their rows follow. */
  forgotten(conversations: readonly Aor[]): Promise<void>;
}

export interface FromHistoryDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly me: Presentee;
  readonly all: () => Iterable<StoredConversation>;
  readonly of: (conversation: Aor) => StoredConversation;
  /** Remembers rows that have been committed. */
  readonly remember: (rows: readonly StoredConversation[]) => void;
}

export function createFromHistory(deps: FromHistoryDeps): FromHistory {
  const { env, keeper, me, of } = deps;

  async function commit(
    writes: readonly Write[],
    conversations: readonly StoredConversation[],
    rows: readonly StoredMessage[],
  ): Promise<boolean> {
    if ((await keeper.keep(writes)).is !== 'done') return false;
    deps.remember(conversations);
    if (rows.length > 0) env.tell({ fact: 'messages', rows: rows.map(shownMessage), isOld: true });
    if (conversations.length > 0)
      env.tell({ fact: 'conversations', rows: conversations.map(shownConversation) });
    return true;
  }

  async function read(row: StoredConversation, mark: ReadElsewhere | null): Promise<StoredConversation> {
    if (!mark) return row;
    const readDate = Math.max(row.readDate ?? 0, mark.date);
    if (mark.order <= row.readOrder) return { ...row, readDate };
    const later = await env.vault.messagesAfter(row.id, mark.order);
    return { ...withRead(row, mark.order, later, me), readDate };
  }

  return {
    take: (page, more = []) =>
      keeper.inTurn(async () => {
        const taken = await takeIn(env.vault, me.aor, of, page);
        const done = await commit([...taken.writes, ...more], taken.conversations, taken.rows);
        if (done && taken.gone.length > 0) env.tell({ fact: 'messages-gone', ids: taken.gone });
        return done;
      }),
    apply: (found, more = []) =>
      keeper.inTurn(async () => {
        const rows: StoredConversation[] = [];
        for (const { is, read: mark } of found) {
          const before = of(is.id);
          const untold = before.untold ?? [];
          const bare = omit(
            before,
            ...(untold.includes('muted') ? [] : ['muted' as const]),
            ...(untold.includes('note') ? [] : ['note' as const]),
          ) as StoredConversation;
          const after: StoredConversation = {
            ...bare,
            ...(is.muted && !untold.includes('muted') && { muted: true }),
            ...(is.note !== '' && !untold.includes('note') && { note: is.note }),
            ...(is.subject !== undefined && before.subject === undefined && { subject: is.subject }),
          };
          rows.push(await read(after, mark));
        }
        const changed = rows.filter((row) => JSON.stringify(row) !== JSON.stringify(of(row.id)));
        const writes = changed.map((row): Write => ({ put: 'conversations', row }));
        return commit([...writes, ...more], changed, []);
      }),
    untold: () => [...deps.all()].filter(({ untold }) => untold !== undefined && untold.length > 0),
    told: (row) =>
      keeper.inTurn(async () => {
        const now = of(row.id);
        const still = (now.untold ?? []).filter(
          (what) => !row.untold?.includes(what) || isOther(what, now, row),
        );
        const bare = omit(now, 'untold') as StoredConversation;
        const after = still.length > 0 ? { ...bare, untold: still } : bare;
        if ((await keeper.keep([{ put: 'conversations', row: after }])).is === 'done') deps.remember([after]);
      }),
    adopt: (rows, about) =>
      keeper.inTurn(async () => {
        const fresh = new Map<string, StoredMessage>();
        const held = await env.vault.held(rows.map(keyOf));
        for (const [at, row] of rows.entries()) if (!held[at]) fresh.set(keyOf(row).join('\n'), row);
        const conversations = new Map<string, StoredConversation>();
        const at = (id: Aor): StoredConversation => conversations.get(id) ?? of(id);
        for (const row of fresh.values())
          conversations.set(row.conversation, withMessage(at(row.conversation), row, false));
        for (const [id, { subject, note }] of about) {
          const before = at(id);
          conversations.set(id, {
            ...before,
            ...(before.subject === undefined && subject !== undefined && { subject }),
            ...(before.note === undefined && note !== undefined && { note }),
          });
        }
        const done = await commit(
          [
            ...[...fresh.values()].map((row) => ({ add: 'messages', row }) as const),
            ...[...conversations.values()].map((row) => ({ put: 'conversations', row }) as const),
          ],
          [...conversations.values()],
          [...fresh.values()],
        );
        return done ? fresh.size : null;
      }),
    forgotten: (ids) =>
      keeper.inTurn(async () => {
        const rows: StoredConversation[] = [];
        for (const id of new Set(ids)) {
          const last = await env.vault.lastMessage(id);
          const before = of(id);
          const later = await env.vault.messagesAfter(id, before.readOrder);
          const unread = later.filter((row) => !row.mine).length;
          rows.push({ ...before, last: last && shownMessage(last), unread });
        }
        await commit(
          rows.map((row) => ({ put: 'conversations', row })),
          rows,
          [],
        );
      }),
  };
}

function keyOf({ conversation, sender, id }: StoredMessage) {
  return [conversation, sender, id] as const;
}

function isOther(what: Untold, one: StoredConversation, other: StoredConversation): boolean {
  if (what === 'read') return one.readOrder !== other.readOrder;
  return what === 'muted' ? one.muted !== other.muted : one.note !== other.note;
}
