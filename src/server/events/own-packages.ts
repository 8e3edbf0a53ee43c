/** Packages about one's own account: changed documents (RFC 5875), waiting voice messages (RFC 3842), changed history. */
import { STATE_EVENT, STATE_TYPE, type StateChange } from '../../protocol/history-api.ts';
import {
  MESSAGE_SUMMARY_TYPE,
  encodeMessageSummary,
  type MessageCounts,
} from '../../protocol/message-summary.ts';
import { XCAP_DIFF_TYPE, encodeXcapDiff } from '../../protocol/xcap-diff.ts';
import { userPath } from '../../protocol/xcap-uri.ts';
import type { Aor } from '../sip/contract.ts';
import type { Documents } from '../xcap/documents.ts';
import { type EventPackage, topicOf } from './event-package.ts';

export const XCAP_DIFF = 'xcap-diff';

const OWN: Pick<EventPackage, 'publishes' | 'lifetime' | 'requires' | 'access' | 'examine'> = {
  publishes: [],
  lifetime: { min: 60, usual: 3600, max: 3600 },
  requires: [],
  access: (watcher, resource) => (watcher === resource ? 'allow' : 'forbid'),
  examine: () => ({ status: 489, reason: 'Bad Event' }),
};

/** What is known of a person beside their own documents: those whose delegate they are (features.md CD1). */
export interface Duties {
  managersOf(delegate: Aor): ReadonlySet<Aor>;
  onManagers(listener: (delegate: Aor) => void): void;
}

/** What a subscription was told last. */
interface Told {
  readonly tags: ReadonlyMap<string, string>;
  readonly managers: string;
}

/**
 * Which of the own documents are other than the device knows. The first NOTIFY names them all with their tags, later
 * ones what changed since. What a SUBSCRIBE asks for in its body is not looked at: one person's documents are few.
 * Whoever has become a delegate, or is no longer, is told so by a diff that names no document (RFC 5875 §4.7 allows
 * it): the manager's document is not theirs to read, and they ask who it is (`/api/call-handling`).
 */
export function xcapDiffPackage(documents: Documents, xcapRoot: string, duties?: Duties): EventPackage {
  const managersOf = (owner: Aor): string => [...(duties?.managersOf(owner) ?? [])].sort().join(' ');
  const tagsOf = (owner: Aor): Map<string, string> =>
    new Map(documents.list(owner).map(({ auid, path, etag }) => [userPath(auid, owner, path), etag]));
  return {
    ...OWN,
    event: XCAP_DIFF,
    notifies: [XCAP_DIFF_TYPE],
    topics: (_watcher, resource) => [topicOf(XCAP_DIFF, resource)],
    render({ resource, known }) {
      const now = tagsOf(resource);
      const told = typeof known === 'object' ? (known as Told | null) : null;
      const before = told?.tags ?? new Map<string, string>();
      const managers = managersOf(resource);
      const changes = [...new Set([...now.keys(), ...before.keys()])]
        .map((path) => ({
          path,
          newEtag: now.get(path) ?? null,
          previousEtag: before.get(path) ?? null,
          patched: false,
        }))
        .filter(({ newEtag, previousEtag }) => newEtag !== previousEtag);
      if (changes.length === 0 && told?.managers === managers) return null;
      return {
        content: { contentType: XCAP_DIFF_TYPE, body: encodeXcapDiff(xcapRoot, changes) },
        known: { tags: now, managers } satisfies Told,
      };
    },
  };
}

export const MESSAGE_SUMMARY = 'message-summary';

/** How many voice messages wait, and how many were heard. */
export function messageSummaryPackage(countsOf: (owner: Aor) => MessageCounts): EventPackage {
  return {
    ...OWN,
    event: MESSAGE_SUMMARY,
    notifies: [MESSAGE_SUMMARY_TYPE],
    topics: (_watcher, resource) => [topicOf(MESSAGE_SUMMARY, resource)],
    render({ resource, known }) {
      const counts = countsOf(resource);
      const body = encodeMessageSummary({
        waiting: counts.unread > 0,
        account: resource,
        counts: new Map([['voice-message', counts]]),
      });
      return body === known ? null : { content: { contentType: MESSAGE_SUMMARY_TYPE, body }, known: body };
    },
  };
}

/** Where the own history stands (RFC 8620 §7.1), for devices to ask what is new. */
export function statePackage(statesOf: (owner: Aor) => StateChange): EventPackage {
  return {
    ...OWN,
    event: STATE_EVENT,
    notifies: [STATE_TYPE],
    topics: (_watcher, resource) => [topicOf(STATE_EVENT, resource)],
    render({ resource, known }) {
      const body = JSON.stringify(statesOf(resource));
      return body === known ? null : { content: { contentType: STATE_TYPE, body }, known: body };
    },
  };
}
