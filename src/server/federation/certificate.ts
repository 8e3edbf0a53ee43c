/** Which SIP domains a certificate stands for (RFC 5922 §7.1, §7.2). */

/**
 * `names` is the subjectAltName as Node prints it, `URI:sip:partner.example, DNS:partner.example`. SIP URIs without a user
 * count; where there is none, DNS names do. No wildcard matches, and no common name stands in.
 */
export function domainsOf(names: string | undefined): ReadonlySet<string> {
  const uris = new Set<string>();
  const hosts = new Set<string>();
  for (const part of (names ?? '').split(', ')) {
    // A name that Node had to quote is none that anybody's server has: whoever made it means to be misread.
    const [, kind, name = ''] = /^(URI|DNS):([^"\s]+)$/.exec(part) ?? [];
    const host = (kind === 'URI' ? (/^sip:([^@;?:]+)$/i.exec(name)?.[1] ?? '') : name).toLowerCase();
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host)) continue;
    (kind === 'URI' ? uris : hosts).add(host);
  }
  return uris.size > 0 ? uris : hosts;
}
