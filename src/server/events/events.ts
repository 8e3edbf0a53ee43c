/** The presence agent: PUBLISH, SUBSCRIBE and the NOTIFYs between them (RFC 3903, RFC 6665), put together. */
import { STATE_EVENT, type StateChange } from '../../protocol/history-api.ts';
import type { Newcomers } from '../../protocol/access-levels.ts';
import type { Presence } from '../../protocol/availability.ts';
import type { MessageCounts } from '../../protocol/message-summary.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type {
  Aor,
  Caller,
  Clock,
  Domain,
  Locations,
  MethodHandler,
  Reach,
  ServerTransaction,
  Users,
} from '../sip/contract.ts';
import type { Documents } from '../xcap/documents.ts';
import { DIALOG, dialogPackage, findDialogPredecessor } from './dialog-package.ts';
import { type EventPackage, type HostedPackage, topicOf } from './event-package.ts';
import type { EventStore } from './event-store.ts';
import { createHardState } from './hard-state.ts';
import { type PublishInternally, createInternalDocuments } from './internal-documents.ts';
import { createListMembers, namesContacts } from './list-members.ts';
import { createNotifier } from './notifier.ts';
import {
  type Duties,
  MESSAGE_SUMMARY,
  XCAP_DIFF,
  messageSummaryPackage,
  statePackage,
  xcapDiffPackage,
} from './own-packages.ts';
import { PRESENCE_LIST, presenceListPackage } from './presence-list-package.ts';
import { PRESENCE, findPredecessor, presencePackage, publishedDocuments } from './presence-package.ts';
import { createPresenceView } from './presence-view.ts';
import { openPublications } from './publications.ts';
import { publish } from './publish.ts';
import { createReach } from './reach.ts';
import { eventNames, subscribe } from './subscribe.ts';
import { type Subscription, openSubscriptions } from './subscriptions.ts';
import { WATCHERINFO, watcherinfoPackage } from './watcherinfo-package.ts';
import { createWaitingWatchers } from './waiting-watchers.ts';
import { createWatcherRules } from './watcher-rules.ts';

export interface EventsOptions {
  readonly store: EventStore;
  readonly documents: Documents;
  /** Who is whose delegate; absent: nobody is. */
  readonly handlings?: Duties;
  readonly locations: Locations;
  readonly caller: Caller;
  readonly users: Users;
  readonly domain: Domain;
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute URL of the XCAP root as clients see it, or its path. */
  readonly xcapRoot: string;
  /** Where each person's history stands; absent: none is kept here. */
  readonly history?: {
    statesOf(owner: Aor): StateChange;
    onChange(listener: (owner: Aor) => void): unknown;
  };
  /** Voice messages; absent: nobody answers calls here. */
  readonly voicemail?: {
    counts(owner: Aor): MessageCounts;
    onChange(listener: (owner: Aor) => void): unknown;
  };
  readonly hosted?: readonly HostedPackage[];
}

export interface Events {
  /** PUBLISH and SUBSCRIBE. */
  readonly handlers: readonly MethodHandler[];
  readonly reach: Reach;
  /** What somebody shows to somebody else, by their rules. */
  readonly levelOf: (owner: Aor, watcher: Aor) => Newcomers;
  /** What everybody may see of somebody, and who changed: for pages outside (`<parley-presence>`). */
  readonly publicState: (resource: Aor) => Presence;
  readonly onPresence: (listener: (resource: Aor) => void) => () => void;
  /** Somebody's own rules have changed. */
  readonly onRules: (listener: (owner: Aor) => void) => void;
  /** Something of a hosted package has changed: `detail` is what its views find in `touched`. */
  readonly changed: (topic: string, detail: string) => void;
  /** For the server's own sources of presence: the calendar. */
  readonly publishInternally: PublishInternally;
  readonly subscriptions: () => number;
  /** The server of another domain can be reached again: its watchers get what they missed. */
  readonly peerBack: (domain: string) => void;
  stop(): void;
}

