/**
 * A conference as its documents add up (RFC 4575 §4.6): a full one replaces everything, a partial one changes what it
 * names, and only the one that comes next counts.
 */
import type {
  ConferenceDescription,
  ConferenceEndpoint,
  ConferenceInfo,
  ConferenceState,
  ConferenceUser,
} from './conference-info.ts';

/** What is known of a conference. `users` by entity, in the order they came. */
export interface ConferenceRoster {
  readonly entity: string;
  readonly version: number;
  readonly description: ConferenceDescription;
  readonly conferenceState: ConferenceState;
  readonly users: ReadonlyMap<string, ConferenceUser>;
}

/**
 * What is known after a document:
 *
 *   the new state   `gap`: one was lost, subscribe anew   `old`: a repeat, nothing changes   `ended`: no conference any more
 */
export function applyConferenceInfo(
  known: ConferenceRoster | null,
  info: ConferenceInfo,
): ConferenceRoster | 'gap' | 'old' | 'ended' {
  if (known !== null && info.version <= known.version && info.state !== 'full') return 'old';
  if (info.state === 'deleted') return 'ended';
  const { entity, version } = info;
  if (info.state === 'full') {
    return {
      ...{ entity, version },
      description: info.description ?? {},
      conferenceState: info.conferenceState ?? {},
      users: mergeUsers(new Map(), info),
    };
  }
  if (known === null || version !== known.version + 1) return 'gap';
  return {
    ...{ entity, version },
    description: info.description ?? known.description,
    conferenceState: info.conferenceState ?? known.conferenceState,
    users: mergeUsers(known.users, info),
  };
}

function mergeUsers(
  known: ReadonlyMap<string, ConferenceUser>,
  { users }: ConferenceInfo,
): ReadonlyMap<string, ConferenceUser> {
  if (users === undefined) return known;
  if (users.state === 'deleted') return new Map();
  const merged = new Map(users.state === 'full' ? [] : known);
  for (const one of users.list) {
    const before = merged.get(one.entity);
    if (one.state === 'deleted') merged.delete(one.entity);
    else if (one.state === 'full' || before === undefined)
      merged.set(one.entity, { ...one, state: 'full', endpoints: whole(one.endpoints) });
    else
      merged.set(one.entity, {
        ...before,
        ...one,
        state: 'full',
        endpoints: mergeEndpoints(before.endpoints, one.endpoints),
      });
  }
  return merged;
}

function mergeEndpoints(
  known: readonly ConferenceEndpoint[],
  news: readonly ConferenceEndpoint[],
): ConferenceEndpoint[] {
  const merged = new Map(known.map((one) => [one.entity, one]));
  for (const one of news) {
    const before = merged.get(one.entity);
    if (one.state === 'deleted') merged.delete(one.entity);
    else if (one.state === 'full' || before === undefined) merged.set(one.entity, { ...one, state: 'full' });
    else
      merged.set(one.entity, {
        ...before,
        ...one,
        state: 'full',
        media: one.media.length > 0 ? one.media : before.media,
      });
  }
  return [...merged.values()];
}

function whole(endpoints: readonly ConferenceEndpoint[]): ConferenceEndpoint[] {
  return endpoints.flatMap((one) => (one.state === 'deleted' ? [] : { ...one, state: 'full' as const }));
}
