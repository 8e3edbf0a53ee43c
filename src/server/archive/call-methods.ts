import { CALL_OUTCOMES, LONGEST_NOTE, type CallFilter, type CallRecord } from '../../protocol/history-api.ts';
import { readCallQuery, readChanges, readGet, readSet } from '../../protocol/history-arguments.ts';
import type { JsonObject } from '../../protocol/jmap.ts';
import type { Writer } from '../store/database.ts';
import type { CallEdit, CallTable, NewCall } from './calls.ts';
import { changesOf } from './changes.ts';
import { callRecordId, numberIn } from './ids.ts';
import type { Ledger } from './ledger.ts';
import {
  checked,
  getChanges,
  getObjects,
  isOldestFirst,
  MOST_OBJECTS,
  query,
  set,
  type Asker,
  type Method,
  type Outcome,
} from './methods.ts';

const NOBODY = -1;

export interface CallMethodsOptions {
  readonly ledger: Ledger;
  readonly calls: CallTable;
  readonly writer: Writer;
}

/**
 * `CallRecord/get`, `/query`, `/changes`, and `/set`: a device adds what the server did not see. One record a Call-ID: what
 * is there already is completed, never taken back.
 */
export function callMethods({ ledger, calls, writer }: CallMethodsOptions): Readonly<Record<string, Method>> {
  const keyOf = ({ owner }: Asker): number => ledger.knownKey(owner) ?? NOBODY;
  const stateOf = ({ owner }: Asker): number => ledger.states(owner).CallRecord;
  const changes = changesOf(writer.database, 'archive_calls', { id: 'sequence', born: 'sequence' }, (n) =>
    callRecordId(Number(n)),
  );
  const find = (key: number, id: string): CallRecord | null => {
    const sequence = numberIn(id, 'c');
    return sequence === null ? null : calls.get(key, sequence);
  };
  const create = ({ owner }: Asker, key: number, object: JsonObject): Outcome<Partial<CallRecord>> => {
    const wrong = wrongIn(object, CREATED);
    for (const name of REQUIRED) if (!Object.hasOwn(object, name)) wrong.push(name);
    if (wrong.length > 0) return { error: { type: 'invalidProperties', properties: wrong } };
    const found = calls.get(key, calls.put(owner, key, object as unknown as NewCall));
    return found ? { done: found } : { error: { type: 'overQuota' } };
  };
  const update = ({ owner }: Asker, key: number, id: string, patch: JsonObject): Outcome<null> => {
    const wrong = wrongIn(patch, EDITED);
    if (wrong.length > 0) return { error: { type: 'invalidProperties', properties: wrong } };
    const sequence = numberIn(id, 'c');
    const isThere = sequence !== null && calls.edit(owner, key, sequence, patch as CallEdit);
    return isThere ? { done: null } : { error: { type: 'notFound' } };
  };
  return {
    'CallRecord/get'(args, asker) {
      const key = keyOf(asker);
      const all = (): string[] => calls.list(key, {}, MOST_OBJECTS + 1, 0, false).map(callRecordId);
      return getObjects(checked(readGet(args), asker), stateOf(asker), all, (id) => find(key, id));
    },
    'CallRecord/changes'(args, asker) {
      const now = stateOf(asker);
      const forgotten = ledger.forgotten(asker.owner, 'CallRecord');
      return getChanges(checked(readChanges(args), asker), { now, forgotten }, (since, most) =>
        changes(keyOf(asker), since, now, most),
      );
    },
    'CallRecord/query'(args, asker) {
      const wanted = checked(readCallQuery(args), asker);
      const filter: CallFilter = wanted.filter ?? {};
      const key = keyOf(asker);
      return query(wanted, stateOf(asker), {
        count: () => calls.count(key, filter),
        place(anchor) {
          const sequence = numberIn(anchor, 'c');
          return sequence === null ? null : calls.place(key, filter, sequence, isOldestFirst(wanted));
        },
        page: (offset, limit, oldestFirst) => ({
          ids: calls.list(key, filter, limit, offset, oldestFirst).map(callRecordId),
          isCut: false,
        }),
      });
    },
    'CallRecord/set'(args, asker) {
      const wanted = checked(readSet(args), asker);
      return writer.write(() => {
        const key = ledger.keyOf(asker.owner);
        return set<Partial<CallRecord>>(wanted, {
          state: () => stateOf(asker),
          create: (object) => create(asker, key, object),
          update: (id, patch) => update(asker, key, id, patch),
        });
      });
    },
  };
}

type Check = (value: unknown) => boolean;
const isTime: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isText =
  (longest: number): Check =>
  (value) =>
    typeof value === 'string' && Buffer.byteLength(value) <= longest;

const EDITED: Readonly<Record<string, Check>> = {
  note: isText(LONGEST_NOTE),
  seen: (value) => typeof value === 'boolean',
  subject: isText(500),
  answeredAt: isTime,
  endedAt: isTime,
  forwardedTo: isText(500),
};
const CREATED: Readonly<Record<string, Check>> = {
  ...EDITED,
  callId: (value) => isText(255)(value) && value !== '',
  conversationId: (value) => typeof value === 'string' && /^(?:sip|tel):[\x21-\x7e]{1,200}$/i.test(value),
  direction: (value) => value === 'in' || value === 'out',
  at: isTime,
  outcome: (value) => CALL_OUTCOMES.includes(value as CallRecord['outcome']),
  video: (value) => typeof value === 'boolean',
  device: isText(100),
};
const REQUIRED = ['callId', 'conversationId', 'direction', 'at', 'outcome', 'video'] as const;

/** Names of what is not understood. */
function wrongIn(object: JsonObject, checks: Readonly<Record<string, Check>>): string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    return check?.(value) === true ? [] : [name];
  });
}
