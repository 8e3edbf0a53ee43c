import type { UserStore } from '../store/users.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRequest, HttpRoute } from './contract.ts';
import { SANDBOX } from './security.ts';
import { json } from './status-routes.ts';

const MOST_FOUND = 100;

/**
 * The directory, for whoever has an account:
 * `GET /api/people?q=words&limit=20`, `GET /api/people/sip:alice@example.org`, `GET /api/portraits/<aor>`.
 */
export function peopleRoutes(users: UserStore, authenticator: HttpAuthenticator): HttpRoute[] {
  const forMembers =
    (serve: (request: HttpRequest) => Promise<HttpAnswer>) => async (request: HttpRequest) => {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return { status: 405, headers: { Allow: 'GET, HEAD' } };
      const verdict = await authenticator.authenticate(request);
      return 'answer' in verdict ? verdict.answer : serve(request);
    };
  return [
    {
      prefix: '/api/people',
      crossOrigin: true,
      handle: forMembers(async ({ target }) => {
        const query = new URLSearchParams(target.split('?')[1] ?? '');
        const limit = Number(query.get('limit') ?? 20);
        const most = Number.isInteger(limit) && limit > 0 ? Math.min(limit, MOST_FOUND) : 20;
        const found = await users.search((query.get('q') ?? '').slice(0, 200), most);
        return json({ people: found.map(withPhoto) });
      }),
    },
    {
      prefix: '/api/people/',
      crossOrigin: true,
      handle: forMembers(async ({ target }) => {
        const aor = lastSegment(target, '/api/people/');
        const entry = aor === null ? null : await users.entry(aor);
        return entry ? json(withPhoto(entry)) : { status: 404 };
      }),
    },
    {
      prefix: '/api/portraits/',
      crossOrigin: true,
      handle: forMembers(async ({ target }) => {
        const aor = lastSegment(target, '/api/portraits/');
        const portrait = aor === null ? null : await users.portrait(aor);
        if (!portrait) return { status: 404 };
        return {
          status: 200,
          headers: {
            'Content-Type': portrait.type,
            'Content-Security-Policy': SANDBOX,
            'Cache-Control': 'private, max-age=3600',
          },
          body: portrait.octets,
        };
      }),
    },
  ];
}

function withPhoto<T extends { readonly aor: string }>(entry: T): T & { photo: string } {
  return { ...entry, photo: `/api/portraits/${encodeURIComponent(entry.aor)}` };
}

function lastSegment(target: string, prefix: string): string | null {
  const segment = target.slice(prefix.length).split('?')[0] ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
