/**
 * Refer-To of a transfer (RFC 3515 §2.1, RFC 5589): whom to call, and which call of theirs the new one takes the place
 * of. Of what a URI may carry besides (headers, a body, a route, another method) nothing is taken: the new INVITE is
 * built from the parts returned here and from nothing else.
 */
import { formatReplaces, parseReplaces, type Replaces } from './replaces.ts';
import { parseNameAddr } from './sip-header.ts';
import { aorOf, parseUri } from './sip-uri.ts';

export type ReferTo =
  | { readonly ok: true; readonly to: string; readonly replaces: Replaces | null }
  | { readonly ok: false; readonly status: 400 | 416 | 603 };

/** A device of somebody (RFC 5627) and a telephone number in a domain; all else is for a proxy to decide. */
const KEPT = new Set(['gr', 'user']);

/** SIP and SIPS with a user, so built anew; null for anything else. */
export function callable(text: string): string | null {
  const uri = parseUri(text);
  if (uri?.kind !== 'sip' || uri.user === null) return null;
  const params = [...uri.params].filter(([name]) => KEPT.has(name));
  const tail = params.map(([name, value]) => (value === null ? `;${name}` : `;${name}=${value}`)).join('');
  return `${uri.scheme}:${uri.user}@${uri.host}${uri.port === null ? '' : `:${uri.port}`}${tail}`;
}

/** The very device of `peer` (an AOR) where we know by its address that it is theirs (RFC 5627); else the AOR. */
export function deviceOf(peer: string, target: string): string {
  const device = callable(target);
  return device !== null && aorOf(device) === peer ? device : peer;
}

/** Where a call may be led on to (RFC 3261 §8.1.3.4): what can be called, and telephone numbers; null for all else. */
export function redirectTarget(text: string): string | null {
  return parseUri(text)?.kind === 'tel' ? text : callable(text);
}

export function parseReferTo(value: string): ReferTo {
  const address = parseNameAddr(value);
  const uri = address && parseUri(address.uri);
  if (!uri) return { ok: false, status: 400 };
  const to = callable(address.uri);
  if (uri.kind !== 'sip' || to === null) return { ok: false, status: 416 };
  const method = uri.params.get('method') ?? 'INVITE';
  if (method.toUpperCase() !== 'INVITE') return { ok: false, status: 603 };
  const named = uri.headers.filter(([name]) => name.toLowerCase() === 'replaces');
  const [first] = named;
  if (!first) return { ok: true, to, replaces: null };
  const replaces = named.length === 1 ? parseReplaces(unescaped(first[1])) : null;
  return replaces ? { ok: true, to, replaces } : { ok: false, status: 400 };
}

/** The header's value, `null` when the target cannot be called. */
export function formatReferTo(target: string, replaces: Replaces | null): string | null {
  const to = callable(target);
  if (to === null) return null;
  if (!replaces) return `<${to}>`;
  const value = formatReplaces(replaces);
  return value === null ? null : `<${to}?Replaces=${encodeURIComponent(value)}>`;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
