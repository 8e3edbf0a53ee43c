import { canonicalEscapes, parseUri } from '../../protocol/sip-uri.ts';
import type { Domain } from './contract.ts';
import type { Gruus } from './gruu.ts';

/** `name` in lower case; `aliases` are other hosts meaning the same. */
export function createDomain(name: string, aliases: readonly string[], gruus: Gruus): Domain {
  const hosts = new Set([name, ...aliases]);
  return {
    name,
    isOurs: (host) => hosts.has(host.toLowerCase()),
    aorOf(text) {
      const uri = parseUri(text);
      if (uri?.kind !== 'sip' || uri.user === null || !hosts.has(uri.host)) return null;
      return gruus.resolve(uri)?.aor ?? `sip:${canonicalEscapes(uri.user)}@${name}`;
    },
    contact: `sip:${name};transport=ws`,
  };
}
