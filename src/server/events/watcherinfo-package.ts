/** `presence.winfo` (RFC 3857): who watches me, for me alone. Always the full list: it is short, and a gap heals itself. */
import { createHash } from 'node:crypto';
import { type Watcher, WATCHERINFO_TYPE, encodeWatcherinfo } from '../../protocol/watcherinfo.ts';
import type { Aor, Clock, Users } from '../sip/contract.ts';
import { type EventPackage, topicOf } from './event-package.ts';
import { PRESENCE } from './presence-package.ts';
import type { Subscription } from './subscriptions.ts';
import type { WatcherRules } from './watcher-rules.ts';

export const WATCHERINFO = 'presence.winfo';

export interface WatcherinfoOptions {
  /** Subscriptions that see this person. */
  readonly watchers: (resource: Aor) => readonly Subscription[];
  readonly rules: WatcherRules;
  readonly users: Users;
  readonly clock: Clock;
}

export function watcherinfoPackage({ watchers, rules, users, clock }: WatcherinfoOptions): EventPackage {
  const describe = (one: Subscription, resource: Aor): Watcher => {
    const name = users.name(one.watcher);
    const pending = rules.decide(resource, one.watcher).handling === 'confirm';
    return {
      id: createHash('sha256').update(one.id).digest('base64url').slice(0, 12),
      uri: one.watcher,
      status: pending ? 'pending' : 'active',
      event: 'subscribe',
      // The directory's name: what somebody calls themselves in From is theirs to make up.
      ...(name !== null && { displayName: name }),
      expiration: Math.max(0, Math.round((one.expiresAt - clock.now()) / 1000)),
      durationSubscribed: Math.max(0, Math.round((clock.now() - one.startedAt) / 1000)),
    };
  };
  return {
    event: WATCHERINFO,
    notifies: [WATCHERINFO_TYPE],
    publishes: [],
    lifetime: { min: 60, usual: 3600, max: 3600 },
    requires: [],
    access: (watcher, resource) => (watcher === resource ? 'allow' : 'forbid'),
    examine: () => ({ status: 489, reason: 'Bad Event' }),
    topics: (_watcher, resource) => [topicOf(WATCHERINFO, resource)],
    render({ resource, version, known }) {
      const list = watchers(resource).map((one) => describe(one, resource));
      const seen = list.map(({ id, status }) => `${id} ${status}`).join(',');
      if (known === seen) return null;
      const body = encodeWatcherinfo({
        version,
        full: true,
        lists: [{ resource, package: PRESENCE, watchers: list }],
      });
      return { content: { contentType: WATCHERINFO_TYPE, body }, known: seen };
    },
  };
}
