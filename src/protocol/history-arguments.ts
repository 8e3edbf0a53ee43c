/** The arguments of the history's methods, checked: what does not fit is refused with the name of what is wrong. */
import { decoded, refused, type Decoded, type Refusal } from './decoded.ts';
import {
  CALL_OUTCOMES,
  MESSAGE_KINDS,
  type CallFilter,
  type ChangesArguments,
  type ConversationFilter,
  type GetArguments,
  type MessageFilter,
  type QueryArguments,
  type SetArguments,
  type SnippetArguments,
} from './history-api.ts';
import { isObject, isTexts, type JsonObject } from './jmap.ts';

/** RFC 8620 §1.2, but that a conversation's id is its URI. */
const LONGEST_ID = 255;
const LONGEST_WORDS = 500;

type Check = (value: unknown) => boolean;

const isId: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= LONGEST_ID;
const isIds: Check = (value) => isTexts(value) && value.every(isId);
const isTime: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isCount: Check = isTime;
const isWhole: Check = (value) => Number.isSafeInteger(value);
const isFlag: Check = (value) => typeof value === 'boolean';
const isWords: Check = (value) => typeof value === 'string' && value.length <= LONGEST_WORDS;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const among =
  (words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
const isRecord: Check = (value) => isObject(value) && Object.values(value).every(isObject);

const MESSAGE_FILTER: Readonly<Record<string, Check>> = {
  conversationId: isId,
  from: isId,
  before: isTime,
  after: isTime,
  text: isWords,
  kind: among(MESSAGE_KINDS),
};
const CALL_FILTER: Readonly<Record<string, Check>> = {
  conversationId: isId,
  outcome: among(CALL_OUTCOMES),
  before: isTime,
  after: isTime,
};
const CONVERSATION_FILTER: Readonly<Record<string, Check>> = { after: isTime };

/** RFC 8620 §5.1. */
export function readGet(args: JsonObject): Decoded<GetArguments> {
  return read(args, { accountId: isId, ids: orNull(isIds), properties: orNull(isTexts) }, [
    'accountId',
    'ids',
  ]);
}

/** RFC 8620 §5.2. */
export function readChanges(args: JsonObject): Decoded<ChangesArguments> {
  const isMost: Check = (value) => isCount(value) && value !== 0;
  return read(args, { accountId: isId, sinceState: isId, maxChanges: orNull(isMost) }, [
    'accountId',
    'sinceState',
  ]);
}

/** RFC 8620 §5.5; a filter or an order that is not known is said by its own name. */
export const readMessageQuery = (args: JsonObject): Decoded<QueryArguments<MessageFilter>> =>
  readQuery(args, MESSAGE_FILTER);
export const readCallQuery = (args: JsonObject): Decoded<QueryArguments<CallFilter>> =>
  readQuery(args, CALL_FILTER);
export const readConversationQuery = (args: JsonObject): Decoded<QueryArguments<ConversationFilter>> =>
  readQuery(args, CONVERSATION_FILTER);

function readQuery<F>(args: JsonObject, filter: Readonly<Record<string, Check>>): Decoded<QueryArguments<F>> {
  const found = read<QueryArguments<F>>(
    args,
    {
      accountId: isId,
      filter: orNull(isObject),
      sort: orNull(Array.isArray),
      position: isWhole,
      anchor: orNull(isId),
      anchorOffset: isWhole,
      limit: orNull(isCount),
      calculateTotal: isFlag,
    },
    ['accountId'],
  );
  if (!found.ok) return found;
  return filterProblem(found.value.filter, filter) ?? sortProblem(args['sort']) ?? found;
}

function filterProblem(filter: unknown, known: Readonly<Record<string, Check>>): Refusal | null {
  if (!isObject(filter)) return null;
  for (const [name, value] of Object.entries(filter)) {
    const check = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!check) return refused('unsupportedFilter');
    if (!check(value)) return refused('invalidArguments: filter');
  }
  return null;
}

function sortProblem(sort: unknown): Refusal | null {
  if (!Array.isArray(sort) || sort.length === 0) return null;
  const [only] = sort as readonly unknown[];
  const isKnown =
    sort.length === 1 &&
    isObject(only) &&
    only['property'] === 'date' &&
    (only['isAscending'] === undefined || isFlag(only['isAscending'])) &&
    Object.keys(only).every((name) => name === 'property' || name === 'isAscending');
  return isKnown ? null : refused('unsupportedSort');
}

/** RFC 8621 §5.1. */
export function readSnippets(args: JsonObject): Decoded<SnippetArguments> {
  const found = read<SnippetArguments>(
    args,
    { accountId: isId, filter: orNull(isObject), messageIds: isIds },
    ['accountId', 'messageIds'],
  );
  return found.ok ? (filterProblem(found.value.filter, MESSAGE_FILTER) ?? found) : found;
}

/** RFC 8620 §5.3; the objects themselves are the method's to judge, one by one. */
export function readSet(args: JsonObject): Decoded<SetArguments<JsonObject>> {
  return read(
    args,
    {
      accountId: isId,
      ifInState: orNull(isId),
      create: orNull(isRecord),
      update: orNull(isRecord),
      destroy: orNull(isIds),
    },
    ['accountId'],
  );
}

function read<T>(
  args: JsonObject,
  checks: Readonly<Record<string, Check>>,
  required: readonly string[],
): Decoded<T> {
  for (const name of required) {
    if (!Object.hasOwn(args, name)) return refused(`invalidArguments: ${name}`);
  }
  for (const [name, value] of Object.entries(args)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check?.(value) !== true) return refused(`invalidArguments: ${check ? name : 'unknown'}`);
  }
  return decoded(args as T);
}
