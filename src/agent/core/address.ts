/** What a person types as an address, and where its server is. */
import { aorOf, escapeUser } from '../../protocol/sip-uri.ts';
import type { Config } from '../contract.ts';

export interface Address {
  readonly aor: string;
  readonly user: string;
  readonly domain: string;
}

/** `ingrid`, `ingrid@example.org` or `sip:ingrid@example.org`; null when it is none of these. */
export function readAddress(typed: string, defaultDomain: string | undefined): Address | null {
  const bare = typed.trim().replace(/^sips?:/i, '');
  const at = bare.lastIndexOf('@');
  const user = at < 0 ? bare : bare.slice(0, at);
  const domain = (at < 0 ? (defaultDomain ?? '') : bare.slice(at + 1)).toLowerCase();
  if (user === '' || domain === '' || /[\s<>"]/.test(bare)) return null;
  const aor = aorOf(`sip:${user.includes('%') ? user : escapeUser(user)}@${domain}`);
  return aor === null ? null : { aor, user, domain };
}

/** Where to sign in. */
export interface Place {
  readonly servers: readonly string[];
  readonly xcapRoot: string | null;
  readonly serviceRoot: string | null;
}

/** What the administrator's configuration says about a domain; null when it speaks of another one. */
export function placeFrom(config: Config, domain: string): Place | null {
  if (!config.sip || config.sip.length === 0) return null;
  if (config.domain !== undefined && config.domain.toLowerCase() !== domain) return null;
  return { servers: config.sip, xcapRoot: config.xcapRoot ?? null, serviceRoot: config.serviceRoot ?? null };
}

/** Where servers are by custom when nobody says. */
export function usualPlace(domain: string): Place {
  return { servers: [`wss://${domain}/sip`], xcapRoot: null, serviceRoot: null };
}

/** A typed server: `host`, `wss://host/path`. Null when it cannot be one. */
export function readServer(typed: string): string | null {
  const text = /^wss?:\/\//i.test(typed.trim()) ? typed.trim() : `wss://${typed.trim()}`;
  try {
    const url = new URL(text);
    return url.pathname === '/' && !text.endsWith('/')
      ? `${url.origin === 'null' ? text : url.origin}/sip`
      : url.href;
  } catch {
    return null;
  }
}
