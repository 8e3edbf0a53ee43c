/**
 * URIs as values: SIP and SIPS (RFC 3261 §19.1), tel (RFC 3966), and every other absolute URI as scheme and rest.
 * The parts are kept as written, escapes included: nothing is unescaped twice because nothing is unescaped here.
 */
import { isDigit, isHexCode, isHostCode, isToken, isUriText, parseDecimal } from './sip-chars.ts';
import type { Params } from './sip-message.ts';

export interface SipUri {
  readonly kind: 'sip';
  readonly scheme: 'sip' | 'sips';
  /** As written, escaped; `null` when the URI names a host only. */
  readonly user: string | null;
  readonly password: string | null;
  /** Lower case; an IPv6 reference keeps its brackets. */
  readonly host: string;
  readonly port: number | null;
  /** Names in lower case, values as written. */
  readonly params: Params;
  /** `?name=value&…`, as written and in order. */
  readonly headers: readonly (readonly [string, string])[];
}

interface TelUri {
  readonly kind: 'tel';
  readonly scheme: 'tel';
  /** With its visual separators. */
  readonly number: string;
  readonly params: Params;
}

/** Any other scheme: a fine value that this house does not route (im:, pres:, urn:, mailto: …). */
interface OpaqueUri {
  readonly kind: 'opaque';
  /** Lower case. */
  readonly scheme: string;
  readonly rest: string;
}

export type Uri = SipUri | TelUri | OpaqueUri;

export const NO_PARAMS: Params = new Map<string, string | null>();
const NO_HEADERS: SipUri['headers'] = [];

/** The URI as a value, `null` when it is malformed (spaces, bad escapes, an IPv6 address without brackets …). */
export function parseUri(text: string): Uri | null {
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return parseSip(scheme, text, colon + 1);
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) return null;
  const rest = text.slice(colon + 1);
  if (!isUriText(rest) || !escapesAreWhole(rest)) return null;
  return scheme === 'tel' ? parseTel(rest) : { kind: 'opaque', scheme, rest };
}

function parseSip(scheme: 'sip' | 'sips', text: string, start: number): SipUri | null {
  // The user part may hold `;`, `?` and `/`, so the first `@` decides where the host begins.
  const at = text.indexOf('@', start);
  let user: string | null = null;
  let password: string | null = null;
  let hostStart = start;
  if (at >= 0) {
    const info = text.slice(start, at);
    const colon = info.indexOf(':');
    user = colon < 0 ? info : info.slice(0, colon);
    password = colon < 0 ? null : info.slice(colon + 1);
    if (user === '' || !isUserText(user) || (password !== null && !isPasswordText(password))) return null;
    hostStart = at + 1;
  }
  const hostEnd = endOfHost(text, hostStart);
  if (hostEnd < 0) return null;
  let i = hostEnd;
  let port: number | null = null;
  if (text.charCodeAt(i) === 58) {
    const portStart = ++i;
    while (isDigit(text.charCodeAt(i))) i++;
    port = parseDecimal(text.slice(portStart, i), 65535);
    if (port === null) return null;
  }
  const host = text.slice(hostStart, hostEnd).toLowerCase();
  if (i === text.length) {
    return { kind: 'sip', scheme, user, password, host, port, params: NO_PARAMS, headers: NO_HEADERS };
  }
  const question = text.indexOf('?', i);
  const paramsEnd = question < 0 ? text.length : question;
  const params = parseUriParams(text.slice(i, paramsEnd));
  const headers = question < 0 ? NO_HEADERS : parseUriHeaders(text.slice(question + 1));
  return params && headers ? { kind: 'sip', scheme, user, password, host, port, params, headers } : null;
}

/** Index after the host that starts at `at`, -1 when there is none. Also used for Via. */
export function endOfHost(text: string, at: number): number {
  let i = at;
  if (text.charCodeAt(i) === 91) {
    let colons = 0;
    for (i++; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 93) return colons >= 2 ? i + 1 : -1;
      if (code === 58) colons++;
      else if (code !== 46 && !isHexCode(code)) return -1;
    }
    return -1;
  }
  // A host is neither empty nor does it begin with a dot or hold two in a row.
  let last = 46;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isHostCode(code)) break;
    if (code === 46 && last === 46) return -1;
    last = code;
  }
  return i === at ? -1 : i;
}

function parseUriParams(text: string): Params | null {
  if (text === '') return NO_PARAMS;
  if (text.charCodeAt(0) !== 59) return null;
  const params = new Map<string, string | null>();
  for (const part of text.slice(1).split(';')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? null : part.slice(equals + 1);
    if (!isParamText(name) || (value !== null && !isParamText(value)) || params.has(name)) return null;
    params.set(name, value);
  }
  return params;
}

function parseUriHeaders(text: string): SipUri['headers'] | null {
  const found: [string, string][] = [];
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    if (equals < 1) return null;
    const name = part.slice(0, equals);
    const value = part.slice(equals + 1);
    if (!isHeaderText(name) || (value !== '' && !isHeaderText(value))) return null;
    found.push([name, value]);
  }
  return found;
}

