import { answerChallenge, challengesOf, ha1 } from '../../protocol/digest.ts';
import { PASSWORD } from './office.ts';

export interface SignedRequest {
  readonly method?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request with digest as the client makes it, without the browser's own credentials. `name` as in the office. */
export async function signedFetch(
  port: number,
  name: string,
  path: string,
  { method = 'GET', password = PASSWORD, headers = {}, body }: SignedRequest = {},
): Promise<Response> {
  const url = new URL(path, `http://127.0.0.1:${port}`);
  const send = (extra: Record<string, string>) =>
    fetch(url, { method, headers: { ...headers, ...extra }, ...(body === undefined ? {} : { body }) });
  const first = await send({});
  const value = first.headers.get('www-authenticate') ?? '';
  const [challenge] = challengesOf({ headers: [{ name: 'WWW-Authenticate', value }] });
  if (first.status !== 401 || !challenge) return first;
  const username = name.toLowerCase();
  const answer = answerChallenge(challenge, {
    username,
    ha1: ha1(challenge.algorithm, username, challenge.realm, password),
    method,
    uri: url.pathname + url.search,
    body: body ?? '',
    cnonce: 'c0ffee',
    count: 1,
  });
  return send({ Authorization: answer.value });
}
