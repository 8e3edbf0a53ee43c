/**
 * The values inside header fields: addresses, Via, parameter lists, comma lists (RFC 3261 §20, §25.1).
 * Parsers return `null` for anything the grammar does not allow; each is one pass over the text.
 */
import {
  isBlank,
  isParamValueCode,
  isToken,
  isTokenCode,
  isUriText,
  hasControl,
  parseDecimal,
  skipBlank,
} from './sip-chars.ts';
import type { Header, NameAddr, Params, Via } from './sip-message.ts';
import { endOfHost, NO_PARAMS, parseUri } from './sip-uri.ts';

/** Index after the quoted string that opens at `at`, -1 when it never closes. */
export function endOfQuoted(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) return i + 1;
    if (code === 92) i++;
  }
  return -1;
}

/** The text between the quotes with `\x` undone. `quoted` begins and ends with a quote. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner;
}

/** The text as a quoted string: `"` and `\` escaped. Control characters are the writer's to refuse. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * A comma list as its elements, trimmed; commas inside quotes and angle brackets do not count. `null` when an
 * element is empty or a quote or bracket stays open.
 */
export function splitList(text: string): string[] | null {
  if (!text.includes(',')) return text === '' ? null : [text];
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      i = endOfQuoted(text, i) - 1;
      if (i < 0) return null;
    } else if (code === 60) {
      i = text.indexOf('>', i);
      if (i < 0) return null;
    } else if (code === 44 || i === text.length) {
      const part = text.slice(start, i).trim();
      if (part === '') return null;
      parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

/** Every element of every field of a list header, in order; `null` when one field is malformed. */
export function listOf(message: { readonly headers: readonly Header[] }, name: string): string[] | null {
  const all: string[] = [];
  for (const field of message.headers) {
    if (field.name !== name) continue;
    const parts = splitList(field.value);
    if (!parts) return null;
    for (const part of parts) all.push(part);
  }
  return all;
}

/** The option tags of Supported, Require and the like, in lower case; an empty or broken field counts for nothing. */
export function tokensOf(message: { readonly headers: readonly Header[] }, name: string): string[] {
  const all: string[] = [];
  for (const field of message.headers) {
    if (field.name !== name) continue;
    for (const part of splitList(field.value) ?? []) if (isToken(part)) all.push(part.toLowerCase());
  }
  return all;
}

/**
 * `;name=value;name` from index `at` to the end. Quoted values come unquoted. A parameter named twice makes the
 * list malformed: whoever takes the first and whoever takes the last would read two messages.
 */
export function parseParams(text: string, at = 0): Params | null {
  let i = skipBlank(text, at);
  if (i === text.length) return NO_PARAMS;
  const params = new Map<string, string | null>();
  while (i < text.length) {
    if (text.charCodeAt(i) !== 59) return null;
    const nameStart = skipBlank(text, i + 1);
    i = nameStart;
    while (isTokenCode(text.charCodeAt(i))) i++;
    if (i === nameStart) return null;
    const name = text.slice(nameStart, i).toLowerCase();
    i = skipBlank(text, i);
    let value: string | null = null;
    if (text.charCodeAt(i) === 61) {
      const start = skipBlank(text, i + 1);
      i = start;
      if (text.charCodeAt(i) === 34) {
        i = endOfQuoted(text, start);
        if (i < 0) return null;
        value = unquote(text.slice(start, i));
      } else {
        while (isParamValueCode(text.charCodeAt(i))) i++;
        if (i === start) return null;
        value = text.slice(start, i);
      }
      i = skipBlank(text, i);
    }
    const before = params.size;
    if (params.set(name, value).size === before) return null;
  }
  return params;
}

/** Values the grammar wants in quotes even where they look like a token. */
const ALWAYS_QUOTED = new Set(['text', 'pub-gruu', 'temp-gruu', 'filename']);

/** `;name=value…`, quoting what needs it. */
export function formatParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) {
    if (value === null) text += `;${name}`;
    else if (name.startsWith('+') || ALWAYS_QUOTED.has(name) || !isParamValue(value)) {
      text += `;${name}=${quote(value)}`;
    } else text += `;${name}=${value}`;
  }
  return text;
}

function isParamValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isParamValueCode(text.charCodeAt(i))) return false;
  return text.length > 0;
}