function parseTel(rest: string): TelUri | null {
  const semicolon = rest.indexOf(';');
  const number = semicolon < 0 ? rest : rest.slice(0, semicolon);
  if (!/^\+?[().-]*[0-9A-Fa-f*#][0-9A-Fa-f*#().-]*$/.test(number)) return null;
  const params = parseUriParams(semicolon < 0 ? '' : rest.slice(semicolon));
  return params && { kind: 'tel', scheme: 'tel', number, params };
}

const USER = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2})+$/;
const PASSWORD = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})*$/;
const PARAM = /^(?:[A-Za-z0-9\-_.!~*'()[\]/:&+$]|%[0-9A-Fa-f]{2})+$/;
const HEADER = /^(?:[A-Za-z0-9\-_.!~*'()[\]/?:+$]|%[0-9A-Fa-f]{2})+$/;

function isUserText(text: string): boolean {
  return USER.test(text);
}

function isPasswordText(text: string): boolean {
  return PASSWORD.test(text);
}

function isParamText(text: string): boolean {
  return PARAM.test(text);
}

function isHeaderText(text: string): boolean {
  return HEADER.test(text);
}

function escapesAreWhole(text: string): boolean {
  return !text.includes('%') || !/%(?![0-9A-Fa-f]{2})/.test(text);
}

/** The URI as text. What `parseUri` gave comes back equal, save for the case of scheme, host and parameter names. */
export function formatUri(uri: Uri): string {
  if (uri.kind === 'opaque') return `${uri.scheme}:${uri.rest}`;
  if (uri.kind === 'tel') return `tel:${uri.number}${formatParams(uri.params)}`;
  const user = uri.user === null ? '' : `${uri.user}${uri.password === null ? '' : `:${uri.password}`}@`;
  const port = uri.port === null ? '' : `:${uri.port}`;
  const headers = uri.headers.map(([name, value]) => `${name}=${value}`).join('&');
  return `${uri.scheme}:${user}${uri.host}${port}${formatParams(uri.params)}${headers && `?${headers}`}`;
}

function formatParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) text += value === null ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** Makes the user part of a URI from plain text: everything that may not stand there is escaped. */
export function escapeUser(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(?:26|3D|2B|24|2C|3B|3F|2F)/g, decodeURIComponent);
}

/** The user part as a person would read it; `null` when the escapes are no UTF-8. */
export function unescapeUser(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Escapes of unreserved characters undone, all others in upper case (RFC 3261 §19.1.4). */
export function canonicalEscapes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
    const char = String.fromCharCode(parseInt(escape.slice(1), 16));
    return isToken(char) && char !== '+' && char !== '%' && char !== '`' ? char : escape.toUpperCase();
  });
}

/**
 * The address of record of a SIP or SIPS URI: `sip:user@host`, without port, password and parameters, host in
 * lower case, escapes canonical. SIPS folds into SIP. `null` when it is no such URI or names no user.
 */
export function aorOf(uri: string | Uri): string | null {
  const parsed = typeof uri === 'string' ? parseUri(uri) : uri;
  if (parsed?.kind !== 'sip' || parsed.user === null) return null;
  return `sip:${canonicalEscapes(parsed.user)}@${parsed.host}`;
}

/** Parameters that must be on both sides or on neither (RFC 3261 §19.1.4). */
const ESSENTIAL = ['transport', 'user', 'ttl', 'method', 'maddr'];

/** RFC 3261 §19.1.4 for SIP, RFC 3966 §4 for tel, text equality for the rest. Malformed URIs equal nothing. */
export function sameUri(left: string | Uri, right: string | Uri): boolean {
  const a = typeof left === 'string' ? parseUri(left) : left;
  const b = typeof right === 'string' ? parseUri(right) : right;
  if (!a || !b || a.scheme !== b.scheme) return false;
  if (a.kind === 'opaque' && b.kind === 'opaque')
    return canonicalEscapes(a.rest) === canonicalEscapes(b.rest);
  if (a.kind === 'tel' && b.kind === 'tel') {
    return plainNumber(a) === plainNumber(b) && a.params.size === b.params.size && paramsAgree(a, b);
  }
  if (a.kind !== 'sip' || b.kind !== 'sip') return false;
  return (
    canonicalEscapes(a.user ?? '') === canonicalEscapes(b.user ?? '') &&
    canonicalEscapes(a.password ?? '') === canonicalEscapes(b.password ?? '') &&
    a.host === b.host &&
    a.port === b.port &&
    ESSENTIAL.every((name) => a.params.has(name) === b.params.has(name)) &&
    paramsAgree(a, b) &&
    sameHeaders(a.headers, b.headers)
  );
}

function plainNumber(uri: TelUri): string {
  return uri.number.replace(/[().-]/g, '').toLowerCase();
}

function paramsAgree(a: SipUri | TelUri, b: SipUri | TelUri): boolean {
  for (const [name, value] of a.params) {
    const other = b.params.get(name);
    if (other === undefined) continue;
    if (canonicalEscapes(value ?? '').toLowerCase() !== canonicalEscapes(other ?? '').toLowerCase())
      return false;
  }
  return true;
}

function sameHeaders(a: SipUri['headers'], b: SipUri['headers']): boolean {
  const flat = (list: SipUri['headers']) =>
    list.map(([name, value]) => `${canonicalEscapes(name).toLowerCase()}=${canonicalEscapes(value)}`).sort();
  return a.length === b.length && flat(a).join('&') === flat(b).join('&');
}
