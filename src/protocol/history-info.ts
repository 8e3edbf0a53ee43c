/**
 * Whom a call was for, and who sent it on: History-Info (RFC 7044) where a server writes it, Diversion (RFC 5806) of
 * older exchanges otherwise. Both come from outside and are believed for words on the screen only.
 */
import { listOf, parseNameAddr } from './sip-header.ts';
import type { Header } from './sip-message.ts';
import { shownName } from './shown-name.ts';
import { aorOf, parseUri } from './sip-uri.ts';

/** Somebody a call went to. `name`: as the network gave it, '' where it gave none. */
export interface Target {
  /** AOR, or a `tel:` URI as written. */
  readonly aor: string;
  readonly name: string;
}

export interface Forwarding {
  /** Whom the caller wanted. */
  readonly forUser: Target;
  /** Who sent it on last, when that is somebody else. */
  readonly forwardedBy?: Target;
}

/** More hops than a server would allow are nobody's call; what is after them is not read. */
const MOST_HOPS = 32;

/** Null when the call was for `me` (an AOR) to begin with, or nobody says anything else. Never throws. */
export function forwardingOf(headers: readonly Header[], me: string): Forwarding | null {
  const hops = hopsOf(headers);
  const others = hops.filter(({ aor }) => aor !== me);
  const [first] = hops;
  if (!first || first.aor === me) return null;
  const last = others.at(-1);
  return { forUser: first, ...(last && last.aor !== first.aor && { forwardedBy: last }) };
}

/** Everybody the call was sent to, in order, each once; what cannot be read is left out. */
function hopsOf(headers: readonly Header[]): readonly Target[] {
  const history = (listOf({ headers }, 'History-Info') ?? [])
    .slice(0, MOST_HOPS)
    .map((value) => ({ index: indexOf(value), target: targetOf(value) }))
    .sort((one, other) => byIndex(one.index, other.index))
    .map(({ target }) => target);
  // The newest diversion stands on top (RFC 5806 §5).
  const diverted = (listOf({ headers }, 'Diversion') ?? []).slice(0, MOST_HOPS).reverse().map(targetOf);
  const seen = new Map<string, Target>();
  for (const target of history.length > 0 ? history : diverted) {
    if (target && !seen.has(target.aor)) seen.set(target.aor, target);
  }
  return [...seen.values()];
}

/** `index=1.2.1` as numbers (RFC 7044 §10.3). */
function indexOf(value: string): readonly number[] {
  const index = parseNameAddr(value)?.params.get('index') ?? '';
  return /^\d{1,4}(\.\d{1,4}){0,31}$/.test(index) ? index.split('.').map(Number) : [];
}

function byIndex(one: readonly number[], other: readonly number[]): number {
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    const less = (one[i] ?? -1) - (other[i] ?? -1);
    if (less !== 0) return less;
  }
  return 0;
}

/** Null for what names nobody: no user, another scheme, somebody who wants not to be named (RFC 3323 §4.1). */
export function targetOf(value: string): Target | null {
  const address = parseNameAddr(value);
  const uri = address && parseUri(address.uri);
  if (!address || !uri) return null;
  const aor = uri.kind === 'tel' ? `tel:${uri.number}` : aorOf(uri);
  if (aor === null || aor.endsWith('@anonymous.invalid')) return null;
  return { aor, name: shownName(address.display) };
}
