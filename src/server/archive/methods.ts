/** What every method of the history's API has in common (RFC 8620 §5): one owner, ids to objects, states. */
import type { Decoded } from '../../protocol/decoded.ts';
import type {
  ChangesArguments,
  ChangesResponse,
  GetArguments,
  GetResponse,
  QueryArguments,
  QueryResponse,
  SetArguments,
  SetError,
  SetResponse,
} from '../../protocol/history-api.ts';
import type { JsonObject, MethodErrorType } from '../../protocol/jmap.ts';
import type { Changed } from './changes.ts';
import { stateNumber, stateText } from './ids.ts';

/** One request's owner, and how much it may still be given. */
export interface Asker {
  /** AOR, which is the account's id. */
  readonly owner: string;
  /** Octets of bodies left for this request; taken from as they go. */
  room: number;
}

/** An error of a method, thrown out of it: the request's other methods go on. */
export class MethodError extends Error {
  readonly type: MethodErrorType;
  constructor(type: MethodErrorType, description?: string) {
    super(description ?? type);
    this.type = type;
  }
}

/** Runs one method for its owner. Throws `MethodError`. */
export type Method = (args: JsonObject, asker: Asker) => object | Promise<object>;

/** Objects in one get, ids in one answer, changes in one answer. */
export const MOST_OBJECTS = 500;
/** Objects in one set. */
export const MOST_SET = 100;
/** Octets of bodies in the answer to one request. */
export const MOST_OCTETS = 16 * 1024 * 1024;

/** The arguments, of the own account; throws what is wrong with them. */
export function checked<T extends { readonly accountId: string }>(read: Decoded<T>, { owner }: Asker): T {
  if (!read.ok) {
    const [type = '', description] = read.why.split(': ');
    throw new MethodError(type as MethodErrorType, description);
  }
  if (read.value.accountId !== owner) throw new MethodError('accountNotFound');
  return read.value;
}

export function getObjects<T extends { readonly id: string }>(
  { accountId, ids, properties }: GetArguments,
  state: number,
  all: () => readonly string[] | null,
  find: (id: string) => T | null,
): GetResponse<T> {
  const wanted = ids ?? all();
  if (wanted === null || wanted.length > MOST_OBJECTS) throw new MethodError('requestTooLarge');
  const list: T[] = [];
  const notFound: string[] = [];
  for (const id of new Set(wanted)) {
    const found = find(id);
    if (found) list.push(properties ? picked(found, properties) : found);
    else notFound.push(id);
  }
  return { accountId, state: stateText(state), list, notFound };
}

function picked<T extends { readonly id: string }>(object: T, properties: readonly string[]): T {
  const wanted = Object.entries(object).filter(([name]) => name === 'id' || properties.includes(name));
  return Object.fromEntries(wanted) as T;
}

export function getChanges(
  { accountId, sinceState, maxChanges }: ChangesArguments,
  { now, forgotten }: { readonly now: number; readonly forgotten: number },
  read: (since: number, most: number) => Changed,
): ChangesResponse {
  const since = stateNumber(sinceState);
  if (since === null || since > now || since < forgotten) throw new MethodError('cannotCalculateChanges');
  const { created, updated, upTo, hasMore } = read(since, Math.min(maxChanges ?? MOST_OBJECTS, MOST_OBJECTS));
  return {
    accountId,
    oldState: sinceState,
    newState: stateText(upTo),
    hasMoreChanges: hasMore,
    created,
    updated,
    destroyed: [],
  };
}

/** Something that can be looked through in an order. */
export interface Source {
  /** How many there are. */
  count(): number;
  /** How many stand before it; null when it is not among them. */
  place(anchor: string): number | null;
  /** `isCut`: fewer than there are, and than were asked for. */
  page(
    offset: number,
    limit: number,
    oldestFirst: boolean,
  ): { readonly ids: readonly string[]; readonly isCut: boolean };
}

export function isOldestFirst({ sort }: Pick<QueryArguments<unknown>, 'sort'>): boolean {
  const [only] = sort ?? [];
  return only !== undefined && only.isAscending !== false;
}

/** RFC 8620 §5.5: where it begins by `anchor`, or by `position`, from the end when that is negative. */
export function query(args: QueryArguments<unknown>, state: number, source: Source): QueryResponse {
  const { accountId, position = 0, anchor = null, anchorOffset = 0, limit = null } = args;
  const total = args.calculateTotal === true || position < 0 ? source.count() : null;
  let start = position < 0 ? Math.max(0, (total ?? 0) + position) : position;
  if (anchor !== null) {
    const place = source.place(anchor);
    if (place === null) throw new MethodError('anchorNotFound');
    start = Math.max(0, place + anchorOffset);
  }
  const most = Math.min(limit ?? MOST_OBJECTS, MOST_OBJECTS);
  const { ids, isCut } = source.page(start, most, isOldestFirst(args));
  const isLess = isCut || (limit !== null && limit > most);
  return {
    accountId,
    queryState: stateText(state),
    canCalculateChanges: false,
    position: start,
    ids,
    ...(args.calculateTotal === true && total !== null && { total }),
    ...(isLess && { limit: isCut ? ids.length : most }),
  };
}

/** One object of a set: what the server made otherwise, or why not. */
export type Outcome<T> = { readonly done: T } | { readonly error: SetError };

export interface Changing<T> {
  readonly state: () => number;
  readonly create: (object: JsonObject) => Outcome<T>;
  readonly update: (id: string, patch: JsonObject) => Outcome<Partial<T> | null>;
}

/** RFC 8620 §5.3, in one transaction. Nothing is ever destroyed by a client. */
export function set<T>(
  args: SetArguments<JsonObject>,
  { state, create, update }: Changing<T>,
): SetResponse<T> {
  const { accountId, ifInState = null } = args;
  const sizes = [args.create ?? {}, args.update ?? {}, args.destroy ?? []].map(
    (one) => Object.keys(one).length,
  );
  if (sizes.reduce((sum, size) => sum + size) > MOST_SET) throw new MethodError('requestTooLarge');
  const before = state();
  if (ifInState !== null && stateNumber(ifInState) !== before) throw new MethodError('stateMismatch');
  const made = outcomes(args.create, (_id, object) => create(object));
  const changed = outcomes(args.update, update);
  const destroy = args.destroy ?? [];
  const forbidden: SetError = { type: 'forbidden', description: 'What was kept is not taken away.' };
  return {
    accountId,
    oldState: stateText(before),
    newState: stateText(state()),
    created: made.done,
    updated: changed.done,
    destroyed: null,
    notCreated: made.errors,
    notUpdated: changed.errors,
    notDestroyed: destroy.length === 0 ? null : Object.fromEntries(destroy.map((id) => [id, forbidden])),
  };
}

function outcomes<T>(
  objects: Readonly<Record<string, JsonObject>> | null | undefined,
  run: (id: string, object: JsonObject) => Outcome<T>,
): {
  readonly done: Readonly<Record<string, T>> | null;
  readonly errors: Readonly<Record<string, SetError>> | null;
} {
  const done: [string, T][] = [];
  const errors: [string, SetError][] = [];
  for (const [id, object] of Object.entries(objects ?? {})) {
    const outcome = run(id, object);
    if ('done' in outcome) done.push([id, outcome.done]);
    else errors.push([id, outcome.error]);
  }
  return {
    done: done.length === 0 ? null : Object.fromEntries(done),
    errors: errors.length === 0 ? null : Object.fromEntries(errors),
  };
}
