/**
 * Addresses of XCAP resources (RFC 4825 §6): a document selector, and behind `~~` a node selector. Percent-escapes
 * are undone once, after the split, so that no escaped slash or dot can become structure.
 */
import { type Decoded, decoded, refused } from './decoded.ts';

/** The path below the XCAP root. `xui` is null for a global document. */
export interface XcapPath {
  readonly auid: string;
  readonly xui: string | null;
  /** Path segments of the document's name below the tree, decoded; usually one. */
  readonly document: readonly string[];
  readonly node: NodeSelector | null;
  /** Prefixes of the query (`?xmlns(p=uri)`, RFC 4825 §6.4). */
  readonly namespaces: ReadonlyMap<string, string>;
}

/** Steps down from the document's root element; the last may be an attribute or the namespace bindings. */
export interface NodeSelector {
  readonly steps: readonly Step[];
  readonly terminal:
    { readonly is: 'attribute'; readonly name: QName } | { readonly is: 'namespaces' } | null;
}

/** One element. `name` null is `*`. `position` counts from 1. */
export interface Step {
  readonly name: QName | null;
  readonly position?: number;
  readonly attribute?: { readonly name: QName; readonly value: string };
}

/** Prefix '' for none: the application's default namespace for elements, no namespace for attributes. */
export interface QName {
  readonly prefix: string;
  readonly local: string;
}

const MAX_PATH = 2048;
const MAX_STEPS = 32;

/** Path of a document in a user's tree below the root, escaped: `resource-lists/users/sip:a@b/index`. */
export function userPath(auid: string, xui: string, document = 'index'): string {
  return [auid, 'users', xui, document].map(escapeSegment).join('/');
}

/** Path of a document everybody shares. */
export function globalPath(auid: string, document = 'index'): string {
  return [auid, 'global', document].map(escapeSegment).join('/');
}

/** Parse what follows the XCAP root, without its leading slash. Refused: `..`, empty segments, anything unclear. */
export function parseXcapPath(path: string): Decoded<XcapPath> {
  if (path.length > MAX_PATH) return refused('XCAP path too long');
  const question = path.indexOf('?');
  const query = question < 0 ? '' : path.slice(question + 1);
  const segments = (question < 0 ? path : path.slice(0, question)).split('/');
  const split = segments.indexOf('~~');
  const raw = split < 0 ? segments : segments.slice(0, split);
  const names = raw.map(unescape);
  if (!names.every((one) => one !== null)) return refused('XCAP path with a bad escape');
  if (names.some((one) => !isSafe(one))) return refused('XCAP path with a segment that is no name');
  const [auid = '', tree, ...rest] = names;
  const xui = tree === 'users' ? (rest.shift() ?? '') : null;
  if (tree !== 'users' && tree !== 'global') return refused('XCAP path outside users and global');
  if (xui === '' || rest.length === 0) return refused('XCAP path without a document');
  const namespaces = parseNamespaces(query);
  if (namespaces === null) return refused('XCAP query is no list of namespaces');
  if (split < 0) return decoded({ auid, xui, document: rest, node: null, namespaces });
  const node = parseNodeSelector(segments.slice(split + 1));
  return node === null
    ? refused('XCAP node selector malformed')
    : decoded({ auid, xui, document: rest, node, namespaces });
}

/** A name that can be a key in a store: no dots alone, no separators, no controls. */
function isSafe(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name);
}

