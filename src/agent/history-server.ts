/** The server's history as this device asks it (protocol/history-api.ts): requests in, checked objects out. */
import {
  JMAP_CORE,
  JMAP_HISTORY,
  type ArchivedMessage,
  type CallFilter,
  type CallRecord,
  type HistoryConversation,
  type HistoryPolicy,
  type HistoryType,
  type MessageFilter,
} from '../protocol/history-api.ts';
import { isObject, type Invocation, type JsonObject } from '../protocol/jmap.ts';
import type { Aor } from './contract.ts';
import {
  readArchived,
  readCallRecord,
  readHistoryConversation,
  readList,
  readPolicy,
  readTexts,
} from './core/history-answers.ts';
import type { Http } from './http.ts';
import { parse } from './read-person.ts';

/** `none`: this server keeps no history. `away`: no answer; later, perhaps. */
export type HistorySession =
  | { readonly is: 'there'; readonly policy: HistoryPolicy }
  | { readonly is: 'none' }
  | { readonly is: 'away' };

/** A page of objects, newest first. `oldest`: the id of the last, null when there are no more. */
export interface HistoryPage<T> {
  readonly state: string;
  readonly list: readonly T[];
  readonly oldest: string | null;
}

export interface HistoryChanges<T> {
  readonly state: string;
  readonly hasMore: boolean;
  readonly list: readonly T[];
}

/** Null: no answer, try later. `forgotten`: the state is too old to be gone on from (RFC 8620 §5.2). */
export type Answer<T> = T | 'forgotten' | null;

export interface HistoryServer {
  session(): Promise<HistorySession>;
  conversations(): Promise<Answer<HistoryPage<HistoryConversation>>>;
  /** Messages after `before` in the order, which is an id; newest first unless `isAscending`. */
  messages(
    filter: MessageFilter,
    before: string | null,
    limit: number,
    isAscending?: boolean,
  ): Promise<Answer<HistoryPage<ArchivedMessage>>>;
  message(ids: readonly string[]): Promise<readonly ArchivedMessage[] | null>;
  calls(filter: CallFilter, before: string | null, limit: number): Promise<Answer<HistoryPage<CallRecord>>>;
  changes(type: 'Message', since: string): Promise<Answer<HistoryChanges<ArchivedMessage>>>;
  changes(type: 'Conversation', since: string): Promise<Answer<HistoryChanges<HistoryConversation>>>;
  changes(type: 'CallRecord', since: string): Promise<Answer<HistoryChanges<CallRecord>>>;
  /** Objects by id, each with what is to be other. Returns the ids that were refused for good; null: try later. */
  update(
    type: 'Conversation' | 'CallRecord',
    objects: Readonly<Record<string, object>>,
  ): Promise<readonly string[] | null>;
}

const READERS = {
  Message: readArchived,
  Conversation: readHistoryConversation,
  CallRecord: readCallRecord,
} as const;

