import type {
  ArchivedMessage,
  MessageFilter,
  SearchSnippet,
  SnippetResponse,
} from '../../protocol/history-api.ts';
import { readChanges, readGet, readMessageQuery, readSnippets } from '../../protocol/history-arguments.ts';
import { messageId, numberIn } from './ids.ts';
import type { Ledger } from './ledger.ts';
import type { MessageReader } from './message-reader.ts';
import {
  checked,
  getChanges,
  getObjects,
  isOldestFirst,
  MethodError,
  MOST_OBJECTS,
  query,
  type Asker,
  type Method,
} from './methods.ts';

/** Owner's key of whom nothing is kept: there is nothing under it. */
const NOBODY = -1;
/** Octets of the messages of one page, so that they can be had in one answer. */
const PAGE_OCTETS = 4 * 1024 * 1024;

/** `Message/get`, `/query`, `/changes` and `SearchSnippet/get`: messages are only read. */
export function messageMethods(ledger: Ledger, reader: MessageReader): Readonly<Record<string, Method>> {
  const keyOf = ({ owner }: Asker): number => ledger.knownKey(owner) ?? NOBODY;
  const stateOf = ({ owner }: Asker): number => ledger.states(owner).Message;
  const find = (key: number, id: string, asker: Asker): ArchivedMessage | null => {
    const sequence = numberIn(id, 'm');
    const found = sequence === null ? null : reader.get(key, sequence);
    asker.room -= found?.body.length ?? 0;
    if (asker.room < 0) throw new MethodError('requestTooLarge', 'Ask for fewer messages at once.');
    return found;
  };
  return {
    'Message/get'(args, asker) {
      const key = keyOf(asker);
      const none = (): null => null;
      return getObjects(checked(readGet(args), asker), stateOf(asker), none, (id) => find(key, id, asker));
    },
    'Message/changes'(args, asker) {
      const now = stateOf(asker);
      const forgotten = ledger.forgotten(asker.owner, 'Message');
      return getChanges(checked(readChanges(args), asker), { now, forgotten }, (since, most) =>
        reader.changes(keyOf(asker), since, now, most),
      );
    },
    'Message/query'(args, asker) {
      const wanted = checked(readMessageQuery(args), asker);
      const filter: MessageFilter = wanted.filter ?? {};
      const key = keyOf(asker);
      return query(wanted, stateOf(asker), {
        count: () => reader.count(key, filter),
        place(anchor) {
          const sequence = numberIn(anchor, 'm');
          return sequence === null ? null : reader.place(key, filter, sequence, isOldestFirst(wanted));
        },
        page(offset, limit, oldestFirst) {
          const found = reader.find(key, filter, { offset, limit, oldestFirst, octets: PAGE_OCTETS });
          return { ids: found.sequences.map(messageId), isCut: found.isCut };
        },
      });
    },
    'SearchSnippet/get'(args, asker): SnippetResponse {
      const { accountId, filter, messageIds } = checked(readSnippets(args), asker);
      if (messageIds.length > MOST_OBJECTS) throw new MethodError('requestTooLarge');
      const key = keyOf(asker);
      const list: SearchSnippet[] = [];
      const notFound: string[] = [];
      for (const id of new Set(messageIds)) {
        const sequence = numberIn(id, 'm');
        const snippet = sequence === null ? null : reader.snippet(key, filter?.text ?? '', sequence);
        if (snippet) list.push({ messageId: id, ...snippet });
        else notFound.push(id);
      }
      return { accountId, list, notFound: notFound.length === 0 ? null : notFound };
    },
  };
}
