/** Tokens for `<parley-presence>` on pages of the organisation: made, listed and revoked at our own HTTP service. */
import type { EmbedToken, EmbedTokenRequest } from '../protocol/service-api.ts';
import type { Outcome } from './contract.ts';
import type { Http } from './http.ts';
import { parse } from './read-person.ts';

export type EmbedTokens = (change: {
  readonly make?: EmbedTokenRequest;
  readonly revoke?: string;
}) => Promise<Outcome<readonly EmbedToken[]>>;

/** `root`: `…/api`; null on servers without one. A new token is in the answer once, with its secret. */
export function createEmbedTokens(http: Http, root: string | null): EmbedTokens {
  return async ({ make, revoke }) => {
    if (root === null) return { ok: false, why: 'This server makes no tokens for other pages.' };
    const url = `${root}/embed-tokens`;
    let made: EmbedToken | null = null;
    if (make) {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await http({ method: 'POST', url, headers, body: JSON.stringify(make) });
      made = answer.status === 201 ? readToken(parse(answer.body)) : null;
      if (!made) return { ok: false, ...refusal(answer) };
    }
    if (revoke !== undefined) {
      const answer = await http({ method: 'DELETE', url: `${url}/${encodeURIComponent(revoke)}` });
      // Gone is what was wanted.
      if (answer.status !== 204 && answer.status !== 404) return { ok: false, ...refusal(answer) };
    }
    const answer = await http({ method: 'GET', url });
    const list = answer.status === 200 ? (parse(answer.body) as { tokens?: unknown } | null)?.tokens : null;
    if (!Array.isArray(list)) return { ok: false, ...refusal(answer) };
    const tokens = list.map(readToken).filter((one) => one !== null);
    return { ok: true, value: tokens.map((one) => (one.id === made?.id ? made : one)) };
  };
}

function refusal({ status, body }: { readonly status: number; readonly body: string }): {
  why: string;
  status?: number;
} {
  if (status === 0) return { why: 'The server cannot be reached. Try again when you are connected.' };
  const problem = (parse(body) as { problem?: unknown } | null)?.problem;
  if (typeof problem === 'string') return { why: problem, status };
  if (status === 404) return { why: 'This server makes no tokens for other pages.', status };
  if (status === 429) return { why: 'Too many changes at once. Wait a moment and try again.', status };
  return { why: 'The server gave no useful answer.', status };
}

function readToken(value: unknown): EmbedToken | null {
  const from = (value ?? {}) as Record<string, unknown>;
  const { id, label, origins, people, createdAt, token } = from as Readonly<
    Record<'id' | 'label' | 'origins' | 'people' | 'createdAt' | 'token', unknown>
  >;
  if (typeof id !== 'string' || typeof label !== 'string' || !isTexts(origins) || !isTexts(people))
    return null;
  const made = typeof createdAt === 'number' ? createdAt : 0;
  return { id, label, origins, people, createdAt: made, ...(typeof token === 'string' && { token }) };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
