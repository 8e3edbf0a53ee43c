/** Requests to the server's HTTP side with the same Digest secret as SIP (RFC 7616). No cookies, no stored credentials. */
import { answerChallenge, challengesOf, chooseChallenges, type Challenge } from '../protocol/digest.ts';
import type { Secret } from '../sip/contract.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
/** `status` 0: no answer at all. Header names in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly etag: string | null;
  /** Media type in lower case without parameters, '' when absent. */
  readonly type: string;
  /** The body as it came; absent without an answer. */
  readonly bytes?: Uint8Array;
}
/** Never throws; gives up after 15 seconds. */
export interface Http {
  (request: HttpRequest): Promise<HttpAnswer>;
  /** The header that proves who asks, for a request that a tab makes; null while no challenge of that server is known. */
  readonly authorize?: (request: Pick<HttpRequest, 'method' | 'url'>) => Record<string, string> | null;
}

const TIMEOUT = 15_000;
const NO_ANSWER: HttpAnswer = { status: 0, body: '', etag: null, type: '' };

export function createHttp(secret: Secret, fetcher: typeof fetch, cnonce: () => string): Http {
  /** A nonce that worked goes ahead with later requests of its origin. */
  const known = new Map<string, { challenge: Challenge; cnonce: string; count: number }>();

  function authorization(request: HttpRequest): Record<string, string> {
    const { origin, pathname, search } = new URL(request.url);
    const entry = known.get(origin);
    const ha1 = entry && secret.ha1(entry.challenge.realm, entry.challenge.algorithm);
    if (!entry || ha1 == null) return {};
    const { value } = answerChallenge(entry.challenge, {
      username: secret.username,
      ha1,
      method: request.method,
      // Kamailio wants quotes as %22 here; URL has escaped them already.
      uri: pathname + search,
      body: request.body ?? '',
      cnonce: entry.cnonce,
      count: ++entry.count,
    });
    return { Authorization: value };
  }

  async function once(request: HttpRequest): Promise<{ answer: HttpAnswer; challenge: string | null }> {
    try {
      const response = await fetcher(request.url, {
        method: request.method,
        headers: { ...request.headers, ...authorization(request) },
        ...(request.body !== undefined && { body: request.body }),
        credentials: 'omit',
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const answer = {
        status: response.status,
        body: new TextDecoder().decode(bytes),
        bytes,
        etag: response.headers.get('etag'),
        type: (response.headers.get('content-type')?.split(';', 1)[0] ?? '').trim().toLowerCase(),
      };
      return { answer, challenge: response.headers.get('www-authenticate') };
    } catch {
      return { answer: NO_ANSWER, challenge: null };
    }
  }

  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const first = await once(request);
    if (first.answer.status !== 401 || first.challenge === null) return first.answer;
    const challenges = challengesOf({ headers: [{ name: 'WWW-Authenticate', value: first.challenge }] });
    const [challenge] = chooseChallenges(
      challenges,
      (realm, algorithm) => secret.ha1(realm, algorithm) !== null,
    );
    if (!challenge) return first.answer;
    known.set(new URL(request.url).origin, { challenge, cnonce: cnonce(), count: 0 });
    return (await once(request)).answer;
  };
  return Object.assign(send, {
    authorize: (request: Pick<HttpRequest, 'method' | 'url'>) => {
      const header = authorization(request);
      return 'Authorization' in header ? header : null;
    },
  });
}
