/** Distribution lists and the organisation's groups, by our own HTTP service. Members stay there: pages, never whole. */
import type { DirectoryGroup, GroupMembers } from '../protocol/service-api.ts';
import type { Outcome, Person } from './contract.ts';
import type { Http, HttpAnswer } from './http.ts';
import { parse, readGroups, readMembers } from './read-person.ts';

export interface DirectoryGroups {
  find(words: string, limit: number): Promise<Outcome<readonly DirectoryGroup[]>>;
  members(id: string, offset: number, limit: number): Promise<Outcome<GroupMembers>>;
  /** The groups the organisation put this person in; without a network the ones it was in when last asked. */
  mine(): Promise<Outcome<readonly DirectoryGroup[]>>;
}

export interface DirectoryGroupsOptions {
  readonly http: Http;
  /** `…/api`; null on servers without one. */
  readonly root: string | null;
  /** As told the last time. */
  readonly kept: readonly DirectoryGroup[] | null;
  readonly keep: (groups: readonly DirectoryGroup[]) => void;
  /** Keeps somebody seen in a list and gives the face that is kept. */
  readonly listed: (person: Person) => Promise<Person>;
}

/** Members a page has at most (service-api.ts). */
const LARGEST_PAGE = 100;
const AWAY = 'The directory cannot be reached. Try again when you are connected.';

export function createDirectoryGroups({
  http,
  root,
  kept,
  keep,
  listed,
}: DirectoryGroupsOptions): DirectoryGroups {
  let known = kept;

  async function ask<T>(path: string, read: (value: unknown) => T | null): Promise<Outcome<T>> {
    const answer = await http({ method: 'GET', url: `${root}/groups${path}` });
    const value = answer.status === 200 ? read(parse(answer.body)) : null;
    if (value !== null) return { ok: true, value };
    return { ok: false, why: sentence(answer), ...(answer.status > 0 && { status: answer.status }) };
  }

  return {
    async find(words, limit) {
      if (root === null || words.trim() === '') return { ok: true, value: [] };
      const found = await ask(`?${new URLSearchParams({ q: words, limit: String(limit) })}`, readGroups);
      // A server without groups has none.
      return !found.ok && found.status === 404 ? { ok: true, value: [] } : found;
    },
    async members(id, offset, limit) {
      if (root === null) return { ok: false, why: 'This server has no groups.' };
      const page = { offset: String(offset), limit: String(Math.min(limit, LARGEST_PAGE)) };
      const found = await ask(`/${encodeURIComponent(id)}/members?${new URLSearchParams(page)}`, readMembers);
      if (!found.ok) return found;
      const seen = found.value.members.map(async (one) =>
        one.is === 'person' ? { is: one.is, person: await listed(one.person) } : one,
      );
      return { ok: true, value: { ...found.value, members: await Promise.all(seen) } };
    },
    async mine() {
      if (root === null) return { ok: true, value: [] };
      const found = await ask('?mine=1', readGroups);
      if (!found.ok) {
        if (found.status === 404) return { ok: true, value: [] };
        return known ? { ok: true, value: known } : found;
      }
      if (JSON.stringify(known) !== JSON.stringify(found.value)) {
        known = found.value;
        keep(found.value);
      }
      return found;
    },
  };
}

function sentence({ status, body }: HttpAnswer): string {
  if (status === 0) return AWAY;
  if (status === 404) return 'This group is not in the directory any more.';
  const problem = (parse(body) as { problem?: unknown } | null)?.problem;
  if (status === 503 && typeof problem === 'string') return problem;
  return 'The directory gave no useful answer.';
}
