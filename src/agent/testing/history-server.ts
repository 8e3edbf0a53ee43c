/** A server with a history, in memory, as `fetch` for a stage: the methods a client uses, no more. */
import {
  JMAP_CORE,
  JMAP_HISTORY,
  type ArchivedMessage,
  type CallRecord,
  type HistoryConversation,
  type HistoryPolicy,
} from '../../protocol/history-api.ts';
import { resolveReferences, type Invocation, type JsonObject } from '../../protocol/jmap.ts';

export interface FakeHistory {
  readonly fetch: typeof fetch;
  /** Oldest first. */
  readonly messages: ArchivedMessage[];
  readonly conversations: Map<string, HistoryConversation>;
  readonly calls: Map<string, CallRecord>;
  /** Names of the methods that were called, and what was set. */
  readonly asked: string[];
  readonly sets: JsonObject[];
  /** No answers at all. */
  isAway: boolean;
  /** Numbers of the states by type; a test makes one rise. */
  readonly states: { Message: number; Conversation: number; CallRecord: number };
  say(from: string, to: string, text: string, date: number, more?: Partial<ArchivedMessage>): ArchivedMessage;
  stateChange(): string;
}

const ME = 'sip:ann@x.test';

export function fakeHistory(
  policy: HistoryPolicy = { archived: true, retentionDays: 0, words: 'Kept.' },
): FakeHistory {
  const states = { Message: 0, Conversation: 0, CallRecord: 0 };
  const born = new Map<string, number>();
  const fake: FakeHistory = {
    ...{
      messages: [],
      conversations: new Map(),
      calls: new Map(),
      asked: [],
      sets: [],
      isAway: false,
      states,
    },
    say(from, to, text, date, more = {}) {
      states.Message += 1;
      const id = `m${states.Message}`;
      born.set(id, states.Message);
      const message: ArchivedMessage = {
        ...{ id, sequence: states.Message, conversationId: from === ME ? to : from, messageId: `call-${id}` },
        ...{ sender: from, from: `<${from}>`, to: `<${to}>`, callId: `call-${id}`, date },
        ...{ contentType: 'text/plain', body: text, kind: 'text' },
        ...more,
      };
      fake.messages.push(message);
      return message;
    },
    stateChange: () =>
      JSON.stringify({
        '@type': 'StateChange',
        changed: {
          [ME]: Object.fromEntries(Object.entries(states).map(([type, number]) => [type, `s${number}`])),
        },
      }),
    fetch: async (input, init) => {
      await Promise.resolve();
      if (fake.isAway) throw new Error('no network');
      const url = input instanceof Request ? input.url : String(input);
      if (url.endsWith('/jmap/session'))
        return Response.json({ capabilities: { [JMAP_CORE]: {}, [JMAP_HISTORY]: policy } });
      if (!url.endsWith('/jmap')) return new Response('', { status: 404 });
      const { methodCalls } = JSON.parse(String(init?.body)) as { methodCalls: Invocation[] };
      const done: Invocation[] = [];
      for (const [name, given, id] of methodCalls) {
        fake.asked.push(name);
        const args = resolveReferences(given, done);
        const answer = args.ok ? method(name, args.value) : { type: 'invalidResultReference' };
        done.push([answer['type'] === undefined ? name : 'error', answer, id]);
      }
      return Response.json({ methodResponses: done, sessionState: 's' });
    },
  };

  function method(name: string, args: JsonObject): JsonObject {
    const [type, verb] = name.split('/') as ['Message' | 'Conversation' | 'CallRecord', string];
    const all = (): readonly { id: string }[] =>
      type === 'Message'
        ? fake.messages
        : [...(type === 'Conversation' ? fake.conversations : fake.calls).values()];
    const state = `s${states[type]}`;
    switch (verb) {
      case 'get': {
        const ids = args['ids'] as string[] | null;
        return { state, list: all().filter(({ id }) => ids === null || ids.includes(id)) };
      }
      case 'query':
        return query(type, args);
      case 'changes': {
        const since = Number(String(args['sinceState']).slice(1));
        if (since < 0) return { type: 'cannotCalculateChanges' };
        const created = all().filter(({ id }) => (born.get(id) ?? 0) > since);
        // Of what has no number of its own everything may be other.
        const updated = type === 'Message' ? [] : all();
        const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);
        return { newState: state, hasMoreChanges: false, created: ids(created), updated: ids(updated) };
      }
      default: {
        fake.sets.push({ type, ...(args['update'] as object) });
        return { updated: {}, notUpdated: null };
      }
    }
  }

  function query(type: string, args: JsonObject): JsonObject {
    const { filter, anchor, limit, sort } = args as Readonly<Record<string, unknown>>;
    const wanted = (filter ?? {}) as Record<string, unknown>;
    const list: readonly (Partial<ArchivedMessage> & { id: string; date?: number; at?: number })[] =
      type === 'Message' ? fake.messages : [...fake.calls.values()].sort((a, b) => a.at - b.at);
    const fitting = list.filter(
      (one) =>
        (wanted['conversationId'] === undefined || one.conversationId === wanted['conversationId']) &&
        (wanted['from'] === undefined || one.sender === wanted['from']) &&
        (wanted['before'] === undefined || (one.date ?? 0) < Number(wanted['before'])) &&
        (wanted['after'] === undefined || (one.date ?? 0) >= Number(wanted['after'])) &&
        (wanted['text'] === undefined || (one.body ?? '').includes(String(wanted['text']))),
    );
    const isAscending = (sort as { isAscending?: boolean }[] | undefined)?.[0]?.isAscending === true;
    const ordered = isAscending ? fitting : fitting.toReversed();
    const start = anchor === undefined ? 0 : ordered.findIndex(({ id }) => id === anchor) + 1;
    return { ids: ordered.slice(start, start + Number(limit)).map(({ id }) => id) };
  }
  return fake;
}