/** From, To, one Contact, one Route … */
export function parseNameAddr(text: string): NameAddr | null {
  let i = skipBlank(text, 0);
  let display: string;
  if (text.charCodeAt(i) === 34) {
    const end = endOfQuoted(text, i);
    if (end < 0) return null;
    display = unquote(text.slice(i, end));
    i = skipBlank(text, end);
    if (text.charCodeAt(i) !== 60) return null;
  } else {
    const open = text.indexOf('<', i);
    if (open < 0) return parseAddrSpec(text, i);
    display = text.slice(i, open).trim();
    if (!isPlainName(display)) return null;
    i = open;
  }
  const close = text.indexOf('>', i);
  if (close < 0) return null;
  const uri = text.slice(i + 1, close);
  if (parseUri(uri) === null) return null;
  const params = close + 1 === text.length ? NO_PARAMS : parseParams(text, close + 1);
  return params && { display, uri, params };
}

/** Without angle brackets every `;` belongs to the header, and the URI may hold no comma or question mark. */
function parseAddrSpec(text: string, at: number): NameAddr | null {
  const semicolon = text.indexOf(';', at);
  const uri = (semicolon < 0 ? text.slice(at) : text.slice(at, semicolon)).trim();
  if (uri.includes(',') || uri.includes('?') || parseUri(uri) === null) return null;
  const params = semicolon < 0 ? NO_PARAMS : parseParams(text, semicolon);
  return params && { display: '', uri, params };
}

/** Tokens and blanks. Letters beyond ASCII are let through: half the world writes its name without quotes. */
function isPlainName(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128 && !isTokenCode(code) && !isBlank(code)) return false;
  }
  return true;
}

/** `display` is quoted unless empty; the brackets are always written. */
export function formatNameAddr(value: NameAddr): string {
  const display = value.display === '' ? '' : `${quote(value.display)} `;
  return `${display}<${value.uri}>${formatParams(value.params)}`;
}

/** True when `formatNameAddr` can write it so that `parseNameAddr` reads the same. */
export function isNameAddr(value: NameAddr): boolean {
  return (
    !hasControl(value.display) &&
    isUriText(value.uri) &&
    parseUri(value.uri) !== null &&
    areParams(value.params)
  );
}

/** Parameter names are tokens and no value holds a control character. */
export function areParams(params: Params): boolean {
  for (const [name, value] of params)
    if (!isToken(name) || (value !== null && hasControl(value))) return false;
  return true;
}

/** One Via value; the protocol must be SIP/2.0. */
export function parseVia(text: string): Via | null {
  let i = text.startsWith('SIP/2.0/') ? skipBlank(text, 8) : endOfProtocol(text);
  if (i < 0) return null;
  const transportStart = i;
  while (isTokenCode(text.charCodeAt(i))) i++;
  if (i === transportStart || !isBlank(text.charCodeAt(i))) return null;
  const transport = text.slice(transportStart, i);
  const hostStart = skipBlank(text, i);
  const hostEnd = endOfHost(text, hostStart);
  if (hostEnd < 0) return null;
  i = skipBlank(text, hostEnd);
  let port: number | null = null;
  if (text.charCodeAt(i) === 58) {
    const start = skipBlank(text, i + 1);
    i = start;
    while (i < text.length && text.charCodeAt(i) !== 59 && !isBlank(text.charCodeAt(i))) i++;
    port = parseDecimal(text.slice(start, i), 65535);
    if (port === null) return null;
  }
  const params = parseParams(text, i);
  return params && { transport: transport.toUpperCase(), host: text.slice(hostStart, hostEnd), port, params };
}

/** `SIP / 2.0 /` in any case and with any blanks; index of what follows, -1 when it is something else. */
function endOfProtocol(text: string): number {
  let i = 0;
  for (const word of ['sip', '/', '2.0', '/']) {
    const end = i + word.length;
    if (text.slice(i, end).toLowerCase() !== word) return -1;
    i = skipBlank(text, end);
  }
  return i;
}

export function formatVia(via: Via): string {
  const port = via.port === null ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/** A copy of the list with one parameter set (or, with `undefined`, removed). */
export function withParam(params: Params, name: string, value: string | null | undefined): Params {
  const copy = new Map(params);
  if (value === undefined) copy.delete(name);
  else copy.set(name, value);
  return copy;
}
