import { LONGEST_NOTE, type HistoryConversation, type SetError } from '../../protocol/history-api.ts';
import { readChanges, readConversationQuery, readGet, readSet } from '../../protocol/history-arguments.ts';
import { isObject, type JsonObject } from '../../protocol/jmap.ts';
import type { Writer } from '../store/database.ts';
import { changesOf } from './changes.ts';
import type { ConversationEdit, ConversationTable, Mark } from './conversations.ts';
import { numberIn } from './ids.ts';
import type { Ledger } from './ledger.ts';
import type { MessageReader } from './message-reader.ts';
import {
  checked,
  getChanges,
  getObjects,
  MethodError,
  MOST_OBJECTS,
  query,
  set,
  type Asker,
  type Method,
  type Outcome,
} from './methods.ts';

/** What names a conversation: a SIP address without parameters, or a group without a focus. */
const CONVERSATION_ID = /^(?:sip:[\x21-\x7e]{1,200}|urn:uuid:[0-9a-f-]{36})$/i;

const NOBODY = -1;

/** A clock that is ahead of ours says nothing about what has not come yet. */
const AHEAD = 60_000;

export interface ConversationMethodsOptions {
  readonly ledger: Ledger;
  readonly conversations: ConversationTable;
  readonly messages: MessageReader;
  readonly writer: Writer;
  readonly now: () => number;
}

/** `Conversation/get`, `/query`, `/changes`, and `/set` of how far it was read, whether it is muted, and notes. */
export function conversationMethods(options: ConversationMethodsOptions): Readonly<Record<string, Method>> {
  const { ledger, conversations, messages, writer, now } = options;
  const keyOf = ({ owner }: Asker): number => ledger.knownKey(owner) ?? NOBODY;
  const stateOf = ({ owner }: Asker): number => ledger.states(owner).Conversation;
  const changes = changesOf(writer.database, 'archive_conversations', { id: 'id', born: 'created' }, String);

  const update = (asker: Asker, key: number, id: string, patch: JsonObject): Outcome<Changed | null> => {
    if (!CONVERSATION_ID.test(id)) return { error: { type: 'notFound' } };
    const wanted = readPatch(patch, (messageId) => {
      const sequence = numberIn(messageId, 'm');
      const found = sequence === null ? null : messages.get(key, sequence);
      return found?.conversationId === id ? found.sequence : null;
    });
    if ('error' in wanted) return wanted;
    if (!conversations.edit(asker.owner, key, id, wanted.edit)) return { error: { type: 'overQuota' } };
    const is = conversations.get(key, id);
    // Another device has read further.
    const asked = wanted.edit.read;
    const isOther = is?.readThrough && asked && is.readThrough.date !== asked.at;
    return { done: isOther ? { readThrough: is.readThrough } : null };
  };

  const readPatch = (
    patch: JsonObject,
    sequenceOf: (id: string) => number | null,
  ): { readonly edit: ConversationEdit } | { readonly error: SetError } => {
    const edit: { read?: Mark; muted?: boolean; note?: string } = {};
    const wrong: string[] = [];
    for (const [name, value] of Object.entries(patch)) {
      if (name === 'muted' && typeof value === 'boolean') edit.muted = value;
      else if (name === 'note' && typeof value === 'string') edit.note = value;
      else if (name === 'readThrough') {
        const mark = readMark(value, sequenceOf, now() + AHEAD);
        if (mark) edit.read = mark;
        else wrong.push(name);
      } else wrong.push(name);
    }
    if (wrong.length > 0) return { error: { type: 'invalidProperties', properties: wrong } };
    if (Buffer.byteLength(edit.note ?? '') > LONGEST_NOTE) {
      return { error: { type: 'tooLarge', description: 'A note has at most 100 kB.' } };
    }
    return { edit };
  };

  return {
    'Conversation/get'(args, asker) {
      const key = keyOf(asker);
      const all = (): string[] => conversations.list(key, 0, MOST_OBJECTS + 1, 0, false);
      return getObjects(checked(readGet(args), asker), stateOf(asker), all, (id) => {
        const found = conversations.get(key, id);
        asker.room -= found?.note.length ?? 0;
        if (asker.room < 0) throw new MethodError('requestTooLarge', 'Ask for fewer conversations at once.');
        return found;
      });
    },
    'Conversation/changes'(args, asker) {
      const state = stateOf(asker);
      return getChanges(checked(readChanges(args), asker), { now: state, forgotten: 0 }, (since, most) =>
        changes(keyOf(asker), since, state, most),
      );
    },
    'Conversation/query'(args, asker) {
      const wanted = checked(readConversationQuery(args), asker);
      const key = keyOf(asker);
      const after = wanted.filter?.after ?? 0;
      return query(wanted, stateOf(asker), {
        count: () => conversations.count(key, after),
        // Their order changes with every message: a place among them is no anchor.
        place: () => null,
        page: (offset, limit, oldestFirst) => ({
          ids: conversations.list(key, after, limit, offset, oldestFirst),
          isCut: false,
        }),
      });
    },
    'Conversation/set'(args, asker) {
      const wanted = checked(readSet(args), asker);
      return writer.write(() => {
        const key = ledger.keyOf(asker.owner);
        return set<Changed>(wanted, {
          state: () => stateOf(asker),
          create: () => ({
            error: { type: 'forbidden', description: 'A conversation begins with its first message.' },
          }),
          update: (id, patch) => update(asker, key, id, patch),
        });
      });
    },
  };
}

type Changed = Partial<HistoryConversation>;

/** Null: no mark. A message of another conversation is none either. */
function readMark(value: unknown, sequenceOf: (id: string) => number | null, latest: number): Mark | null {
  if (!isObject(value)) return null;
  const { date, id } = value;
  if (!Number.isSafeInteger(date) || Number(date) < 0) return null;
  const at = Math.min(Number(date), latest);
  if (id === undefined) return { at, sequence: null };
  const sequence = typeof id === 'string' ? sequenceOf(id) : null;
  return sequence === null ? null : { at, sequence };
}
