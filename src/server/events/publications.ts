/** Published event state (RFC 3903): served from memory, kept in a store for the restart and for other nodes. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../log.ts';
import type { Aor, Binding, Clock, Flow, Locations } from '../sip/contract.ts';
import { createDeadlines } from './deadlines.ts';
import { topicOf } from './event-package.ts';
import type { Publication, PublicationStore } from './event-store.ts';

export type { Publication } from './event-store.ts';

export interface Publications {
  /** Newest body first. */
  of(event: string, resource: Aor): readonly Publication[];
  find(etag: string): Publication | null;
  /** Stores `next` in the place of `previous`. The change is told when the body is another. */
  put(next: Omit<Publication, 'etag' | 'device'>, previous: Publication | null, flow: Flow): Publication;
  remove(publication: Publication): void;
  stop(): void;
}

export interface PublicationOptions {
  readonly store: PublicationStore;
  readonly locations: Locations;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: (topic: string) => void;
}

/** More devices than a person has; the oldest document goes. */
const MAX_PER_RESOURCE = 20;
/** Characters of all of them: what every watcher gets as one document. */
const MAX_COMPOSED = 49_152;
/** A browser that reloads, a phone between two networks. */
const DEVICE_GRACE = 20_000;
/** After a restart of the server everybody comes back, but not all at once. */
const RESTART_GRACE = 90_000;
const PATROL = 5_000;

export function openPublications(options: PublicationOptions): Publications {
  const { store, locations, clock, log, changed } = options;
  const byTag = new Map<string, Publication>();
  const byTopic = new Map<string, Publication[]>();
  /** Of publications whose device is not to be seen: when that was noticed. */
  const missingSince = new Map<string, number>();
  const flows = new Map<string, Flow>();
  const forget = (one: Publication): void => {
    byTag.delete(one.etag);
    missingSince.delete(one.etag);
    flows.delete(one.etag);
    deadlines.delete(one.etag);
    const topic = topicOf(one.event, one.resource);
    const rest = (byTopic.get(topic) ?? []).filter(({ etag }) => etag !== one.etag);
    if (rest.length === 0) byTopic.delete(topic);
    else byTopic.set(topic, rest);
  };
  const enter = (one: Publication): void => {
    byTag.set(one.etag, one);
    deadlines.set(one.etag, one.expiresAt);
    const topic = topicOf(one.event, one.resource);
    const all = [one, ...(byTopic.get(topic) ?? [])];
    byTopic.set(
      topic,
      all.sort((a, b) => b.publishedAt - a.publishedAt),
    );
  };
  const remove = (one: Publication): void => {
    if (byTag.get(one.etag) !== one) return;
    forget(one);
    store.remove(one.etag);
    changed(topicOf(one.event, one.resource));
  };
  const expired = (etag: string): void => {
    const one = byTag.get(etag);
    if (one !== undefined) remove(one);
  };
  const deadlines = createDeadlines<string>(clock, expired, (error) => log.error('expiry-failed', { error }));

  const isThere = (one: Publication): boolean => {
    const flow = flows.get(one.etag);
    if (flow?.open === true) {
      learnDevice(one, flow);
      return true;
    }
    return (
      one.device !== null && locations.bindings(one.resource).some((binding) => isDevice(binding, one.device))
    );
  };
  /** Somebody published before REGISTER was through. */
  const learnDevice = (one: Publication, flow: Flow): void => {
    if (one.device !== null) return;
    one.device = deviceOf(locations.bindings(one.resource), flow);
    if (one.device !== null) store.rename(one.etag, one.device);
  };
  /** Ends what was published by devices that went without a word. Expiry alone would leave them green for an hour. */
  const patrol = (): void => {
    cancelPatrol = clock.after(PATROL, patrol);
    const now = clock.now();
    for (const one of [...byTag.values()]) {
      // Who never registered (a calendar's program) is nobody to miss: expiry decides.
      if (isThere(one) || one.device === null) missingSince.delete(one.etag);
      else if (!missingSince.has(one.etag)) missingSince.set(one.etag, now);
      else if (now - (missingSince.get(one.etag) ?? now) >= DEVICE_GRACE) remove(one);
    }
  };
  let cancelPatrol = clock.after(PATROL, patrol);

  /** Whoever published it may not have come back here yet. */
  const learn = (one: Publication): void => {
    enter(one);
    missingSince.set(one.etag, clock.now() + RESTART_GRACE - DEVICE_GRACE);
  };
  for (const one of store.load()) learn(one);
  store.follow?.({
    entered(one, replaced) {
      const gone = replaced.flatMap((etag) => byTag.get(etag) ?? []);
      for (const old of gone) forget(old);
      learn(one);
      if (gone.length !== 1 || gone[0]?.body !== one.body) changed(topicOf(one.event, one.resource));
    },
    left(etag) {
      const one = byTag.get(etag);
      if (one === undefined) return;
      forget(one);
      changed(topicOf(one.event, one.resource));
    },
  });

  return {
    of: (event, resource) => byTopic.get(topicOf(event, resource)) ?? [],
    find: (etag) => byTag.get(etag) ?? null,
    put(next, previous, flow) {
      const device = deviceOf(locations.bindings(next.resource), flow) ?? previous?.device ?? null;
      const one: Publication = { ...next, device, etag: randomBytes(9).toString('base64url') };
      const topic = topicOf(one.event, one.resource);
      if (previous !== null) forget(previous);
      const surplus = surplusOf(byTopic.get(topic) ?? [], one.body.length);
      for (const old of surplus) forget(old);
      enter(one);
      flows.set(one.etag, flow);
      store.put(
        one,
        (previous === null ? surplus : [...surplus, previous]).map(({ etag }) => etag),
      );
      if (previous?.body !== one.body || surplus.length > 0) changed(topic);
      return one;
    },
    remove,
    stop() {
      cancelPatrol();
      deadlines.stop();
    },
  };
}

/** Which of the others, newest first, have to go for one more. */
function surplusOf(others: readonly Publication[], size: number): readonly Publication[] {
  let sum = size;
  return others.filter((one, place) => {
    sum += one.body.length;
    return place >= MAX_PER_RESOURCE - 1 || sum > MAX_COMPOSED;
  });
}

function isDevice({ instance, contact, flow }: Binding, device: string | null): boolean {
  return flow?.open === true && (instance === device || contact === device);
}

function deviceOf(bindings: readonly Binding[], flow: Flow): string | null {
  const binding = bindings.find((one) => one.flow?.id === flow.id);
  return binding === undefined ? null : (binding.instance ?? binding.contact);
}
