/**
 * Presence of a whole list in one subscription (RFC 4662): the full state first, then only who changed. A body stays
 * below 60 KB, for many servers and proxies end a message at 64; what does not fit follows in the next NOTIFY.
 */
import { randomBytes } from 'node:crypto';
import { PIDF_TYPE } from '../../protocol/pidf.ts';
import { RLMI_TYPE, type RlmiResource, encodeListNotification } from '../../protocol/rlmi.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import type { Aor, Domain, Users } from '../sip/contract.ts';
import { type EventPackage, type Notice, topicOf } from './event-package.ts';
import type { ListMembers } from './list-members.ts';
import { PRESENCE } from './presence-package.ts';
import type { PresenceView } from './presence-view.ts';
import type { WatcherRules } from './watcher-rules.ts';

/** Key of the package; its event is `presence`. */
export const PRESENCE_LIST = 'presence;list';

export interface PresenceListOptions {
  readonly members: ListMembers;
  readonly view: PresenceView;
  readonly rules: WatcherRules;
  readonly users: Users;
  readonly domain: Domain;
}

/** What the watcher knows of one member. */
interface MemberState {
  readonly state: 'active' | 'pending' | 'terminated';
  readonly reason?: string;
  readonly body: string | null;
}
type Known = ReadonlyMap<string, MemberState>;

/** Octets of a whole body. */
const BUDGET = 58_000;
/** What naming a resource costs beside its URI, its state beside that, and one part beside its document. */
const NAME_COST = 30;
const STATE_COST = 140;
const PART_COST = 240;
/** A full state names everybody (RFC 4662 §5.2) while that leaves room to say something; a longer list comes in pieces. */
const MOST_NAMES = 40_000;

export function presenceListPackage(options: PresenceListOptions): EventPackage {
  const { members, view, rules, users, domain } = options;

  const stateOf = (uri: string, watcher: Aor): MemberState => {
    const aor = domain.aorOf(uri);
    if (aor === null || !users.exists(aor)) return { state: 'terminated', reason: 'noresource', body: null };
    const { handling } = rules.decide(aor, watcher);
    if (handling === 'block') return { state: 'terminated', reason: 'rejected', body: null };
    if (handling === 'confirm') return { state: 'pending', body: null };
    return { state: 'active', body: view.documentFor(aor, watcher) };
  };
  const topicFor = (uri: string): string => topicOf(PRESENCE, domain.aorOf(uri) ?? uri);
  /** Members by topic, made once a list: a change of one of a thousand must not look at all of them. */
  const indexes = new WeakMap<readonly string[], ReadonlyMap<string, readonly string[]>>();
  const indexOf = (all: readonly string[]): ReadonlyMap<string, readonly string[]> => {
    const index = indexes.get(all) ?? Map.groupBy(all, topicFor);
    indexes.set(all, index);
    return index;
  };

  return {
    event: PRESENCE,
    notifies: ['multipart/related', RLMI_TYPE, PIDF_TYPE],
    publishes: [],
    lifetime: { min: 60, usual: 3600, max: 3600 },
    requires: ['eventlist'],
    access: () => 'allow',
    examine: () => ({ status: 489, reason: 'Bad Event' }),
    topics: (watcher, resource) => [
      topicOf(PRESENCE_LIST, watcher),
      ...indexOf(members.of(resource, watcher)).keys(),
    ],
    render({ resource, watcher, version, known, touched }) {
      const all = members.of(resource, watcher);
      const before = known instanceof Map ? (known as Known) : null;
      const anyone = touched === null || touched.has(topicOf(PRESENCE_LIST, watcher));
      // A partial state cannot say that somebody left the list (RFC 4662 §5.2).
      const full = before === null || (anyone && isMissing(before, all));
      const candidates =
        full || anyone ? all : [...touched].flatMap((topic) => indexOf(all).get(topic) ?? []);
      const changes = candidates
        .map((uri) => ({ uri, now: stateOf(uri, watcher) }))
        .filter(({ uri, now }) => full || !isSame(before.get(uri), now));
      if (!full && changes.length === 0) return null;
      return notice(
        resource,
        version,
        full,
        changes,
        full ? new Map<string, MemberState>() : new Map(before),
      );
    },
  };
}

/** `after`: what stays known of the others; gets what this notice says. */
function notice(
  uri: string,
  version: number,
  full: boolean,
  changes: readonly { readonly uri: string; readonly now: MemberState }[],
  after: Map<string, MemberState>,
): Notice {
  const boundary = randomBytes(12).toString('hex');
  const resources: RlmiResource[] = [];
  const documents = new Map<string, { contentType: string; body: string }>();
  const names = full ? changes.reduce((sum, one) => sum + nameCost(one.uri), 0) : Infinity;
  const namesAll = names <= MOST_NAMES;
  let left = BUDGET - (namesAll ? names : 0);
  let told = 0;
  let more = false;
  for (const { uri: member, now } of changes) {
    const partCost = now.body === null ? 0 : utf8Length(now.body) + PART_COST;
    const cost = (namesAll ? 0 : nameCost(member)) + STATE_COST + partCost;
    // What would never fit beside another goes alone.
    if (cost > left && (told > 0 || namesAll)) {
      more = true;
      if (namesAll) resources.push({ uri: member, name: '', instances: [] });
      continue;
    }
    left -= cost;
    told += 1;
    const cid = now.body === null ? null : `${documents.size + 1}.${boundary}`;
    if (cid !== null && now.body !== null) documents.set(cid, { contentType: PIDF_TYPE, body: now.body });
    const instance = {
      id: '1',
      state: now.state,
      ...(now.reason !== undefined && { reason: now.reason }),
      ...(cid !== null && { cid }),
    };
    resources.push({ uri: member, name: '', instances: [instance] });
    after.set(member, now);
  }
  const content = encodeListNotification({ uri, version, full, resources }, documents, boundary);
  return { content, known: after, more };
}

function nameCost(uri: string): number {
  return utf8Length(uri) + NAME_COST;
}

function isMissing(before: Known, members: readonly string[]): boolean {
  const present = new Set(members);
  for (const uri of before.keys()) if (!present.has(uri)) return true;
  return false;
}

function isSame(one: MemberState | undefined, other: MemberState): boolean {
  return one?.state === other.state && one.reason === other.reason && one.body === other.body;
}
