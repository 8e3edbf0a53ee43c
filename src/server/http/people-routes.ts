import type { AccessLevel } from '../../protocol/access-levels.ts';
import type { DirectoryFound, GroupMembers, OrganisationGroups } from '../../protocol/service-api.ts';
import type { Directory, Person } from '../directory/contract.ts';
import { hasDigits, mayBeFound, shownPerson } from '../directory/shown-person.ts';
import type { Aor } from '../sip/contract.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRequest, HttpRoute } from './contract.ts';
import { SANDBOX } from './security.ts';
import { json } from './status-routes.ts';

export interface PeopleRoutesOptions {
  readonly directory: Directory;
  readonly authenticator: HttpAuthenticator;
  /** What `owner` shows to `requester` (brief: numbers by access level). */
  readonly levelOf: (owner: Aor, requester: Aor) => AccessLevel | 'ask';
}

const MOST = 100;
const USUAL = 20;
const LONGEST_QUESTION = 200;

/** One request of somebody who proved who they are. */
interface Asked {
  readonly who: Aor;
  /** Segments behind the prefix, decoded; null where one cannot be. */
  readonly path: readonly (string | null)[];
  readonly query: URLSearchParams;
}

/**
 * The directory, for whoever has an account (service-api.ts):
 *
 *   GET /api/people?q=words&limit=20      people and groups
 *   GET /api/people/<aor>                 one person
 *   GET /api/portraits/<aor>              the picture
 *   GET /api/groups?q=words | ?mine=1     groups
 *   GET /api/groups/<id>                  one group
 *   GET /api/groups/<id>/members?offset=0&limit=100
 */
export function peopleRoutes({ directory, authenticator, levelOf }: PeopleRoutesOptions): HttpRoute[] {
  const route = (prefix: string, serve: (asked: Asked) => Promise<HttpAnswer>): HttpRoute => ({
    prefix,
    crossOrigin: true,
    async handle(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return { status: 405, headers: { Allow: 'GET, HEAD' } };
      const verdict = await authenticator.authenticate(request);
      return 'answer' in verdict ? verdict.answer : serve(askedBy(verdict.aor, request, prefix));
    },
  });
  const shownTo = (who: Aor) => (person: Person) =>
    shownPerson(person, person.aor === who ? 'personal' : levelOf(person.aor, who));

  return [
    route('/api/people', async ({ who, query }) => {
      const words = wordsOf(query);
      const limit = limitOf(query);
      const { value, problem } = await directory.search(words, hasDigits(words) ? MOST : limit);
      const people = value.people.map(shownTo(who)).filter((person) => mayBeFound(person, words));
      const groups = value.groups.slice(0, limit);
      const found: DirectoryFound = { people: people.slice(0, limit), groups, ...told(problem) };
      return json(found);
    }),
    route('/api/people/', async ({ who, path: [aor] }) => {
      const { value, problem } = aor ? await directory.entry(aor) : { value: null };
      return value ? json(shownTo(who)(value)) : missing(problem);
    }),
    route('/api/portraits/', async ({ path: [aor] }) => {
      const portrait = aor ? await directory.portrait(aor) : null;
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
    route('/api/groups', async ({ who, query }) => {
      const { value, problem } =
        query.get('mine') === '1'
          ? await directory.groupsOf(who)
          : await directory.searchGroups(wordsOf(query), limitOf(query));
      const found: OrganisationGroups = { groups: value.slice(0, MOST), ...told(problem) };
      return json(found);
    }),
    route('/api/groups/', async ({ who, path: [id, part, ...more], query }) => {
      if (!id || more.length > 0) return { status: 404 };
      if (part === undefined) {
        const { value, problem } = await directory.group(id);
        return value ? json(value) : missing(problem);
      }
      if (part !== 'members') return { status: 404 };
      const offset = wholeNumber(query.get('offset')) ?? 0;
      const { value, problem } = await directory.members(id, offset, limitOf(query, MOST));
      if (!value) return missing(problem);
      const members = value.members.map((member) =>
        member.is === 'person' ? { is: member.is, person: shownTo(who)(member.person) } : member,
      );
      const page: GroupMembers = { ...value, members, ...told(problem) };
      return json(page);
    }),
  ];
}

function askedBy(who: Aor, { target }: HttpRequest, prefix: string): Asked {
  const [path = '', query = ''] = target.split('?');
  return {
    who,
    path: path.slice(prefix.length).split('/').map(decode),
    query: new URLSearchParams(query),
  };
}

/** Somebody who is not there, or, when a source is silent, may be there all the same. */
function missing(problem: string | undefined): HttpAnswer {
  return problem === undefined ? { status: 404 } : json({ problem }, 503);
}

function told(problem: string | undefined): { problem?: string } {
  return problem === undefined ? {} : { problem };
}

function wordsOf(query: URLSearchParams): string {
  return (query.get('q') ?? '').slice(0, LONGEST_QUESTION);
}

function limitOf(query: URLSearchParams, usual = USUAL): number {
  const limit = wholeNumber(query.get('limit'));
  return limit === null || limit === 0 ? usual : Math.min(limit, MOST);
}

/** Null for what is none, or far beyond anything there is. */
function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,7}$/.test(text) ? Number(text) : null;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
