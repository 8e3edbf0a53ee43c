/** The smaller header values: Event, Subscription-State, Reason, Retry-After, Date, Expires, media types, Contact. */
import { isToken, isTokenCode, parseDecimal, skipBlank } from './sip-chars.ts';
import { parseNameAddr, parseParams, quote, splitList } from './sip-header.ts';
import type { NameAddr, Params, SipMessage } from './sip-message.ts';

/** The largest delta-seconds there is (RFC 3261 §20.19); more is read as this. */
const MOST_SECONDS = 0xffffffff;

interface Tagged {
  /** As written. */
  readonly value: string;
  readonly params: Params;
}

/** `token *(;param)`; the token may hold one slash when `slash` is set. */
function parseTagged(text: string, slash = false): Tagged | null {
  let end = 0;
  while (isTokenCode(text.charCodeAt(end))) end++;
  if (slash && text.charCodeAt(end) === 47) {
    end++;
    while (isTokenCode(text.charCodeAt(end))) end++;
  }
  const params = end === 0 ? null : parseParams(text, end);
  return params && { value: text.slice(0, end), params };
}

/** Seconds; too large a number becomes 2^32-1, anything else that is no number `null`. */
export function parseSeconds(text: string): number | null {
  return /^\d+$/.test(text) ? (parseDecimal(text, MOST_SECONDS) ?? MOST_SECONDS) : null;
}

export interface EventValue {
  /** Package with its templates (`presence`, `presence.winfo`), as written: it is case-sensitive. */
  readonly name: string;
  readonly id: string | null;
  readonly params: Params;
}

/** Event (RFC 6665 §8.2.1). */
export function parseEvent(text: string): EventValue | null {
  const tagged = parseTagged(text);
  return tagged && { name: tagged.value, id: tagged.params.get('id') ?? null, params: tagged.params };
}

export interface SubscriptionState {
  /** `active`, `pending`, `terminated` or an extension, in lower case. */
  readonly state: string;
  /** Seconds. */
  readonly expires: number | null;
  /** In lower case. */
  readonly reason: string | null;
  /** Seconds, not milliseconds. */
  readonly retryAfter: number | null;
}

/** Subscription-State (RFC 6665 §8.2.3). */
export function parseSubscriptionState(text: string): SubscriptionState | null {
  const tagged = parseTagged(text);
  if (!tagged) return null;
  const { params } = tagged;
  return {
    state: tagged.value.toLowerCase(),
    expires: parseSeconds(params.get('expires') ?? ''),
    reason: params.get('reason')?.toLowerCase() ?? null,
    retryAfter: parseSeconds(params.get('retry-after') ?? ''),
  };
}

export function formatSubscriptionState(
  value: Partial<SubscriptionState> & { readonly state: string },
): string {
  let text = value.state;
  if (typeof value.reason === 'string') text += `;reason=${value.reason}`;
  if (typeof value.expires === 'number') text += `;expires=${value.expires}`;
  if (typeof value.retryAfter === 'number') text += `;retry-after=${value.retryAfter}`;
  return text;
}

export interface ReasonValue {
  /** `SIP`, `Q.850` … as written. */
  readonly protocol: string;
  readonly cause: number | null;
  readonly text: string;
}

/** Reason (RFC 3326): its values in order, without those that are malformed. */
export function parseReasons(text: string): ReasonValue[] {
  return (splitList(text) ?? []).flatMap((part) => {
    const tagged = parseTagged(part);
    if (!tagged) return [];
    const cause = parseDecimal(tagged.params.get('cause') ?? '', 0xffff);
    return [{ protocol: tagged.value, cause, text: tagged.params.get('text') ?? '' }];
  });
}

export function formatReason(value: ReasonValue): string {
  const cause = value.cause === null ? '' : `;cause=${value.cause}`;
  return `${value.protocol}${cause}${value.text === '' ? '' : `;text=${quote(value.text)}`}`;
}

/** Seconds of Retry-After (RFC 3261 §20.33); its comment and duration are passed over. */
export function parseRetryAfter(text: string): number | null {
  const digits = /^\d+(?=$|[ \t;(])/.exec(text);
  return digits && parseSeconds(digits[0]);
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/** Date (RFC 3261 §20.17, always GMT) in milliseconds since the epoch. */
export function parseDate(text: string): number | null {
  const found = DATE.exec(text);
  if (!found) return null;
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = [1, 3, 4, 5, 6].map((i) => Number(found[i]));
  const month = MONTHS.indexOf(found[2] ?? '');
  const ms = Date.UTC(year, month, day, hour, minute, Math.min(second, 59));
  const whole = month >= 0 && new Date(ms).getUTCDate() === day && hour < 24 && minute < 60 && second < 61;
  return whole ? ms : null;
}

/** Milliseconds since the epoch as a Date value. */
export function formatDate(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${String(date.getUTCFullYear()).padStart(4, '0')} ${time} GMT`;
}

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly type: string;
  readonly params: Params;
}

/** Content-Type or one element of Accept (RFC 3261 §20.15). */
export function parseMediaType(text: string): MediaType | null {
  // Blanks may stand around the slash.
  const slash = text.indexOf('/');
  const type = text.slice(0, slash).trim();
  const rest = skipBlank(text, slash + 1);
  let end = rest;
  while (end < text.length && isTokenCode(text.charCodeAt(end))) end++;
  if (slash < 0 || !isToken(type) || end === rest) return null;
  const params = parseParams(text, end) ?? looseParams(text, end);
  return params && { type: `${type}/${text.slice(rest, end)}`.toLowerCase(), params };
}

/** Unquoted boundaries often hold `=`, `/` or `?` although the grammar wants quotes. */
function looseParams(text: string, at: number): Params | null {
  const params = new Map<string, string | null>();
  for (const part of text.slice(at).split(';').slice(1)) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    const value = part.slice(equals + 1).trim();
    if (!isToken(name) || params.has(name) || value === '' || /["\s]/.test(value)) return null;
    params.set(name, value);
  }
  return text.charCodeAt(skipBlank(text, at)) === 59 ? params : null;
}

export interface Contacts {
  /** `Contact: *` alone (RFC 3261 §10.2.2). */
  readonly star: boolean;
  readonly list: readonly NameAddr[];
  /** How many values could not be read; one bad binding of a stranger must not cost the others. */
  readonly malformed: number;
}

/** Every Contact of a message, in order. */
export function contactsOf(message: Pick<SipMessage, 'headers'>): Contacts {
  const list: NameAddr[] = [];
  let star = false;
  let malformed = 0;
  for (const field of message.headers) {
    if (field.name !== 'Contact') continue;
    for (const part of splitList(field.value) ?? ['']) {
      const contact = part === '*' ? null : parseNameAddr(part);
      if (contact) list.push(contact);
      else if (part === '*' && !star) star = true;
      else malformed++;
    }
  }
  // A star beside anything else says two things at once.
  return star && list.length > 0
    ? { star: false, list, malformed: malformed + 1 }
    : { star, list, malformed };
}

/** Priority of a Contact in thousandths, 1000 when not given (RFC 3261 §20.10). */
export function qOf(contact: NameAddr): number {
  const q = contact.params.get('q');
  return typeof q === 'string' && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q)
    ? Math.round(Number(q) * 1000)
    : 1000;
}