function unescape(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function parseNodeSelector(segments: readonly string[]): NodeSelector | null {
  const texts = joinQuoted(segments.map(unescape));
  if (texts.length === 0 || texts.length > MAX_STEPS) return null;
  const steps: Step[] = [];
  for (const [i, text] of texts.entries()) {
    if (text === null) return null;
    const last = i === texts.length - 1;
    if (last && i > 0 && text === 'namespace::*') return { steps, terminal: { is: 'namespaces' } };
    if (last && i > 0 && text.startsWith('@')) {
      const name = parseQName(text.slice(1));
      return name === null ? null : { steps, terminal: { is: 'attribute', name } };
    }
    const step = parseStep(text);
    if (step === null) return null;
    steps.push(step);
  }
  return { steps, terminal: null };
}

/** A slash inside quotes divides nothing: `entry[@uri="sip:a/b@c"]`. */
function joinQuoted(segments: readonly (string | null)[]): (string | null)[] {
  const joined: (string | null)[] = [];
  let quote = '';
  for (const segment of segments) {
    const before = quote === '' ? null : joined.pop();
    joined.push(before === null || segment === null ? segment : `${before}/${segment}`);
    for (const char of segment ?? '') {
      if (quote === '' ? char === '"' || char === "'" : char === quote) quote = quote === '' ? char : '';
    }
  }
  return joined;
}

const STEP = /^([^[\]]+)(?:\[(\d{1,6})\])?(?:\[@([^\]=]+)=("[^"]*"|'[^']*')\])?$/;

/** `name`, `name[2]`, `*[@uri="sip:a@b"]`, `name[2][@a="v"]`; entity references in the value are undone. */
function parseStep(text: string): Step | null {
  const match = STEP.exec(text);
  if (!match?.[1]) return null;
  const name = match[1] === '*' ? null : parseQName(match[1]);
  if (name === null && match[1] !== '*') return null;
  const position = match[2] === undefined ? undefined : Number(match[2]);
  if (position === 0) return null;
  if (match[3] === undefined || match[4] === undefined) {
    return { name, ...(position !== undefined && { position }) };
  }
  const attribute = parseQName(match[3]);
  if (attribute === null) return null;
  const value = unescapeAttributeValue(match[4].slice(1, -1));
  return value === null
    ? null
    : { name, ...(position !== undefined && { position }), attribute: { name: attribute, value } };
}

/** What an attribute written with this text between its quotes would hold; `null` when XML would not take it. */
export function unescapeAttributeValue(raw: string): string | null {
  if (raw.includes('<')) return null;
  let whole = true;
  const value = raw.replace(/&([^;&]{0,12});?|&/g, (reference, name: string | undefined) => {
    const text = reference.endsWith(';') && name !== undefined ? referenced(name) : null;
    whole &&= text !== null;
    return text ?? '';
  });
  return whole ? value : null;
}

/** The five entities and references to characters XML can carry. */
function referenced(name: string): string | null {
  const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  if (known !== undefined) return known;
  const match = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (match === null) return null;
  const code = match[1] === undefined ? Number(match[2]) : parseInt(match[1], 16);
  const blank = code === 9 || code === 10 || code === 13;
  const legal = blank || (code >= 32 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0x10ffff);
  return legal ? String.fromCodePoint(code) : null;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function parseQName(text: string): QName | null {
  const match = /^(?:([\p{L}_][\p{L}\p{N}._-]*):)?([\p{L}_][\p{L}\p{N}._-]*)$/u.exec(text);
  return match?.[2] === undefined ? null : { prefix: match[1] ?? '', local: match[2] };
}

function parseNamespaces(query: string): Map<string, string> | null {
  const found = new Map<string, string>();
  const text = unescape(query);
  if (text === null) return null;
  let at = 0;
  while (at < text.length) {
    const match = /^xmlns\(([\p{L}_][\p{L}\p{N}._-]*)=([^()\s]+)\)/u.exec(text.slice(at));
    if (!match?.[1] || !match[2] || found.size >= MAX_STEPS) return null;
    found.set(match[1], match[2]);
    at += match[0].length;
  }
  return found;
}

/** Write a path. Steps are escaped as RFC 4825 §6.3 asks, brackets and quotes included. */
export function formatXcapPath({ auid, xui, document, node, namespaces }: XcapPath): string {
  const tree = xui === null ? ['global'] : ['users', xui];
  const base = [auid, ...tree, ...document].map(escapeSegment).join('/');
  const query = [...namespaces].map(([prefix, uri]) => `xmlns(${prefix}=${encodeURI(uri)})`).join('');
  const selector = node === null ? '' : '/~~/' + formatNode(node);
  return base + selector + (query === '' ? '' : '?' + query);
}

function formatNode({ steps, terminal }: NodeSelector): string {
  const parts = steps.map((one) => {
    const attribute =
      one.attribute && `[@${qname(one.attribute.name)}="${escapeValue(one.attribute.value)}"]`;
    const position = one.position === undefined ? '' : `[${one.position}]`;
    return escapeSegment((one.name ? qname(one.name) : '*') + position + (attribute ?? ''));
  });
  if (terminal?.is === 'attribute') parts.push('@' + escapeSegment(qname(terminal.name)));
  if (terminal?.is === 'namespaces') parts.push('namespace::*');
  return parts.join('/');
}

function escapeValue(value: string): string {
  return value.replace(/[&<"]/g, (one) => (one === '&' ? '&amp;' : one === '<' ? '&lt;' : '&quot;'));
}

function qname({ prefix, local }: QName): string {
  return prefix === '' ? local : `${prefix}:${local}`;
}

/** Everything but what a path segment may carry; `:` and `@` stay readable as servers show them. */
function escapeSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%3A', ':')
    .replaceAll('%40', '@')
    .replaceAll('%3D', '=');
}
