import type { HttpAnswer } from './contract.ts';

/** Origins of pages elsewhere: a list, or a rule that looks like one. */
export interface Origins {
  readonly length: number;
  includes(origin: string): boolean;
}

/** What pages of other origins may do and see (Fetch standard §3.2). Digest is the client's own work: no credentials. */
const PREFLIGHT: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Methods': 'GET, HEAD, PUT, POST, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-Match, If-None-Match',
  'Access-Control-Max-Age': '600',
};
const EXPOSED = 'ETag, WWW-Authenticate, Retry-After';

/** Fields for an answer to a page of `origin`; none for an origin that is not listed. */
export function crossOriginFields(
  origin: string | undefined,
  origins: Origins,
): Readonly<Record<string, string>> {
  const vary = origins.length > 0 ? { Vary: 'Origin' } : {};
  if (origin === undefined || !origins.includes(origin)) return vary;
  return { ...vary, 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED };
}

/** The answer to the question a browser asks first; null when it is another request, or nobody we know. */
export function preflight(
  method: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  origins: Origins,
): HttpAnswer | null {
  const isAsked = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  if (!isAsked || !origins.includes(String(headers['origin']))) return null;
  return { status: 204, headers: PREFLIGHT };
}
