/** `/api/voicemail` (voicemail-api.ts): one's own voice messages. */
import type { VoicemailChange, VoicemailList } from '../../protocol/voicemail-api.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRequest, HttpRoute } from '../http/contract.ts';
import { SANDBOX } from '../http/security.ts';
import { json } from '../http/status-routes.ts';
import type { Aor } from '../sip/contract.ts';
import { rangeOf } from '../uploads/ranges.ts';
import type { VoicemailStore } from './store.ts';

const LARGEST_REQUEST = 1_024;

export function voicemailRoutes(store: VoicemailStore, authenticator: HttpAuthenticator): HttpRoute[] {
  async function handle(request: HttpRequest): Promise<HttpAnswer> {
    const verdict = await authenticator.authenticate(request);
    if ('answer' in verdict) return verdict.answer;
    const { method, target } = request;
    const path = target.split('?')[0] ?? '';
    const isRead = method === 'GET' || method === 'HEAD';
    if (path === '/api/voicemail') return isRead ? list(verdict.aor) : notAllowed('GET, HEAD');
    const id = /^\/api\/voicemail\/([\w-]{24})$/.exec(path)?.[1];
    if (id === undefined) return { status: 404 };
    if (isRead) return sound(request, verdict.aor, id);
    if (method === 'DELETE') return { status: (await store.remove(verdict.aor, id)) ? 204 : 404 };
    return method === 'POST' ? change(request, verdict.aor, id) : notAllowed('GET, HEAD, POST, DELETE');
  }

  function list(owner: Aor): HttpAnswer {
    const found: VoicemailList = { messages: store.of(owner), full: store.isFull(owner) };
    return json(found);
  }

  async function change(request: HttpRequest, owner: Aor, id: string): Promise<HttpAnswer> {
    const body = await request.body(LARGEST_REQUEST);
    if (body === null) return { status: 413 };
    const wanted = readChange(body.toString('utf8'));
    if (wanted === null) return json({ problem: 'Say whether it was heard, or deleted.' }, 400);
    return { status: (await store.change(owner, id, wanted)) ? 204 : 404 };
  }

  function sound({ method, headers }: HttpRequest, owner: Aor, id: string): HttpAnswer {
    const found = store.sound(owner, id);
    if (found === null) return { status: 404 };
    const { size } = found;
    const range = rangeOf(headers['range'], size);
    const fields = {
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'private, no-store',
      'Content-Security-Policy': SANDBOX,
    };
    if (range === 'none') return { status: 416, headers: { ...fields, 'Content-Range': `bytes */${size}` } };
    const { from, to } = range === 'whole' ? { from: 0, to: size - 1 } : range;
    return {
      status: range === 'whole' ? 200 : 206,
      headers: {
        ...fields,
        'Content-Type': 'audio/ogg; codecs=opus',
        ...(range !== 'whole' && { 'Content-Range': `bytes ${from}-${to}/${size}` }),
      },
      octets: { length: to - from + 1, open: () => (method === 'HEAD' ? null : found.read(from, to)) },
    };
  }

  return [
    { prefix: '/api/voicemail', crossOrigin: true, handle },
    { prefix: '/api/voicemail/', crossOrigin: true, handle },
  ];
}

/** Null when it says nothing, or something else. */
function readChange(text: string): VoicemailChange | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { heard, deleted } = value as { heard?: unknown; deleted?: unknown };
    const change = {
      ...(typeof heard === 'boolean' && { heard }),
      ...(typeof deleted === 'boolean' && { deleted }),
    };
    return Object.keys(change).length === 0 ? null : change;
  } catch {
    return null;
  }
}

function notAllowed(allow: string): HttpAnswer {
  return { status: 405, headers: { Allow: allow } };
}
