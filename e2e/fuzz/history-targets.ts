/** Requests of the history's API: whatever comes is read or refused, and what was read is what it was checked to be. */
import {
  readCallQuery,
  readChanges,
  readConversationQuery,
  readGet,
  readMessageQuery,
  readSet,
  readSnippets,
} from '../../src/protocol/history-arguments.ts';
import { readJmapRequest, resolveReferences, type Invocation } from '../../src/protocol/jmap.ts';
import { demand, type Target } from './target.ts';

const READERS = [
  ...[readGet, readChanges, readMessageQuery, readConversationQuery],
  ...[readCallQuery, readSet, readSnippets],
];

const request = (...methodCalls: Invocation[]): string =>
  JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls });

const A = 'sip:alice@example.org';

export const HISTORY_TARGETS: readonly Target[] = [
  {
    name: 'jmap',
    seeds: [
      request(
        [
          'Message/query',
          { accountId: A, filter: { text: 'pier', before: 5 }, limit: 50, anchor: 'm1' },
          '0',
        ],
        [
          'Message/get',
          { accountId: A, '#ids': { resultOf: '0', name: 'Message/query', path: '/list/*/id' } },
          '1',
        ],
      ),
      request([
        'Conversation/set',
        { accountId: A, update: { 'sip:b@x': { muted: true } }, ifInState: 's1' },
        'a',
      ]),
      request(['Message/changes', { accountId: A, sinceState: 's0', maxChanges: 3 }, 'a']),
      request(['SearchSnippet/get', { accountId: A, filter: { text: 'a' }, messageIds: ['m1'] }, 'a']),
      request(['CallRecord/query', { accountId: A, sort: [{ property: 'date', isAscending: true }] }, 'a']),
    ],
    words: [
      ...[
        '"__proto__"',
        '"constructor"',
        '"#ids"',
        '"#"',
        '"/*/*/*"',
        '"/list/*/id"',
        '"resultOf"',
        'null',
        '{}',
        '[]',
      ],
      ...[
        '1e999',
        '-1',
        '9007199254740993',
        '"m1"',
        '"s0"',
        '"accountId"',
        '\\u0000',
        '['.repeat(2000),
        '{"a":'.repeat(500),
      ],
    ],
    run(text) {
      const read = readJmapRequest(text);
      if (!read.ok) return undefined;
      const { methodCalls } = read.value;
      const results = methodCalls.map(([, args]) => {
        const resolved = resolveReferences(args, methodCalls);
        return resolved.ok ? READERS.map((reader) => reader(resolved.value)) : [];
      });
      return () => {
        for (const result of results.flat()) {
          if (result.ok) demand(typeof result.value.accountId === 'string', 'arguments without an account');
        }
      };
    },
  },
];
