/** Every time a server names is read here, and nowhere trusted: not a number, negative, a century (reliability.md §4). */
import { parseNameAddr, parseParams, splitList } from '../protocol/sip-header.ts';
import { header, type Params, type SipMessage } from '../protocol/sip-message.ts';

/** Seconds. Shorter would be a storm, longer would miss a server that forgot. */
const SHORTEST = 60;
const LONGEST = 86_400;

/** Digits only, at most ten of them; `null` for everything else. */
export function deltaSeconds(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Number(text) : null;
}

/** Seconds granted, between one minute and one day; `wished` where the server names nothing that can be read. */
export function grantedSeconds(named: number | null, wished: number): number {
  const seconds = named ?? wished;
  return Math.min(LONGEST, Math.max(SHORTEST, Number.isFinite(seconds) ? seconds : SHORTEST));
}

/** Milliseconds until the refresh: 50 to 85 % of what was granted, so that many devices do not refresh together. */
export function refreshDelay(granted: number, random: number): number {
  return Math.round(granted * 1000 * (0.5 + 0.35 * random));
}

/** Retry-After in seconds (RFC 3261 §20.33: a number, maybe a comment and parameters). */
export function retryAfterSeconds(message: Pick<SipMessage, 'headers'>): number | null {
  const value = header(message, 'Retry-After');
  return value === undefined ? null : deltaSeconds(/^\s*(\d+)/.exec(value)?.[1]);
}

/** Min-Expires of a 423 in seconds, at most a day. `null` when the server does not say what it wants. */
export function minExpires(message: Pick<SipMessage, 'headers'>): number | null {
  const seconds = deltaSeconds(header(message, 'Min-Expires'));
  return seconds === null || seconds > LONGEST ? null : Math.max(SHORTEST, seconds);
}

/** `active;expires=600;reason=…` of Subscription-State; the state in lower case. */
export function stateAndParams(value: string): { readonly state: string; readonly params: Params } | null {
  const semicolon = value.indexOf(';');
  const params = semicolon < 0 ? parseParams('') : parseParams(value, semicolon);
  const state = (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
  return params && state !== '' ? { state, params } : null;
}

/** Date of a message in milliseconds (RFC 3261 §20.17: always GMT); `null` when absent or malformed. */
export function dateOf(message: Pick<SipMessage, 'headers'>): number | null {
  const value = header(message, 'Date');
  if (value === undefined || !/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(value))
    return null;
  const time = Date.parse(value);
  return Number.isFinite(time) ? time : null;
}

/** Route values for later requests from Record-Route, Service-Route and the like; a broken field is left out. */
export function routesOf(message: Pick<SipMessage, 'headers'>, name: string): string[] {
  const routes: string[] = [];
  for (const field of message.headers) {
    if (field.name !== name) continue;
    for (const route of splitList(field.value) ?? []) if (parseNameAddr(route)) routes.push(route);
  }
  return routes;
}
