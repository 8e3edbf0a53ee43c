/** `GET /api/conferences`: the conversations that whoever proves the password is in (service-api.ts). */
import type { OwnConferences } from '../../protocol/service-api.ts';
import type { HttpAuthenticator, HttpRoute } from '../http/contract.ts';
import { json } from '../http/status-routes.ts';
import type { Aor } from '../sip/contract.ts';
import { administratorOf } from './conference.ts';
import type { Conferences } from './conferences.ts';

const PATH = '/api/conferences';
const USUAL = 100;
const MOST = 200;

export interface ConferenceRoutesOptions {
  readonly conferences: Pick<Conferences, 'of' | 'find'>;
  readonly nameOf: (aor: Aor) => string | null;
  /** Whether `who` has blocked `other`: a conversation they were brought into by such a person is not shown. */
  readonly isBlocked: (who: Aor, other: Aor) => boolean;
  readonly authenticator: HttpAuthenticator;
}

export function conferenceRoutes(options: ConferenceRoutesOptions): HttpRoute[] {
  const { conferences, nameOf, isBlocked, authenticator } = options;
  const listOf = (who: Aor, offset: number, limit: number): OwnConferences => {
    const all = conferences.of(who);
    const shown = all.slice(offset, offset + limit).flatMap((focus) => {
      const found = conferences.find(focus);
      const own = found?.members.find(({ aor }) => aor === who);
      if (!found || !own || isBlocked(who, own.addedBy)) return [];
      const { subject, createdAt, changedAt, members } = found;
      const administrator = administratorOf(found, nameOf);
      return {
        ...{ uri: focus, subject, administrator, createdAt, changedAt, joinedAt: own.joinedAt },
        members: members.map(({ aor }) => ({ aor, name: nameOf(aor) ?? '' })),
      };
    });
    return { conferences: shown, total: all.length };
  };
  return [
    {
      prefix: PATH,
      crossOrigin: true,
      async handle(request) {
        const [path, query = ''] = request.target.split('?', 2);
        if (path !== PATH) return { status: 404 };
        if (request.method !== 'GET' && request.method !== 'HEAD')
          return { status: 405, headers: { Allow: 'GET, HEAD' } };
        const verdict = await authenticator.authenticate(request);
        if ('answer' in verdict) return verdict.answer;
        const asked = new URLSearchParams(query);
        const limit = Math.min(MOST, numberIn(asked, 'limit') ?? USUAL);
        return json(listOf(verdict.aor, numberIn(asked, 'offset') ?? 0, limit));
      },
    },
  ];
}

function numberIn(query: URLSearchParams, name: string): number | null {
  const text = query.get(name) ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}
