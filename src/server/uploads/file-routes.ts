/**
 *   POST   /api/files?name=plan.pdf    digest: keeps the body, of the Content-Length that was said
 *   GET    /api/files                  digest: the own files, and how much room is left
 *   GET    /api/files/<id>/<name>      whoever knows the address, until the file expires; one range at a time
 *   DELETE /api/files/<id>/<name>      digest: one's own
 *
 * The address is the right to read, as in HTTP File Upload (XEP-0363): a file goes to people of other organisations too,
 * who have no password here. It holds 192 random bits. Whatever it is, no browser shows it as a page of ours: it is
 * saved, its type is not guessed, and if it is shown all the same it runs in a sandbox.
 */
import type { FilePolicy, UploadedFile } from '../../protocol/history-api.ts';
import type { Clock } from '../clock.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRequest, HttpRoute } from '../http/contract.ts';
import { SANDBOX } from '../http/security.ts';
import { json } from '../http/status-routes.ts';
import { tokenBucket } from '../sip/limits.ts';
import { fileName, refusedName } from './file-policy.ts';
import type { FileStore, StoredFile } from './file-store.ts';
import { rangeOf } from './ranges.ts';

export interface FileRoutesOptions {
  readonly store: FileStore;
  readonly policy: FilePolicy;
  readonly authenticator: HttpAuthenticator;
  readonly clock: Clock;
  /** Why no more may be written to the disk; `octets` are wanted. */
  readonly diskProblem: (octets: number) => string | null;
}

const DAY = 86_400_000;
/** Files of one person that come in at the same time. */
const MOST_INCOMING = 4;
/** Without a chunk for so long an upload is over, milliseconds. */
const SILENCE = 30_000;

/** Reads a second and at once, of one address. */
const PACE = { rate: 50, burst: 1_000 };
const MOST_ADDRESSES = 10_000;

/** Types that are no danger whatever is in them; all else is only octets. */
const HARMLESS = /^(?:image\/(?:png|jpeg|gif|webp|avif)|(?:audio|video)\/[\w.+-]{1,60})$/;

export function fileRoutes(options: FileRoutesOptions): HttpRoute[] {
  const { store, policy, authenticator, clock, diskProblem } = options;
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

  async function add(request: HttpRequest, owner: string): Promise<HttpAnswer> {
    const length = request.headers['content-length'];
    if (length === undefined || !/^\d{1,15}$/.test(length)) return refusal(411, 'Say how large the file is.');
    const size = Number(length);
    const query = new URLSearchParams(request.target.split('?')[1] ?? '');
    const name = fileName(query.get('name') ?? '');
    if (name === null) return refusal(400, 'The file needs a name.');
    const why = refusedName(name, policy);
    if (why !== null) return refusal(403, why);
    if (size > policy.maxSize) return refusal(413, `A file may have ${megabytes(policy.maxSize)} at most.`);
    if (store.used(owner) + size > policy.quota) {
      return refusal(507, `Your files take up all of your ${megabytes(policy.quota)}. Delete some first.`);
    }
    if (store.incoming(owner) >= MOST_INCOMING) {
      return { ...refusal(429, 'Wait until the other files are there.'), headers: { 'Retry-After': '5' } };
    }
    if (diskProblem(size) !== null) return refusal(507, 'The server has no room for it.');
    const createdAt = clock.now();
    const expiresAt = createdAt + policy.retentionDays * DAY;
    const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    const file = { owner, name, type: type.slice(0, 100), size, createdAt, expiresAt };
    const kept = await store.add(file, request.octets(SILENCE));
    if (kept === null) return refusal(400, 'The file did not arrive whole. Send it again.');
    const made: UploadedFile = { url: addressOf(kept, request), size, hash: kept.hash, expires: expiresAt };
    return json(made, 201);
  }

  async function own(request: HttpRequest): Promise<HttpAnswer> {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return notAllowed('GET, HEAD, POST');
    const verdict = await authenticator.authenticate(request);
    if ('answer' in verdict) return verdict.answer;
    if (method === 'POST') return add(request, verdict.aor);
    const files = store.of(verdict.aor).map((file) => ({
      url: addressOf(file, request),
      name: file.name,
      size: file.size,
      hash: file.hash,
      expires: file.expiresAt,
    }));
    return json({ files, used: store.used(verdict.aor), quota: policy.quota });
  }

  async function one(request: HttpRequest): Promise<HttpAnswer> {
    const { method, target, address } = request;
    const [, id, name = ''] = /^\/api\/files\/([\w-]{32})\/([^/?]+)$/.exec(target) ?? [];
    if (method === 'DELETE') {
      const verdict = await authenticator.authenticate(request);
      if ('answer' in verdict) return verdict.answer;
      return { status: id !== undefined && (await store.remove(verdict.aor, id)) ? 204 : 404 };
    }
    if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET, HEAD, DELETE');
    if (!keepsPace(address)) return { status: 429, headers: { 'Retry-After': '5' } };
    const file = id === undefined ? null : store.find(id);
    if (!file || file.expiresAt <= clock.now() || decode(name) !== file.name) {
      return { ...refusal(404, 'This file is not here any more.'), headers: OPEN };
    }
    return give(file, request);
  }

  function give(file: StoredFile, { headers, method }: HttpRequest): HttpAnswer {
    const etag = `"${file.hash}"`;
    const fields = {
      ...OPEN,
      ETag: etag,
      'Cache-Control': 'private, max-age=3600',
      'Accept-Ranges': 'bytes',
    };
    if (headers['if-none-match'] === etag) return { status: 304, headers: fields };
    const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
    const range = isSame ? rangeOf(headers['range'], file.size) : 'whole';
    if (range === 'none') {
      return { status: 416, headers: { ...fields, 'Content-Range': `bytes */${file.size}` } };
    }
    const { from, to } = range === 'whole' ? { from: 0, to: file.size - 1 } : range;
    const length = to - from + 1;
    return {
      status: range === 'whole' ? 200 : 206,
      headers: {
        ...fields,
        'Content-Type': HARMLESS.test(file.type) ? file.type : 'application/octet-stream',
        'Content-Disposition': `attachment; filename*=UTF-8''${encoded(file.name)}`,
        'Content-Security-Policy': SANDBOX,
        ...(range !== 'whole' && { 'Content-Range': `bytes ${from}-${to}/${file.size}` }),
      },
      octets: { length, open: () => (length === 0 || method === 'HEAD' ? null : store.read(file, from, to)) },
    };
  }

  return [
    { prefix: '/api/files', crossOrigin: true, handle: own },
    { prefix: '/api/files/', crossOrigin: true, handle: one },
  ];
}

/** Pages of other organisations fetch it too; there is nothing in the request that speaks for anybody. */
const OPEN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Range, Content-Length, ETag',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

function addressOf({ id, name }: StoredFile, { headers }: HttpRequest): string {
  const scheme = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  return `${scheme}://${headers['host'] ?? ''}/api/files/${id}/${encodeURIComponent(name)}`;
}

/** RFC 8187: what `encodeURIComponent` leaves and that grammar does not. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*!~]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function megabytes(octets: number): string {
  return `${Math.round(octets / 1024 / 1024)} MB`;
}

function refusal(status: number, problem: string): HttpAnswer {
  return json({ problem }, status);
}

function notAllowed(allow: string): HttpAnswer {
  return { status: 405, headers: { Allow: allow } };
}
