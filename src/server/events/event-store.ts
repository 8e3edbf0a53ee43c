/** Where publications and subscriptions are kept beside the memory they are served from: SQLite here, PostgreSQL on the engine. */
import type { Aor } from '../sip/contract.ts';

/**
 * One device's document.
 *
 *   (none) --PUBLISH--> live --PUBLISH--> live (new tag)
 *   live --Expires: 0 | expiry | device gone for 20 s | the same device afresh--> ended
 */
export interface Publication {
  readonly etag: string;
  readonly event: string;
  readonly resource: Aor;
  readonly contentType: string;
  readonly body: string;
  /** `+sip.instance` of the publisher, else its Contact; `null` while it has not registered. */
  device: string | null;
  /** Milliseconds; of the body, not of a refresh. */
  readonly publishedAt: number;
  readonly expiresAt: number;
}

/** A subscription as it is kept: without what it takes to send. Times in milliseconds. */
export interface KeptSubscription {
  readonly id: string;
  /** Key in the table of packages. */
  readonly package: string;
  readonly eventId: string | null;
  readonly resource: string;
  readonly watcher: string;
  readonly callId: string;
  /** As in From and To. */
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly route: readonly string[];
  readonly localSeq: number;
  readonly remoteSeq: number;
  readonly version: number;
  readonly startedAt: number;
  readonly expiresAt: number;
}

/** What other nodes over the same database do, told to whoever holds a replica. */
export interface PublicationFollower {
  /** Takes the place of the tags in `replaced`. */
  entered(publication: Publication, replaced: readonly string[]): void;
  left(etag: string): void;
}

/** Every method but `load` returns at once and writes behind, in order; what fails is told in the log. */
export interface PublicationStore {
  /** All that had not expired when the store was opened. */
  load(): readonly Publication[];
  put(publication: Publication, replaced: readonly string[]): void;
  rename(etag: string, device: string): void;
  remove(etag: string): void;
  /** Only for a store that several nodes share. */
  follow?(follower: PublicationFollower): void;
}

export interface SubscriptionStore {
  /** Those of this node that had not expired when the store was opened. */
  load(): readonly KeptSubscription[];
  keep(subscription: KeptSubscription): void;
  remove(id: string): void;
  /** Takes over one that another node had; `null` when nobody has it. Only for a store that several nodes share. */
  take?(id: string): Promise<KeptSubscription | null>;
  /** Called with those of a node that is gone, which are ours now, and with ids that another node took. */
  follow?(follower: { inherited(all: readonly KeptSubscription[]): void; taken(id: string): void }): void;
}

/** Somebody who asked, got no answer and is gone (RFC 3857). Times in milliseconds. */
export interface WaitingWatcher {
  readonly resource: Aor;
  readonly watcher: Aor;
  /** When they first asked. */
  readonly since: number;
  readonly expiresAt: number;
}

/** As with the others, writing returns at once. One row for a person and watcher. */
export interface WaitingStore {
  load(): readonly WaitingWatcher[];
  keep(one: WaitingWatcher): void;
  remove(resource: Aor, watcher: Aor): void;
}

export interface EventStore {
  readonly publications: PublicationStore;
  readonly subscriptions: SubscriptionStore;
  /** Without it they wait in memory only. */
  readonly waiting?: WaitingStore;
}
