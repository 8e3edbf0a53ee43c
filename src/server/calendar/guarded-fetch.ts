/** `fetch` within bounds: guarded addresses, few redirects, limited size and time, credentials to one origin only. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip, createInflate } from 'node:zlib';
import type { Readable } from 'node:stream';
import { guardCalendarUrl } from './calendar-guard.ts';
import type { GuardRules } from './contract.ts';

export interface FetchLimits {
  /** Octets of an answer, after decompression. */
  readonly size: number;
  /** Milliseconds for everything that is asked with this fetch. */
  readonly time: number;
  readonly redirects: number;
  readonly requests: number;
}

export const FETCH_LIMITS: FetchLimits = { size: 8 * 1024 * 1024, time: 10_000, redirects: 3, requests: 40 };

/** A sentence for the person. */
export class CannotFetch extends Error {}

export type GuardedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** One reading's way to the network. Rejects with `CannotFetch`. */
export function guardedFetch(
  rules: GuardRules,
  secret: boolean,
  limits: FetchLimits = FETCH_LIMITS,
): GuardedFetch {
  const deadline = AbortSignal.timeout(limits.time);
  let requests = 0;
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    const body = typeof init.body === 'string' ? init.body : undefined;
    let address = input instanceof Request ? input.url : String(input);
    const origin = URL.parse(address)?.origin;
    for (let hop = 0; ; hop++) {
      if (++requests > limits.requests) throw new CannotFetch('That calendar asks for too many requests.');
      const guarded = guardCalendarUrl(address, rules, secret);
      if (!guarded.ok) throw new CannotFetch(guarded.why);
      const { url, lookup } = guarded;
      const isHome = url.origin === origin;
      const own = Object.fromEntries(
        [...headers].filter(([name]) => isHome || !['authorization', 'cookie'].includes(name)),
      );
      const options = {
        method: init.method ?? 'GET',
        headers: {
          'user-agent': 'Parley',
          'accept-encoding': 'gzip, deflate',
          ...own,
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        },
        signal: deadline,
        ...(lookup === undefined ? {} : { lookup }),
      };
      const answer = await ask(url, options, body);
      const location = answer.headers.location;
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) && location !== undefined;
      if (!isRedirect || init.redirect === 'manual') return await responseOf(answer, limits.size, deadline);
      answer.destroy();
      if (hop >= limits.redirects) throw new CannotFetch('That address leads on and on to other addresses.');
      address = URL.parse(location, url.href)?.href ?? '';
    }
  };
}

interface AskOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
}

function ask(url: URL, options: AskOptions, body: string | undefined): Promise<IncomingMessage> {
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = open(url, options, resolve);
    request.on('error', (error) => reject(new CannotFetch(reasonOf(error))));
    request.end(body);
  });
}

async function responseOf(answer: IncomingMessage, size: number, deadline: AbortSignal): Promise<Response> {
  const encoding = answer.headers['content-encoding']?.toLowerCase();
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : null;
  const stream: Readable = decoder === null ? answer : answer.pipe(decoder);
  if (decoder !== null) answer.on('error', (error) => decoder.destroy(error));
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > size)
        throw new CannotFetch(`That calendar is larger than ${Math.round(size / 1024 / 1024)} MB.`);
      chunks.push(chunk);
    }
  } catch (error) {
    answer.destroy();
    throw error instanceof CannotFetch
      ? error
      : new CannotFetch(reasonOf(deadline.aborted ? deadline.reason : error));
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    // The body is decoded by now.
    if (typeof value === 'string' && !/^content-(encoding|length)$/.test(name)) headers.set(name, value);
  }
  const status = answer.statusCode ?? 500;
  const bodiless = status === 204 || status === 304;
  return new Response(bodiless ? null : Buffer.concat(chunks), {
    status: status < 200 || status > 599 ? 500 : status,
    statusText: '',
    headers,
  });
}

/** What went wrong on the way, without a word about the server's own network. */
function reasonOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ABORT_ERR' || code === 'ETIMEDOUT')
    return 'The calendar’s server takes too long to answer.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'There is no server with that name.';
  if (typeof code === 'string' && /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return 'The certificate of the calendar’s server is not trusted.';
  return 'The calendar’s server cannot be reached.';
}
