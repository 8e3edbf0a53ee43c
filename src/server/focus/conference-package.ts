/** The `conference` package (RFC 4575) for the conversations of this server: for those who are in them. */
import {
  CONFERENCE_INFO_TYPE,
  encodeConferenceInfo,
  type ConferenceInfo,
  type ConferenceUser,
} from '../../protocol/conference-info.ts';
import { type HostedPackage, topicOf } from '../events/event-package.ts';
import type { Aor, Domain } from '../sip/contract.ts';
import { administratorOf, MOST_PEOPLE, type Conference } from './conference.ts';
import type { Conferences } from './conferences.ts';

export const CONFERENCE = 'conference';

export interface ConferencePackageOptions {
  readonly conferences: Pick<Conferences, 'find' | 'standing'>;
  readonly domain: Domain;
  readonly nameOf: (aor: Aor) => string | null;
  /** Whether this watcher may see that the person is there, and they are. */
  readonly isThere: (watcher: Aor, who: Aor) => boolean;
}

/** What a watcher has been told. */
interface Known {
  readonly subject: string;
  readonly users: ReadonlyMap<Aor, string>;
}

export function conferencePackage(options: ConferencePackageOptions): HostedPackage {
  const { conferences, domain, nameOf, isThere } = options;

  const userOf = (conference: Conference, aor: Aor, watcher: Aor): ConferenceUser => {
    const name = nameOf(aor);
    const role = administratorOf(conference, nameOf) === aor ? 'administrator' : 'participant';
    const status = isThere(watcher, aor) ? 'connected' : 'disconnected';
    return {
      entity: aor,
      state: 'full',
      ...(name !== null && { displayText: name }),
      roles: [role],
      endpoints: [{ entity: aor, state: 'full', status, media: [] }],
    };
  };
  const whole = (
    conference: Conference,
    version: number,
    users: readonly ConferenceUser[],
  ): ConferenceInfo => ({
    entity: conference.focus,
    state: 'full',
    version,
    description: descriptionOf(conference),
    conferenceState: { userCount: conference.members.length, active: true },
    users: { state: 'full', list: users },
  });

  return {
    locate(uri, watcher) {
      const focus = domain.aorOf(uri);
      return focus !== null && conferences.standing(focus, watcher) !== 'none' ? focus : null;
    },
    pack: {
      event: CONFERENCE,
      notifies: [CONFERENCE_INFO_TYPE],
      publishes: [],
      lifetime: { min: 60, usual: 3600, max: 3600 },
      requires: [],
      access: (watcher, focus) => (conferences.standing(focus, watcher) === 'member' ? 'allow' : 'block'),
      examine: () => ({ status: 489, reason: 'Bad Event' }),
      topics: (_watcher, focus) => [topicOf(CONFERENCE, focus)],
      render({ resource, watcher, version, known, touched }) {
        const conference = conferences.find(resource);
        if (conference === null) return known === null ? null : { content: null, known: null };
        const before = isKnown(known) ? known : null;
        const isOther = touched === null || touched.has(topicOf(CONFERENCE, resource));
        const seen = new Map(before?.users);
        const changed: ConferenceUser[] = [];
        for (const { aor } of conference.members) {
          if (before !== null && !isOther && !touched.has(aor)) continue;
          const user = userOf(conference, aor, watcher);
          const key = `${user.roles?.[0]} ${user.endpoints[0]?.status} ${user.displayText}`;
          if (seen.get(aor) !== key) changed.push(user);
          seen.set(aor, key);
        }
        const gone = before === null ? [] : goneFrom(conference, before.users);
        for (const aor of gone) seen.delete(aor);
        const next: Known = { subject: conference.subject, users: seen };
        const give = (info: ConferenceInfo) => ({
          content: { contentType: CONFERENCE_INFO_TYPE, body: encodeConferenceInfo(info) },
          known: next,
        });
        if (before === null) return give(whole(conference, version, changed));
        const deleted = gone.map((entity) => ({ entity, state: 'deleted' as const, endpoints: [] }));
        const isRenamed = before.subject !== conference.subject;
        const list = [...changed, ...deleted];
        if (list.length === 0 && !isRenamed) return null;
        return give({
          entity: resource,
          state: 'partial',
          version,
          ...(isRenamed && { description: descriptionOf(conference) }),
          ...(list.length > 0 && {
            conferenceState: { userCount: conference.members.length, active: true },
            users: { state: 'partial', list },
          }),
        });
      },
    },
  };
}

function descriptionOf({ subject }: Conference): NonNullable<ConferenceInfo['description']> {
  return { ...(subject !== '' && { displayText: subject, subject }), maximumUserCount: MOST_PEOPLE };
}

function isKnown(known: unknown): known is Known {
  return typeof known === 'object' && known !== null && 'users' in known;
}

function goneFrom({ members }: Conference, users: ReadonlyMap<Aor, string>): Aor[] {
  const here = new Set(members.map(({ aor }) => aor));
  return [...users.keys()].filter((aor) => !here.has(aor));
}
