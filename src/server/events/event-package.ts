/** What an event package is (RFC 6665 §5): one record in the table of `event-packages.ts`. */
import type { Aor } from '../sip/contract.ts';

/**
 * What a watcher gets of a resource (RFC 5025 §3.2.1).
 *
 *   allow         active, with the document
 *   polite-block  active, without a body: exactly what an offline person looks like
 *   confirm       pending, without a body
 *   block         terminated;reason=rejected
 *   forbid        403: this package is not for others at all
 */
type Access = 'allow' | 'polite-block' | 'confirm' | 'block' | 'forbid';

/** Seconds. */
interface Lifetime {
  readonly min: number;
  readonly usual: number;
  readonly max: number;
}

/** One watcher's view of one resource. */
interface View {
  readonly resource: Aor;
  readonly watcher: Aor;
  /** Counts the NOTIFYs of the dialog, from 0. */
  readonly version: number;
  /** What the watcher last acknowledged, as the package left it; `undefined`: nothing, it needs the full state. */
  readonly known: unknown;
  /** Topics told of since then; `null`: any may have changed. Saves a list from looking at all its members. */
  readonly touched: ReadonlySet<string> | null;
}

interface EventBody {
  readonly contentType: string;
  readonly body: string;
}

/** The next NOTIFY to a watcher. */
export interface Notice {
  /** `null`: there is nothing to see. */
  readonly content: EventBody | null;
  /** Becomes `View.known` when the watcher acknowledges. */
  readonly known: unknown;
  /** The state did not fit: another notice follows at once. */
  readonly more?: boolean;
}

/** Why a published body is refused. */
interface Unpublishable {
  readonly status: number;
  readonly reason: string;
}

export interface EventPackage {
  /** As in the Event header. */
  readonly event: string;
  /** Content types of its NOTIFYs, the default first. Empty: no body, any Accept will do. */
  readonly notifies: readonly string[];
  /** Content types one may PUBLISH; empty: nothing is published. */
  readonly publishes: readonly string[];
  readonly lifetime: Lifetime;
  /** Option tags the 200 and each NOTIFY require of the watcher. */
  readonly requires: readonly string[];
  access(watcher: Aor, resource: Aor): Access;
  /** Only for packages that publish. */
  examine(content: EventBody, resource: Aor): Unpublishable | null;
  /** Whose changes this subscription is told of: keys as `topicOf` makes them. */
  topics(watcher: Aor, resource: Aor): readonly string[];
  /** `null`: nothing the watcher does not know. Never `null` when `view.known` is undefined. */
  render(view: View): Notice | null;
}

/** A package about resources that another part of the server has: conferences. */
export interface HostedPackage {
  readonly pack: EventPackage;
  /** The resource that a SUBSCRIBE of this watcher is about; null: there is none, or it is none of theirs. */
  locate(uri: string, watcher: Aor): Aor | null;
}

/** Something whose change is told. */
export function topicOf(event: string, resource: string): string {
  return `${event} ${resource}`;
}
