/** `GET /api/conferences`, read as what it should be. */
import { aorOf } from '../protocol/sip-uri.ts';
import type { OwnConference, OwnConferences } from '../protocol/service-api.ts';
import { MOST_PEOPLE } from './core/groups.ts';
import { parse } from './read-person.ts';

/** A page, leaving out what is no conversation; null for no page. */
export function readConferences(text: string): OwnConferences | null {
  const { conferences, total } = (parse(text) ?? {}) as { conferences?: unknown; total?: unknown };
  if (!Array.isArray(conferences) || typeof total !== 'number') return null;
  return { conferences: conferences.flatMap((one: unknown) => readConference(one) ?? []), total };
}

function readConference(value: unknown): OwnConference | null {
  const from = (value ?? {}) as Readonly<Record<keyof OwnConference, unknown>>;
  const uri = typeof from.uri === 'string' ? aorOf(from.uri) : null;
  if (uri === null || !Array.isArray(from.members)) return null;
  const members = from.members.slice(0, MOST_PEOPLE).flatMap((one: unknown) => {
    const { aor, name } = (one ?? {}) as { aor?: unknown; name?: unknown };
    const address = typeof aor === 'string' ? aorOf(aor) : null;
    return address === null
      ? []
      : [{ aor: address, name: typeof name === 'string' ? name.slice(0, 200) : '' }];
  });
  return {
    uri,
    subject: typeof from.subject === 'string' ? from.subject.slice(0, 200) : '',
    administrator: (typeof from.administrator === 'string' ? aorOf(from.administrator) : null) ?? '',
    members,
    createdAt: timeOf(from.createdAt),
    changedAt: timeOf(from.changedAt),
    joinedAt: timeOf(from.joinedAt),
  };
}

const timeOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
