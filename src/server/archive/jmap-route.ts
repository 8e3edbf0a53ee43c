/**
 *   POST /api/jmap            RFC 8620 §3: methods of the history, one after the other
 *   GET  /api/jmap/session    RFC 8620 §2
 *
 * Both by digest; whatever is asked for is the asker's own.
 */
import { createHash } from 'node:crypto';
import {
  JMAP_CORE,
  JMAP_FILES,
  JMAP_HISTORY,
  type FilePolicy,
  type HistoryPolicy,
  type JmapSession,
} from '../../protocol/history-api.ts';
import {
  readJmapRequest,
  resolveReferences,
  type Invocation,
  type JmapResponse,
  type JsonObject,
} from '../../protocol/jmap.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRoute } from '../http/contract.ts';
import { json } from '../http/status-routes.ts';
import type { Log } from '../log.ts';
import { MethodError, MOST_OBJECTS, MOST_OCTETS, MOST_SET, type Asker, type Method } from './methods.ts';

export interface JmapRouteOptions {
  readonly methods: Readonly<Record<string, Method>>;
  readonly policy: HistoryPolicy;
  readonly files: FilePolicy;
  readonly nameOf: (aor: string) => string | null;
  readonly authenticator: HttpAuthenticator;
  readonly log: Log;
}

const LARGEST = 1024 * 1024;
const MOST_CALLS = 16;

export function jmapRoutes(options: JmapRouteOptions): HttpRoute[] {
  const { methods, policy, files, nameOf, authenticator, log } = options;
  const capabilities: JmapSession['capabilities'] = {
    [JMAP_CORE]: {
      maxSizeUpload: files.maxSize,
      maxConcurrentUpload: 4,
      maxSizeRequest: LARGEST,
      maxConcurrentRequests: 4,
      maxCallsInRequest: MOST_CALLS,
      maxObjectsInGet: MOST_OBJECTS,
      maxObjectsInSet: MOST_SET,
      collationAlgorithms: [],
    },
    [JMAP_HISTORY]: policy,
    [JMAP_FILES]: files,
  };
  const sessionState = createHash('sha256').update(JSON.stringify(capabilities)).digest('hex').slice(0, 16);

  const session = (owner: string): JmapSession => ({
    capabilities,
    accounts: {
      [owner]: {
        name: nameOf(owner) ?? owner,
        isPersonal: true,
        isReadOnly: false,
        accountCapabilities: { [JMAP_CORE]: {}, [JMAP_HISTORY]: {}, [JMAP_FILES]: {} },
      },
    },
    primaryAccounts: { [JMAP_HISTORY]: owner, [JMAP_FILES]: owner },
    username: owner,
    apiUrl: '/api/jmap',
    uploadUrl: '/api/files',
    downloadUrl: '',
    eventSourceUrl: '',
    state: sessionState,
  });

  /** What a method answers, or its error in its place: the ones after it go on. */
  const call = async (
    [name, given, id]: Invocation,
    earlier: readonly Invocation[],
    asker: Asker,
  ): Promise<Invocation> => {
    try {
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (!method) throw new MethodError('unknownMethod');
      const args = resolveReferences(given, earlier);
      if (!args.ok) {
        const isReference = args.why === 'invalidResultReference';
        throw new MethodError(isReference ? 'invalidResultReference' : 'invalidArguments', args.why);
      }
      return [name, (await method(args.value, asker)) as JsonObject, id];
    } catch (error) {
      if (!(error instanceof MethodError)) log.error('jmap-failed', { method: name.slice(0, 50), error });
      const type = error instanceof MethodError ? error.type : 'serverFail';
      const description = error instanceof MethodError ? error.message : 'The server could not do it.';
      return ['error', { type, description }, id];
    }
  };

  const serve = async (text: string, owner: string): Promise<HttpAnswer> => {
    const request = readJmapRequest(text);
    if (!request.ok) return problem(request.why, 'That is no JMAP request.');
    const { using, methodCalls } = request.value;
    const unknown = using.find((one) => !Object.hasOwn(capabilities, one));
    if (unknown !== undefined) return problem('unknownCapability', 'This server has no such capability.');
    if (methodCalls.length > MOST_CALLS) {
      return problem('limit', 'Too many calls in one request.', { limit: 'maxCallsInRequest' });
    }
    const asker: Asker = { owner, room: MOST_OCTETS };
    const methodResponses: Invocation[] = [];
    for (const one of methodCalls) methodResponses.push(await call(one, methodResponses, asker));
    return json({ methodResponses, sessionState } satisfies JmapResponse);
  };

  return [
    {
      prefix: '/api/jmap',
      crossOrigin: true,
      async handle(request) {
        if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
        const verdict = await authenticator.authenticate(request);
        if ('answer' in verdict) return verdict.answer;
        const body = await request.body(LARGEST);
        if (body === null) {
          return problem('limit', 'The request is too large.', { limit: 'maxSizeRequest' }, 413);
        }
        return serve(body.toString('utf8'), verdict.aor);
      },
    },
    {
      prefix: '/api/jmap/session',
      crossOrigin: true,
      async handle(request) {
        if (request.method !== 'GET' && request.method !== 'HEAD') {
          return { status: 405, headers: { Allow: 'GET, HEAD' } };
        }
        const verdict = await authenticator.authenticate(request);
        return 'answer' in verdict ? verdict.answer : json(session(verdict.aor));
      },
    },
  ];
}

/** RFC 8620 §3.6.1, RFC 7807. */
function problem(type: string, detail: string, more: object = {}, status = 400): HttpAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify({ type: `urn:ietf:params:jmap:error:${type}`, status, detail, ...more }),
  };
}