/** `root`: `…/api` of our service. */
export function createHistoryServer(http: Http, root: string, me: Aor): HistoryServer {
  const accountId = me;

  /** Answers by call id; null without one. */
  async function ask(calls: readonly Invocation[]): Promise<ReadonlyMap<string, Invocation> | null> {
    const body = JSON.stringify({ using: [JMAP_CORE, JMAP_HISTORY], methodCalls: calls });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await http({ method: 'POST', url: `${root}/jmap`, headers, body });
    const value = answer.status === 200 ? parse(answer.body) : null;
    const responses = isObject(value) ? value['methodResponses'] : null;
    if (!Array.isArray(responses)) return null;
    const found = (responses as readonly unknown[]).filter(isInvocation);
    return new Map(found.map((one) => [one[2], one]));
  }
  const failed = (answer: Invocation | undefined): 'forgotten' | null => {
    const type = answer?.[0] === 'error' ? answer[1]['type'] : null;
    return type === 'cannotCalculateChanges' || type === 'anchorNotFound' ? 'forgotten' : null;
  };
  const fieldsOf = (answer: Invocation | undefined, method: string): JsonObject | null =>
    answer?.[0] === method ? answer[1] : null;

  async function page<T>(
    type: HistoryType,
    read: (value: unknown) => T | null,
    filter: object,
    before: string | null,
    limit: number,
    isAscending = false,
  ): Promise<Answer<HistoryPage<T>>> {
    const place = before === null ? {} : { anchor: before, anchorOffset: 1 };
    const sort = [{ property: 'date', isAscending }];
    const answers = await ask([
      // Before the query: what comes between the two is then a change, and not missed.
      [`${type}/get`, { accountId, ids: [] }, 's'],
      [`${type}/query`, { accountId, filter, sort, limit, ...place }, 'q'],
      [`${type}/get`, { accountId, '#ids': { resultOf: 'q', name: `${type}/query`, path: '/ids' } }, 'g'],
    ]);
    const query = fieldsOf(answers?.get('q'), `${type}/query`);
    const got = fieldsOf(answers?.get('g'), `${type}/get`);
    const state = fieldsOf(answers?.get('s'), `${type}/get`);
    if (!query || !got || !state) return failed(answers?.get('q'));
    const ids = readTexts(query['ids']);
    // Fewer than asked for only at the end, or where the server says its own limit.
    const isEnd = ids.length === 0 || (ids.length < limit && typeof query['limit'] !== 'number');
    return {
      state: String(state['state']),
      list: readList(got['list'], read),
      oldest: isEnd ? null : (ids.at(-1) ?? null),
    };
  }

  async function changes(type: HistoryType, since: string): Promise<Answer<HistoryChanges<never>>> {
    const from = (path: string): object => ({ resultOf: 'c', name: `${type}/changes`, path });
    const answers = await ask([
      [`${type}/changes`, { accountId, sinceState: since, maxChanges: MOST }, 'c'],
      [`${type}/get`, { accountId, '#ids': from('/created') }, 'n'],
      [`${type}/get`, { accountId, '#ids': from('/updated') }, 'u'],
    ]);
    const told = fieldsOf(answers?.get('c'), `${type}/changes`);
    const created = fieldsOf(answers?.get('n'), `${type}/get`);
    const updated = fieldsOf(answers?.get('u'), `${type}/get`);
    if (!told || !created || !updated) return failed(answers?.get('c'));
    const read = READERS[type] as (value: unknown) => never;
    return {
      state: String(told['newState']),
      hasMore: told['hasMoreChanges'] === true,
      list: [...readList(created['list'], read), ...readList(updated['list'], read)],
    };
  }

  return {
    async session() {
      const answer = await http({ method: 'GET', url: `${root}/jmap/session` });
      const policy = answer.status === 200 ? readPolicy(parse(answer.body)) : null;
      if (policy) return { is: 'there', policy };
      return { is: answer.status === 0 || answer.status >= 500 ? 'away' : 'none' };
    },
    async conversations() {
      const got = (await ask([['Conversation/get', { accountId, ids: null }, 'g']]))?.get('g');
      const all = fieldsOf(got, 'Conversation/get');
      if (all) {
        const list = readList(all['list'], readHistoryConversation);
        return { state: String(all['state']), list, oldest: null };
      }
      // Too many for one answer: those of this year do; the others come with their messages.
      return page('Conversation', readHistoryConversation, {}, null, MOST);
    },
    messages: (filter, before, limit, isAscending) =>
      page('Message', readArchived, filter, before, limit, isAscending),
    async message(ids) {
      const got = (await ask([['Message/get', { accountId, ids }, 'g']]))?.get('g');
      const fields = fieldsOf(got, 'Message/get');
      return fields && readList(fields['list'], readArchived);
    },
    calls: (filter, before, limit) => page('CallRecord', readCallRecord, filter, before, limit),
    changes: changes as HistoryServer['changes'],
    async update(type, objects) {
      const set = (await ask([[`${type}/set`, { accountId, update: objects }, 's']]))?.get('s');
      const fields = fieldsOf(set, `${type}/set`);
      if (!fields) return null;
      return isObject(fields['notUpdated']) ? Object.keys(fields['notUpdated']) : [];
    },
  };
}

/** Objects in one answer. */
const MOST = 250;

function isInvocation(value: unknown): value is Invocation {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    typeof value[0] === 'string' &&
    isObject(value[1]) &&
    typeof value[2] === 'string'
  );
}
