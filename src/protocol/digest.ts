/**
 * Digest access authentication (RFC 7616 as SIP uses it: RFC 3261 §22, RFC 8760), both sides. The formulas live
 * here; who is asked, how nonces are made and how often one may guess is the business of the layers above.
 */
import { md5 } from './md5.ts';
import { sha256 } from './sha256.ts';
import { formatAuth, parseAuth, parseAuthInfo } from './sip-auth.ts';
import type { Header, Params } from './sip-message.ts';

export type Algorithm = 'MD5' | 'SHA-256';

/** Strongest first. */
const STRENGTH: readonly Algorithm[] = ['SHA-256', 'MD5'];

type Qop = 'auth' | 'auth-int';

export interface Challenge {
  /** True for Proxy-Authenticate: the answer goes into Proxy-Authorization. */
  readonly proxy: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: Algorithm;
  /** The `-sess` variant, whose HA1 is bound to nonce and cnonce. */
  readonly session: boolean;
  /** Those we know of the ones offered; empty: none was offered (RFC 2069 form). */
  readonly qop: readonly Qop[];
  readonly opaque: string | null;
  /** The credentials were right, only the nonce was old: answer once more without asking anybody. */
  readonly stale: boolean;
}

/** H(text) in lower-case hexadecimal. */
function hash(algorithm: Algorithm, input: string | Uint8Array): string {
  return algorithm === 'MD5' ? md5(input) : sha256(input);
}

/** H(username:realm:password), the secret a server keeps and a client may keep instead of the password. */
export function ha1(algorithm: Algorithm, username: string, realm: string, password: string): string {
  return hash(algorithm, `${username}:${realm}:${password}`);
}

/** All Digest challenges of a 401 or 407 that can be answered at all, in the order of the message. */
export function challengesOf(response: { readonly headers: readonly Header[] }): Challenge[] {
  return response.headers.flatMap((field) => {
    const proxy = field.name === 'Proxy-Authenticate';
    if (!proxy && field.name !== 'WWW-Authenticate') return [];
    return (parseAuth(field.value) ?? []).flatMap((value) => {
      return value.scheme === 'digest' ? (readChallenge(value.params, proxy) ?? []) : [];
    });
  });
}

