/** Challenges and credentials as text (RFC 3261 §20.7, §20.44; RFC 7235 §2.1): scheme and parameters, no meaning. */
import { isBlank, isToken, isTokenCode, skipBlank } from './sip-chars.ts';
import { endOfQuoted, quote, unquote } from './sip-header.ts';
import type { Params } from './sip-message.ts';

export interface AuthValue {
  /** Lower case. */
  readonly scheme: string;
  /** Quoted values come unquoted. Empty for schemes that carry something else. */
  readonly params: Params;
}

/**
 * The challenges (or credentials) of one header field. Several may stand in one field, although SIP sends a field
 * for each; an unreadable field is `null`, a parameter named twice makes it so.
 */
export function parseAuth(text: string): AuthValue[] | null {
  const values: AuthValue[] = [];
  let i = skipBlank(text, 0);
  while (i < text.length) {
    const start = i;
    i = endOfToken(text, i);
    if (i === start || !(i === text.length || isBlank(text.charCodeAt(i)))) return null;
    const scheme = text.slice(start, i).toLowerCase();
    const params = new Map<string, string | null>();
    i = readParams(text, skipBlank(text, i), params);
    if (i < 0) return null;
    values.push({ scheme, params });
  }
  return values.length > 0 ? values : null;
}

/** Reads `name=value, …` until the end or the next scheme; gives the index it stopped at, -1 when malformed. */
function readParams(text: string, from: number, params: Map<string, string | null>): number {
  let i = from;
  for (;;) {
    const nameEnd = endOfToken(text, i);
    const equals = skipBlank(text, nameEnd);
    // No `=` behind the token: it is the scheme of the next challenge.
    if (nameEnd === i || text.charCodeAt(equals) !== 61) return params.size > 0 ? i : -1;
    const name = text.slice(i, nameEnd).toLowerCase();
    const start = skipBlank(text, equals + 1);
    const quoted = text.charCodeAt(start) === 34;
    i = quoted ? endOfQuoted(text, start) : endOfValue(text, start);
    if (i <= start || params.has(name)) return -1;
    params.set(name, quoted ? unquote(text.slice(start, i)) : text.slice(start, i));
    i = skipBlank(text, i);
    if (i === text.length) return i;
    if (text.charCodeAt(i) !== 44) return -1;
    i = skipBlank(text, i + 1);
  }
}

function endOfToken(text: string, at: number): number {
  let i = at;
  while (isTokenCode(text.charCodeAt(i))) i++;
  return i;
}

/** Unquoted values beyond tokens are met in the wild (`nonce=ab/c==`); a comma or blank ends them all. */
function endOfValue(text: string, at: number): number {
  let i = at;
  while (
    i < text.length &&
    text.charCodeAt(i) !== 44 &&
    text.charCodeAt(i) !== 34 &&
    !isBlank(text.charCodeAt(i))
  )
    i++;
  return i;
}

/** Parameters that stand without quotes (RFC 7616 §3.3, §3.4). */
const BARE = new Set(['algorithm', 'stale', 'nc', 'userhash']);

/** One challenge or one set of credentials. `qop` is quoted in a challenge and bare in credentials. */
export function formatAuth(scheme: string, params: Params, bareQop: boolean): string {
  const parts: string[] = [];
  for (const [name, value] of params) {
    if (value === null) continue;
    const bare = (BARE.has(name) || (bareQop && name === 'qop')) && isToken(value);
    parts.push(`${name}=${bare ? value : quote(value)}`);
  }
  return `${scheme} ${parts.join(', ')}`;
}

/** Authentication-Info: parameters without a scheme (RFC 7615 §3). */
export function parseAuthInfo(text: string): Params | null {
  const params = new Map<string, string | null>();
  return readParams(text, skipBlank(text, 0), params) === text.length ? params : null;
}
