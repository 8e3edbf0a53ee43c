/** JMAP requests and answers (RFC 8620 §3): the envelope that every method travels in. */
import { decoded, refused, type Decoded, type Refusal } from './decoded.ts';

/** A JSON object as it came: own properties only, nothing believed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Name, arguments, and the caller's id for it. */
export type Invocation = readonly [name: string, args: JsonObject, callId: string];

export interface JmapRequest {
  readonly using: readonly string[];
  readonly methodCalls: readonly Invocation[];
}

export interface JmapResponse {
  readonly methodResponses: readonly Invocation[];
  readonly sessionState: string;
}

/** Method-level errors (RFC 8620 §3.6.2 and §5). */
export type MethodErrorType =
  | 'serverUnavailable'
  | 'serverFail'
  | 'unknownMethod'
  | 'invalidArguments'
  | 'invalidResultReference'
  | 'accountNotFound'
  | 'requestTooLarge'
  | 'cannotCalculateChanges'
  | 'stateMismatch'
  | 'anchorNotFound'
  | 'unsupportedFilter'
  | 'unsupportedSort';

/** What is wrong with a whole request (RFC 8620 §3.6.1), and how that is said. */
export type RequestErrorType = 'notJSON' | 'notRequest';

const MOST_CALL_ID = 200;

/** Reads a request. `why` begins with the error's type. */
export function readJmapRequest(text: string): Decoded<JmapRequest> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong('notJSON');
  }
  if (!isObject(value)) return wrong('notRequest');
  const { using, methodCalls } = value;
  if (!isTexts(using) || !Array.isArray(methodCalls)) return wrong('notRequest');
  const calls: Invocation[] = [];
  for (const call of methodCalls as readonly unknown[]) {
    if (!Array.isArray(call) || call.length !== 3) return wrong('notRequest');
    const [name, args, id] = call as readonly unknown[];
    if (typeof name !== 'string' || !isObject(args) || typeof id !== 'string') return wrong('notRequest');
    if (id.length > MOST_CALL_ID || name.length > MOST_CALL_ID) return wrong('notRequest');
    calls.push([name, args, id]);
  }
  return decoded({ using, methodCalls: calls });
}

function wrong(type: RequestErrorType): Refusal {
  return refused(type);
}

/**
 * Puts the results of earlier calls where `#name` points at them (RFC 8620 §3.7). `why` begins with the error's type.
 */
export function resolveReferences(args: JsonObject, earlier: readonly Invocation[]): Decoded<JsonObject> {
  const names = Object.keys(args);
  if (!names.some((name) => name.startsWith('#'))) return decoded(args);
  const resolved: [string, unknown][] = [];
  for (const name of names) {
    const value = args[name];
    if (!name.startsWith('#')) {
      resolved.push([name, value]);
      continue;
    }
    const plain = name.slice(1);
    if (Object.hasOwn(args, plain)) return refused(`invalidArguments: both ${plain} and #${plain}`);
    const found = referred(value, earlier);
    if (!found.ok) return found;
    resolved.push([plain, found.value]);
  }
  return decoded(Object.fromEntries(resolved));
}

function referred(reference: unknown, earlier: readonly Invocation[]): Decoded<unknown> {
  const failed = refused('invalidResultReference');
  if (!isObject(reference)) return failed;
  const { resultOf, name, path } = reference;
  if (typeof path !== 'string' || !path.startsWith('/') || path.length > 200) return failed;
  const response = earlier.find(([, , id]) => id === resultOf);
  if (!response || response[0] !== name) return failed;
  return follow(response[1], path.slice(1).split('/'));
}

/** A JSON pointer (RFC 6901) in which `*` goes through an array and flattens one level. */
function follow(value: unknown, steps: readonly string[]): Decoded<unknown> {
  const [step, ...rest] = steps;
  if (step === undefined) return decoded(value);
  const failed = refused('invalidResultReference');
  if (Array.isArray(value)) {
    if (step !== '*') {
      const at = /^\d{1,6}$/.test(step) ? Number(step) : -1;
      return at >= 0 && at < value.length ? follow(value[at], rest) : failed;
    }
    const all: unknown[] = [];
    for (const one of value as readonly unknown[]) {
      const found = follow(one, rest);
      if (!found.ok) return found;
      if (Array.isArray(found.value)) all.push(...(found.value as unknown[]));
      else all.push(found.value);
    }
    return decoded(all);
  }
  const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
  return isObject(value) && Object.hasOwn(value, name) ? follow(value[name], rest) : failed;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
