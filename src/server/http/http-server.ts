import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Log } from '../log.ts';
import type { HttpAnswer, HttpRequest, HttpRoute } from './contract.ts';
import { crossOriginFields, preflight, type Origins } from './cross-origin.ts';
import { peerOf } from './peer.ts';
import { octetsOf, readBody } from './request-body.ts';
import { ALWAYS, STRICT_TRANSPORT } from './security.ts';

/** Serves what no route does: the client's files. */
export type Fallback = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpOptions {
  readonly routes: readonly HttpRoute[];
  readonly fallback: Fallback;
  readonly log: Log;
  /** Origins of pages elsewhere that may use the routes marked so. */
  readonly origins?: Origins;
  /** Believe a reverse proxy on this machine (X-Forwarded-For, X-Forwarded-Proto). */
  readonly trustProxy?: boolean;
  /** Which Host it answers to; absent: any. */
  readonly allowsHost?: (host: string) => boolean;
}

/** For somebody who came by another name; the administrator reads it too. */
const MISDIRECTED =
  'This server answers to this machine only. Behind a proxy it needs PARLEY_TRUST_PROXY=1, for other machines PARLEY_HOST.\n';

/** The one HTTP server. The caller adds the `upgrade` listener and listens. */
export function createHttpServer(options: HttpOptions): Server {
  const { routes, fallback, log, origins = [], trustProxy = false, allowsHost = () => true } = options;
  const longestFirst = [...routes].sort((a, b) => b.prefix.length - a.prefix.length);

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? '/';
    const method = request.method ?? 'GET';
    const peer = peerOf(request, trustProxy);
    if (trustProxy && peer.secure) response.setHeader('Strict-Transport-Security', STRICT_TRANSPORT);
    if (!allowsHost(request.headers.host ?? '')) {
      const headers = { 'Content-Type': 'text/plain; charset=utf-8' };
      return write(response, { status: 421, headers, body: MISDIRECTED }, method === 'HEAD');
    }
    const route = longestFirst.find(({ prefix }) => matches(target, prefix));
    if (!route) return fallback(request, response);
    if (route.crossOrigin) {
      const fields = crossOriginFields(request.headers.origin, origins);
      for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
      const asked = preflight(method, request.headers, origins);
      if (asked) return write(response, asked, false);
    }
    const answer = await route
      .handle(asRequest(request, target, peer.address))
      .catch((error: unknown): HttpAnswer => {
        log.error('http-failed', { route: route.prefix, error });
        return { status: 500 };
      });
    write(response, answer, method === 'HEAD');
  };

  // Heads have to come in their time, bodies too (request-body.ts); keep-alive connections may idle a little. A large
  // file may take an hour.
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 3_600_000,
    keepAliveTimeout: 10_000,
    maxHeaderSize: 16_384,
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
    response.on('error', () => undefined);
    response.on('finish', () => {
      if (!request.complete) endUnread(request);
    });
    serve(request, response).catch((error: unknown) => {
      log.error('http-failed', { error });
      response.destroy();
    });
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  return server;
}

/** `/health` alone, or everything below `/xcap/`. */
function matches(target: string, prefix: string): boolean {
  if (prefix.endsWith('/')) return target.startsWith(prefix);
  return target === prefix || target.startsWith(`${prefix}?`);
}

function asRequest(request: IncomingMessage, target: string, address: string): HttpRequest {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return {
    method: request.method ?? 'GET',
    target,
    headers,
    address,
    body: (limit) => readBody(request, limit),
    octets: (silence) => octetsOf(request, silence),
  };
}

/** How long what was answered already may go on coming, milliseconds: closed at once, a client loses the answer. */
const LINGER = 5_000;

function endUnread(request: IncomingMessage): void {
  const { socket } = request;
  setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, LINGER).unref();
}

function write(response: ServerResponse, answer: HttpAnswer, headOnly: boolean): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.statusCode = answer.status;
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.status === 413) response.setHeader('Connection', 'close');
  if (answer.stream && !headOnly) return pour(response, answer.stream);
  const length = answer.octets?.length ?? body?.length ?? 0;
  if (answer.status !== 204 && answer.status !== 304) response.setHeader('Content-Length', length);
  const from = headOnly ? null : (answer.octets?.open() ?? null);
  // Cut short, the reader sees it by the length.
  if (from) return void pipeline(from, response, () => undefined);
  response.end(headOnly ? undefined : body);
}

/** Octets that may wait for a reader. */
const SLOW = 262_144;

function pour(response: ServerResponse, stream: NonNullable<HttpAnswer['stream']>): void {
  response.flushHeaders();
  const leave = stream({
    send(text) {
      if (response.writableEnded || response.destroyed) return;
      response.write(text);
      if (response.writableLength > SLOW) response.destroy();
    },
    end: () => void response.end(),
  });
  response.once('close', leave);
}