export function createEvents(options: EventsOptions): Events {
  const {
    store,
    documents,
    handlings,
    locations,
    caller,
    users,
    domain,
    clock,
    log,
    xcapRoot,
    history,
    voicemail,
    hosted = [],
  } = options;
  const rules = createWatcherRules(documents, clock, log);

  const looking = createListeners<[Aor]>((error) => log.error('presence-listener-failed', { error }));

  const changed = (topic: string): void => {
    for (const one of subscriptions.withTopic(topic)) notifier.poke(one, topic);
  };
  const shown = (resource: Aor): void => {
    view.forget(resource);
    changed(topicOf(PRESENCE, resource));
    looking.tell(resource);
  };
  const publications = openPublications({
    store: store.publications,
    locations,
    clock,
    log,
    changed(topic) {
      const [event, resource = ''] = topic.split(' ');
      if (event === PRESENCE) shown(resource);
      else changed(topic);
    },
  });
  const internal = createInternalDocuments(shown);
  const hard = createHardState(documents, clock, log, shown);
  const view = createPresenceView(
    { devices: publishedDocuments(publications), internal: internal.of, hard: hard.of },
    rules,
  );
  const watchersChanged = (resource: Aor): void => changed(topicOf(WATCHERINFO, resource));
  const waiting = createWaitingWatchers(store.waiting, clock, log, watchersChanged);
  const table: readonly EventPackage[] = [
    presencePackage(view, rules, domain),
    watcherinfoPackage({
      watchers: (resource) => subscriptions.withTopic(topicOf(PRESENCE, resource)),
      waiting,
      rules,
      users,
      clock,
    }),
    dialogPackage(publications, domain),
    xcapDiffPackage(documents, xcapRoot, handlings),
    ...(voicemail ? [messageSummaryPackage((owner) => voicemail.counts(owner))] : []),
    ...(history ? [statePackage((owner) => history.statesOf(owner))] : []),
  ];
  const members = createListMembers(documents, log);
  const packages = new Map(table.map((pack) => [pack.event, pack]));
  packages.set(PRESENCE_LIST, presenceListPackage({ members, view, rules, users, domain }));
  for (const { pack } of hosted) packages.set(pack.event, pack);
  const published = new Map(
    table.filter(({ publishes }) => publishes.length > 0).map((pack) => [pack.event, pack]),
  );

  const subscriptions = openSubscriptions(
    store.subscriptions,
    packages,
    clock,
    log,
    (one) => notifier.terminate(one, 'timeout'),
    (one) => notifier.wake(one),
  );
  /** Watchers came or went: whoever they watch may want to know. */
  const tellWatched = ({ topics }: { readonly topics: readonly string[] }): void => {
    for (const resource of peopleIn(topics)) watchersChanged(resource);
  };
  /** Somebody stopped watching; whose question was not answered yet is remembered. */
  const left = (one: Subscription): void => {
    const topics = packages.get(one.package)?.topics(one.watcher, one.resource) ?? [];
    for (const resource of peopleIn(topics)) {
      const isPending = rules.decide(resource, one.watcher).handling === 'confirm';
      if (isPending) waiting.add(resource, one.watcher, one.startedAt);
    }
    tellWatched({ topics });
  };
  const notifier = createNotifier({
    packages,
    subscriptions,
    locations,
    caller,
    clock,
    log,
    contact: domain.contact,
    ended: left,
  });

  /** Who may not see it any more is told so. */
  const allowedAnew = (topic: string, detail: string): void => {
    for (const one of subscriptions.withTopic(topic)) {
      const access = packages.get(one.package)?.access(one.watcher, one.resource);
      if (access === 'block') notifier.terminate(one, 'rejected');
      else notifier.poke(one, detail);
    }
  };
  rules.onChange((owner) => {
    // What was made for the old permissions would stay until the next PUBLISH.
    view.forget(owner);
    looking.tell(owner);
    const topic = topicOf(PRESENCE, owner);
    allowedAnew(topic, topic);
    waiting.prune(owner, (watcher) => rules.decide(owner, watcher).handling === 'confirm');
    watchersChanged(owner);
  });
  voicemail?.onChange((owner) => changed(topicOf(MESSAGE_SUMMARY, owner)));
  history?.onChange((owner) => changed(topicOf(STATE_EVENT, owner)));
  documents.onChange(({ owner }) => changed(topicOf(XCAP_DIFF, owner)));
  handlings?.onManagers((delegate) => changed(topicOf(XCAP_DIFF, delegate)));
  members.onChange((owner) => {
    const topic = topicOf(PRESENCE_LIST, owner);
    for (const one of subscriptions.withTopic(topic)) {
      tellWatched(one);
      one.topics = packages.get(one.package)?.topics(one.watcher, one.resource) ?? [];
      subscriptions.keep(one);
      tellWatched(one);
      notifier.poke(one, topic);
    }
  });
  locations.onRegistered((aor) => {
    for (const one of subscriptions.ofWatcher(aor)) notifier.wake(one);
  });

  const publishOptions = {
    packages: published,
    publications,
    resourceOf: (uri: string) => domain.aorOf(uri),
    predecessor: (event: string, resource: string, body: string) =>
      (event === DIALOG ? findDialogPredecessor : findPredecessor)(publications, resource, body),
    clock,
  };
  const subscribeOptions = {
    packages,
    subscriptions,
    notifier,
    clock,
    contact: domain.contact,
    watched: tellWatched,
    left,
    locate(event: string, uri: string, watcher: Aor, lists: boolean) {
      if (event === PRESENCE && members.isList(uri, watcher)) {
        return lists ? { key: PRESENCE_LIST, resource: uri } : ('list' as const);
      }
      const host = hosted.find(({ pack }) => pack.event === event);
      if (host !== undefined) {
        const resource = host.locate(uri, watcher);
        return resource === null ? null : { key: event, resource };
      }
      // Somebody else's list, or none yet: not to be taken for the person.
      if (namesContacts(uri)) return null;
      const resource = domain.aorOf(uri);
      return resource !== null && users.exists(resource) ? { key: event, resource } : null;
    },
  };
  const allow = { name: 'Allow-Events', value: eventNames(packages).join(', ') };

  return {
    handlers: [
      {
        methods: ['PUBLISH'],
        advertises: [],
        handle: (transaction: ServerTransaction) => transaction.answer(publish(transaction, publishOptions)),
      },
      {
        methods: ['SUBSCRIBE'],
        advertises: [allow],
        handle: (transaction: ServerTransaction) => subscribe(transaction, subscribeOptions),
      },
    ],
    reach: createReach(rules, view, clock),
    changed: allowedAnew,
    publishInternally: internal.publish,
    publicState: (resource) => view.stateAt(resource, 'public', clock.now()),
    onPresence: (listener) => looking.add(listener),
    onRules: (listener) => rules.onChange(listener),
    levelOf: (owner, watcher) => rules.decide(owner, watcher).level,
    subscriptions: () => subscriptions.size,
    peerBack(domain) {
      for (const one of subscriptions.ofDomain(domain)) notifier.wake(one);
    },
    stop() {
      publications.stop();
      hard.stop();
      waiting.stop();
      subscriptions.stop();
    },
  };
}

/** Those whose presence is among the topics. */
function peopleIn(topics: readonly string[]): Aor[] {
  const prefix = topicOf(PRESENCE, '');
  return topics.flatMap((topic) => (topic.startsWith(prefix) ? [topic.slice(prefix.length)] : []));
}