function readChallenge(params: Params, proxy: boolean): Challenge | null {
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  const kind = readAlgorithm(params.get('algorithm'));
  const offered = params.get('qop');
  if (typeof realm !== 'string' || typeof nonce !== 'string' || !kind) return null;
  const qop = (offered ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(isQop);
  // Only unknown qualities on offer: an answer without any would be refused.
  if (typeof offered === 'string' && offered.trim() !== '' && qop.length === 0) return null;
  const stale = params.get('stale')?.toLowerCase() === 'true';
  return { proxy, realm, nonce, ...kind, qop, opaque: params.get('opaque') ?? null, stale };
}

function readAlgorithm(text: string | null | undefined): { algorithm: Algorithm; session: boolean } | null {
  const upper = (text ?? 'MD5').toUpperCase();
  const session = upper.endsWith('-SESS');
  const algorithm = STRENGTH.find((known) => known === (session ? upper.slice(0, -5) : upper));
  return algorithm ? { algorithm, session } : null;
}

function isQop(text: string): text is Qop {
  return text === 'auth' || text === 'auth-int';
}

/**
 * One challenge for each realm and side (a 407 of a proxy and a 401 of a registrar are both answered): the
 * strongest that `canAnswer`, among equals the first.
 */
export function chooseChallenges(
  challenges: readonly Challenge[],
  canAnswer: (realm: string, algorithm: Algorithm) => boolean,
): Challenge[] {
  const chosen = new Map<string, Challenge>();
  for (const challenge of challenges) {
    const { proxy, realm, algorithm } = challenge;
    if (!canAnswer(realm, algorithm)) continue;
    const key = `${proxy ? 'proxy' : 'www'} ${realm}`;
    const rival = chosen.get(key);
    if (!rival || STRENGTH.indexOf(algorithm) < STRENGTH.indexOf(rival.algorithm)) chosen.set(key, challenge);
  }
  return [...chosen.values()];
}

export interface DigestInput {
  readonly algorithm: Algorithm;
  readonly session: boolean;
  readonly ha1: string;
  readonly nonce: string;
  /** `null`: the form of RFC 2069, without nc and cnonce. */
  readonly qop: Qop | null;
  /** Eight hexadecimal digits, as sent. */
  readonly nc: string;
  readonly cnonce: string;
  readonly method: string;
  readonly uri: string;
  /** Counts only for auth-int. Text is hashed as UTF-8. */
  readonly body: string | Uint8Array;
}

/** The `response` value (RFC 7616 §3.4.1). With `method` empty it is the `rspauth` of a server without auth-int. */
export function digestResponse(input: DigestInput): string {
  const { algorithm, nonce, nc, cnonce, qop } = input;
  const a1 = input.session ? hash(algorithm, `${input.ha1}:${nonce}:${cnonce}`) : input.ha1;
  const entity = qop === 'auth-int' ? `:${hash(algorithm, input.body)}` : '';
  const a2 = hash(algorithm, `${input.method}:${input.uri}${entity}`);
  return hash(
    algorithm,
    qop === null ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`,
  );
}

export interface AnswerInput {
  readonly username: string;
  readonly ha1: string;
  readonly method: string;
  /** The Request-URI. */
  readonly uri: string;
  readonly body: string | Uint8Array;
  /** Fresh for each use where the nonce is new. */
  readonly cnonce: string;
  /** Uses of this nonce so far, this one included: 1, 2, … */
  readonly count: number;
}

/** The Authorization or Proxy-Authorization field for a challenge. auth is preferred to auth-int. */
export function answerChallenge(challenge: Challenge, input: AnswerInput): Header {
  const { algorithm, session, nonce, realm, opaque } = challenge;
  const qop = challenge.qop.includes('auth') ? 'auth' : (challenge.qop[0] ?? null);
  const nc = input.count.toString(16).padStart(8, '0');
  const response = digestResponse({ ...input, algorithm, session, nonce, qop, nc });
  const params = new Map<string, string | null>([
    ['username', input.username],
    ['realm', realm],
    ['nonce', nonce],
    ['uri', input.uri],
    ['response', response],
    ['algorithm', session ? `${algorithm}-sess` : algorithm],
  ]);
  if (opaque !== null) params.set('opaque', opaque);
  if (qop !== null || session) params.set('cnonce', input.cnonce);
  if (qop !== null) params.set('qop', qop).set('nc', nc);
  const name = challenge.proxy ? 'Proxy-Authorization' : 'Authorization';
  return { name, value: formatAuth('Digest', params, true) };
}

/** A challenge as a header value; the server sends one field for each algorithm, strongest first (RFC 8760 §2.4). */
export function formatChallenge(challenge: Omit<Challenge, 'proxy' | 'session'>): string {
  const params = new Map<string, string | null>([
    ['realm', challenge.realm],
    ['nonce', challenge.nonce],
    ['algorithm', challenge.algorithm],
  ]);
  if (challenge.qop.length > 0) params.set('qop', challenge.qop.join(','));
  if (challenge.opaque !== null) params.set('opaque', challenge.opaque);
  if (challenge.stale) params.set('stale', 'true');
  return formatAuth('Digest', params, false);
}

export interface Credentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: Algorithm;
  readonly session: boolean;
  readonly qop: Qop | null;
  /** 0 without qop. */
  readonly count: number;
  readonly nc: string;
  readonly cnonce: string;
  readonly opaque: string | null;
}

/** Credentials of one Authorization or Proxy-Authorization field; `null` when they are not Digest or not whole. */
export function parseCredentials(text: string): Credentials | null {
  const values = parseAuth(text);
  const value = values?.[0];
  if (!value || values.length > 1 || value.scheme !== 'digest') return null;
  const get = (name: string) => value.params.get(name) ?? null;
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map(get);
  const kind = readAlgorithm(get('algorithm'));
  const qop = get('qop')?.toLowerCase() ?? null;
  const nc = get('nc') ?? '';
  const cnonce = get('cnonce') ?? '';
  if (!username || realm == null || !nonce || !uri || !response || !kind || get('userhash') === 'true')
    return null;
  if (qop !== null && (!isQop(qop) || !/^[0-9a-f]{8}$/i.test(nc) || cnonce === '')) return null;
  const count = qop === null ? 0 : parseInt(nc, 16);
  return { username, realm, nonce, uri, response, ...kind, qop, count, nc, cnonce, opaque: get('opaque') };
}

/** Whether the response follows from the secret. `method` and `body` are those of the request that carried it. */
export function areCredentialsRight(
  credentials: Credentials,
  secret: string,
  method: string,
  body: string | Uint8Array,
): boolean {
  return sameText(
    digestResponse({ ...credentials, ha1: secret, method, body }),
    credentials.response.toLowerCase(),
  );
}

/** Compares in a time that does not tell where the difference is. */
function sameText(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length;
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i);
  return difference === 0;
}

export interface AuthenticationInfo {
  readonly nextnonce: string | null;
  readonly rspauth: string | null;
  readonly nc: number | null;
}

/** Authentication-Info (RFC 7616 §3.5): the next nonce and the proof that the server knows the secret too. */
export function parseAuthenticationInfo(text: string): AuthenticationInfo | null {
  const params = parseAuthInfo(text);
  if (!params) return null;
  const nc = params.get('nc') ?? '';
  const count = /^[0-9a-f]{8}$/i.test(nc) ? parseInt(nc, 16) : null;
  return { nextnonce: params.get('nextnonce') ?? null, rspauth: params.get('rspauth') ?? null, nc: count };
}
