import type { Clock } from '../clock.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRequest, HttpRoute } from '../http/contract.ts';
import { json } from '../http/status-routes.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { tokenBucket } from '../sip/limits.ts';
import { MOST_PEOPLE, type PresenceStreams } from './streams.ts';
import { readTokenRequest } from './token-request.ts';
import type { EmbedTokens } from './tokens.ts';

export interface EmbedRoutesOptions {
  readonly tokens: EmbedTokens;
  readonly streams: PresenceStreams;
  readonly authenticator: HttpAuthenticator;
  readonly exists: (aor: string) => boolean;
  readonly clock: Clock;
}

const LARGEST_REQUEST = 64 * 1024;
/** Streams a second and at once, of one address: a page opens few, a program that guesses opens many. */
const PACE = { rate: 5, burst: 100 };
const MOST_ADDRESSES = 10_000;

/**
 *   GET, POST /api/embed-tokens, DELETE /api/embed-tokens/<id>     digest, one's own tokens
 *   GET /api/embed/presence?aor=…&aor=…                            Bearer token, from its origins: an event stream
 */
export function embedRoutes(options: EmbedRoutesOptions): HttpRoute[] {
  const { tokens, streams, authenticator, exists, clock } = options;
  const paces = new Map<string, (now: number) => boolean>();

  function keepsPace(address: string): boolean {
    let pace = paces.get(address);
    if (!pace) {
      if (paces.size >= MOST_ADDRESSES) paces.clear();
      pace = tokenBucket(PACE.rate, PACE.burst, clock.now());
      paces.set(address, pace);
    }
    return pace(clock.now());
  }

  async function own(request: HttpRequest): Promise<HttpAnswer> {
    const verdict = await authenticator.authenticate(request);
    if ('answer' in verdict) return verdict.answer;
    const { aor } = verdict;
    const id = /^\/api\/embed-tokens\/([\w-]{1,64})$/.exec(request.target)?.[1];
    if (id !== undefined) {
      if (request.method !== 'DELETE') return notAllowed('DELETE');
      return { status: (await tokens.revoke(aor, id)) ? 204 : 404 };
    }
    if (!/^\/api\/embed-tokens(?:\?|$)/.test(request.target)) return { status: 404 };
    if (request.method === 'GET' || request.method === 'HEAD') return json({ tokens: tokens.of(aor) });
    if (request.method !== 'POST') return notAllowed('GET, HEAD, POST');
    const body = await request.body(LARGEST_REQUEST);
    if (body === null) return { status: 413 };
    const wanted = readTokenRequest(body.toString('utf8'), exists);
    const made = 'why' in wanted ? wanted : await tokens.make(aor, wanted);
    return 'why' in made ? json({ problem: made.why }, 400) : json(made, 201);
  }

  async function presence(request: HttpRequest): Promise<HttpAnswer> {
    const { method, headers, target, address } = request;
    const origin = originOf(headers);
    if (method === 'OPTIONS') {
      if (origin === null || !tokens.knowsOrigin(origin)) return { status: 403 };
      return { status: 204, headers: { ...fieldsFor(origin), ...PREFLIGHT } };
    }
    if (method !== 'GET') return notAllowed('GET, OPTIONS');
    if (!keepsPace(address)) return { status: 429, headers: { 'Retry-After': '10', ...fieldsFor(origin) } };
    const secret = /^Bearer +([\w-]+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';
    const token = tokens.find(secret);
    // A token ends with the account of its maker.
    if (token === null || !exists(token.owner)) {
      const known = origin !== null && tokens.knowsOrigin(origin);
      return { status: 401, headers: { 'WWW-Authenticate': 'Bearer', ...(known && fieldsFor(origin)) } };
    }
    if (origin === null || !token.origins.includes(origin)) return { status: 403 };
    const people = peopleIn(target);
    if (people === null) return { status: 400, headers: fieldsFor(origin) };
    const stream = streams.open(token, people);
    if (stream === null) return { status: 503, headers: { 'Retry-After': '60', ...fieldsFor(origin) } };
    const type = { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' };
    return { status: 200, headers: { ...type, ...fieldsFor(origin) }, stream };
  }

  return [
    { prefix: '/api/embed-tokens', crossOrigin: true, handle: own },
    { prefix: '/api/embed-tokens/', crossOrigin: true, handle: own },
    { prefix: '/api/embed/presence', handle: presence },
  ];
}

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET',
  'Access-Control-Allow-Headers': 'Authorization',
  'Access-Control-Max-Age': '600',
};

function fieldsFor(origin: string | null): Record<string, string> {
  return origin === null ? {} : { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
}

/** A page of our own says no Origin with a GET (Fetch §3.1), but that it is one. */
function originOf(headers: HttpRequest['headers']): string | null {
  const { origin, host } = headers;
  if (origin !== undefined) return origin;
  if (headers['sec-fetch-site'] !== 'same-origin' || host === undefined) return null;
  return `${headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'}://${host}`;
}

/** Whom it is about: 1 to 100 addresses, each once; null where one is none. */
function peopleIn(target: string): string[] | null {
  const aors = new URLSearchParams(target.split('?')[1] ?? '').getAll('aor').map((one) => aorOf(one));
  if (aors.length === 0 || aors.length > MOST_PEOPLE || aors.includes(null)) return null;
  return [...new Set(aors as string[])];
}

function notAllowed(allow: string): HttpAnswer {
  return { status: 405, headers: { Allow: allow } };
}
