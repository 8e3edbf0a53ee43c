import {
  areCredentialsRight,
  formatChallenge,
  parseCredentials,
  type Algorithm,
} from '../../protocol/digest.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Counter } from '../metrics.ts';
import type { UserStore } from '../store/users.ts';
import type { Guesses } from './guesses.ts';
import type { Nonces } from './nonces.ts';

/** What is presented with one request. */
interface Presented {
  /** Values of Authorization or Proxy-Authorization. */
  readonly fields: readonly string[];
  readonly method: string;
  /** Request-URI of SIP, path and query of HTTP. */
  readonly uri: string;
  readonly address: string;
}

type Verdict =
  | { readonly is: 'proved'; readonly aor: string }
  /** Nothing presented, wrong, unknown or too old: all look the same to the peer but for `stale`. */
  | { readonly is: 'challenged'; readonly stale: boolean; readonly wrong: boolean }
  /** Too many failures: not even looked at. Seconds. */
  | { readonly is: 'barred'; readonly retryAfter: number };

export interface Authenticator {
  check(presented: Presented): Promise<Verdict>;
  /** Values for WWW-Authenticate or Proxy-Authenticate, strongest first (RFC 8760 §2.4). */
  challenges(stale: boolean): string[];
}

export interface AuthenticatorOptions {
  readonly users: Pick<UserStore, 'secret'>;
  /** The domain: realm of every HA1. */
  readonly realm: string;
  /** Those that secrets are kept for, strongest first. */
  readonly algorithms?: readonly Algorithm[];
  readonly nonces: Nonces;
  readonly guesses: Guesses;
  readonly clock: Clock;
  readonly log: Log;
  /** By verdict, and `checked` for each look at a secret. */
  readonly count: Counter;
}

const ALGORITHMS: readonly Algorithm[] = ['SHA-256', 'MD5'];

/** In place of an unknown user's HA1, so that the same work is done; no text has this hash. */
const NOBODY: Readonly<Record<Algorithm, string>> = { 'SHA-256': 'x'.repeat(64), MD5: 'x'.repeat(32) };

/** Digest for SIP and HTTP alike: same accounts, nonces and limits. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { users, realm, nonces, guesses, clock, log, count } = options;
  const algorithms = options.algorithms ?? ALGORITHMS;
  const challenged = (stale: boolean, wrong = false): Verdict => {
    count.add('challenged');
    return { is: 'challenged', stale, wrong };
  };
  return {
    async check({ fields, method, uri, address }) {
      const credentials = fields.map(parseCredentials).find((found) => found?.realm === realm);
      if (!credentials || credentials.qop !== 'auth' || credentials.uri !== uri) return challenged(false);
      const aor = `sip:${credentials.username}@${realm}`;
      const wait = guesses.wait(aor, address, clock.now());
      if (wait > 0) {
        count.add('barred');
        return { is: 'barred', retryAfter: Math.ceil(wait / 1000) };
      }
      const state = nonces.state(credentials.nonce, clock.now());
      const secret = await users.secret(aor, credentials.algorithm);
      // Guesses that waited beside this one may have used the limit up; from here to `failed` nothing waits.
      if (guesses.wait(aor, address, clock.now()) > 0) return challenged(false);
      count.add('checked');
      const right = areCredentialsRight(credentials, secret ?? NOBODY[credentials.algorithm], method, '');
      if (!right || secret === null) {
        guesses.failed(aor, address, clock.now());
        log.warn('wrong-password', { user: credentials.username, address });
        return challenged(false, true);
      }
      if (state !== 'good') return challenged(nonces.tellStale(credentials.nonce));
      if (!nonces.use(credentials.nonce, credentials.count, clock.now())) return challenged(true);
      guesses.succeeded(aor, address, clock.now());
      count.add('proved');
      return { is: 'proved', aor };
    },
    challenges(stale) {
      const nonce = nonces.make(clock.now());
      return algorithms.map((algorithm) =>
        formatChallenge({ realm, nonce, algorithm, qop: ['auth'], opaque: null, stale }),
      );
    },
  };
}
