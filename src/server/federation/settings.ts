/** What an administrator sets for federation by environment; README "Other organisations". */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Where a domain's server listens. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

export interface FederationSettings {
  /** Null: as the rest of the server. */
  readonly host: string | null;
  /** 0: any free one. */
  readonly port: number;
  /** PEM; the certificate names our domain (RFC 5922 §7.1). */
  readonly certificate: string;
  readonly key: string;
  /** PEM of who signs certificates we believe; null: the public ones. */
  readonly authorities: string | null;
  /** Domains with an address that no DNS is asked for. */
  readonly routes: ReadonlyMap<string, PeerAddress>;
  /** Every domain that may come and be gone to, those with a route among them. */
  readonly allowed: ReadonlySet<string>;
  /** Requests a second that one domain may send, in the long run. */
  readonly rate: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/;

/** Null without PARLEY_FEDERATION_PORT; `problem` is a sentence. */
export function readFederationSettings(
  environment: Environment,
): FederationSettings | null | { readonly problem: string } {
  const given = (name: string): string => environment[`PARLEY_FEDERATION_${name}`]?.trim() ?? '';
  if (given('PORT') === '') return null;
  const port = Number(given('PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return { problem: 'PARLEY_FEDERATION_PORT is not a port number.' };
  }
  const rate = Number(given('RATE') || 100);
  if (!(rate >= 1 && rate <= 100_000)) {
    return { problem: 'PARLEY_FEDERATION_RATE is not a number of messages a second, such as 100.' };
  }
  const routes = new Map<string, PeerAddress>();
  for (const part of words(given('ROUTES'))) {
    const [, domain = '', host = '', to] = /^([^=]+)=\[?([^=\]]+)\]?:(\d{1,5})$/.exec(part) ?? [];
    if (!DOMAIN.test(domain) || Number(to) < 1 || Number(to) > 65_535 || to === undefined) {
      return {
        problem: `PARLEY_FEDERATION_ROUTES holds ${part}, which is no route, such as partner.example=sip.partner.example:5061.`,
      };
    }
    routes.set(domain, { host, port: Number(to) });
  }
  const allowed = new Set([...routes.keys(), ...words(given('ALLOW'))]);
  const wrong = [...allowed].find((domain) => !DOMAIN.test(domain));
  if (wrong !== undefined) {
    return {
      problem: `PARLEY_FEDERATION_ALLOW holds ${wrong}, which is no domain, such as partner.example.`,
    };
  }
  const read = readFiles(given);
  if ('problem' in read) return read;
  return { host: given('HOST') || null, port, ...read, routes, allowed, rate };
}

function readFiles(
  given: (name: string) => string,
): Pick<FederationSettings, 'certificate' | 'key' | 'authorities'> | { readonly problem: string } {
  const texts: string[] = [];
  for (const name of ['CERT', 'KEY', 'CA']) {
    const path = given(name);
    if (path === '' && name === 'CA') continue;
    if (path === '') return { problem: `PARLEY_FEDERATION_${name} must name a PEM file.` };
    try {
      const text = readFileSync(path, 'utf8');
      // Told now, in words, rather than by a listener that nobody can speak with.
      if (name === 'KEY') createPrivateKey(text);
      else new X509Certificate(text);
      texts.push(text);
    } catch {
      return { problem: `PARLEY_FEDERATION_${name} names ${path}, which is no PEM file that can be read.` };
    }
  }
  const [certificate = '', key = '', authorities = null] = texts;
  return { certificate, key, authorities };
}

function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
}
