/**
 * Who of the people one looks at is told of by the list subscription (RFC 4662), and who is asked for singly:
 *
 *   named with a state, pending or rejected    the list tells: no subscription of their own
 *   named as no resource of the list server    singly, at once
 *   named without instance, or not named       singly, when the list has not told within the grace
 */
import { PIDF_TYPE } from '../../protocol/pidf.ts';
import type { ListedResource, ListNotification } from '../../protocol/rlmi.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Aor } from '../contract.ts';

/** What the list says of one person. `state` without documents: active, and nothing to see. */
export type Said =
  | { readonly is: 'state'; readonly documents: readonly string[] }
  | { readonly is: 'unknown' }
  /** The list server does not know them: another domain, or nobody. */
  | { readonly is: 'elsewhere' };

/** Everybody the list has told of since its last full state. */
export type Coverage = ReadonlyMap<Aor, Said>;

/**
 * How the list subscription stands. `asking`: not answered yet. `lost`: no answer in time, though it may still come.
 * `off`: the server offers none.
 */
export type ListStanding = 'asking' | 'on' | 'lost' | 'off';

/** How long the list may leave somebody unmentioned, milliseconds. */
export const GRACE = 5_000;
/** Single subscriptions beside a list: the server allows a person 500 over all devices. */
export const MOST_SINGLES = 400;
/** No list is followed further than this, whatever a server names. */
const MOST_COVERED = 4_000;

/** What a resource says; null: nothing yet. */
export function saidOf({ instances, parts }: ListedResource): Said | null {
  const active = instances.filter((one) => one.state === 'active');
  if (active.length > 0) {
    const documents = parts.filter((one) => one.contentType === PIDF_TYPE).map((one) => one.body);
    const named = active.some((one) => one.cid !== undefined);
    return named && documents.length === 0 ? null : { is: 'state', documents };
  }
  const hidden = instances.some((one) => one.state === 'pending' || one.reason === 'rejected');
  if (hidden) return { is: 'unknown' };
  return instances.length > 0 ? { is: 'elsewhere' } : null;
}

export interface Told {
  readonly coverage: Coverage;
  /** Whose state is another one than before. */
  readonly news: readonly Aor[];
  /** Whether somebody came to the list, left it or changed from told to untold. */
  readonly moved: boolean;
}

/** Puts a notification on top of what was told before. After a full state only what it and later ones name counts. */
export function tell(
  before: Coverage,
  { full, resources }: Pick<ListNotification, 'full' | 'resources'>,
): Told {
  const coverage = new Map(full ? [] : before);
  const news: Aor[] = [];
  let moved = full;
  for (const resource of resources) {
    const aor = aorOf(resource.uri) ?? resource.uri;
    const said = saidOf(resource);
    const earlier = before.get(aor);
    if (said?.is !== earlier?.is) moved = true;
    if (said === null) coverage.delete(aor);
    else if (coverage.size < MOST_COVERED || coverage.has(aor)) {
      coverage.set(aor, said);
      if (!isSame(earlier, said)) news.push(aor);
    }
  }
  return { coverage, news, moved };
}

function isSame(one: Said | undefined, other: Said): boolean {
  if (one?.is !== 'state' || other.is !== 'state') return one?.is === other.is;
  const { documents } = other;
  return one.documents.length === documents.length && one.documents.every((text, i) => text === documents[i]);
}

export interface Question {
  readonly list: ListStanding;
  readonly coverage: Coverage;
  /** Everybody to be watched, and who of them is in the contact list or looked at right now. */
  readonly wanted: Iterable<Aor>;
  readonly contacts: ReadonlySet<Aor>;
  readonly looks: { has(aor: Aor): boolean };
  /** Watched singly now. */
  readonly open: { has(aor: Aor): boolean };
  /** Until when the list may still tell of somebody, as the answer before said. */
  readonly grace: ReadonlyMap<Aor, number>;
  readonly now: number;
}

export interface Division {
  /** Whom to watch singly: those looked at first, then those that are already. */
  readonly singles: readonly Aor[];
  readonly grace: ReadonlyMap<Aor, number>;
  /** When to ask anew, null when only something new changes the answer. */
  readonly again: number | null;
}

/** Divides the people between the list and single subscriptions; never both, and never too many singles beside a list. */
export function divide(question: Question): Division {
  const { list, coverage, wanted, contacts, looks, open, now } = question;
  const grace = new Map<Aor, number>();
  const ranks: [Aor[], Aor[], Aor[]] = [[], [], []];
  for (const aor of wanted) {
    const said = list === 'on' ? coverage.get(aor) : undefined;
    if (said && said.is !== 'elsewhere') continue;
    const mayCome = contacts.has(aor) && !said && !open.has(aor);
    if (mayCome && list === 'asking') continue;
    if (mayCome && list === 'on') {
      const until = question.grace.get(aor) ?? now + GRACE;
      grace.set(aor, until);
      if (now < until) continue;
    }
    ranks[looks.has(aor) ? 0 : open.has(aor) ? 1 : 2].push(aor);
  }
  const singles = ranks.flat();
  const ahead = [...grace.values()].filter((until) => until > now);
  return {
    singles: list === 'off' ? singles : singles.slice(0, MOST_SINGLES),
    grace,
    again: ahead.length > 0 ? ahead.reduce((one, other) => Math.min(one, other)) : null,
  };
}
