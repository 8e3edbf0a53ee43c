/** Who watches me (RFC 3857, RFC 3858). */
import { type Decoded, decoded, refused } from './decoded.ts';
import { NS } from './namespaces.ts';
import { type XmlElement, attribute, childElements, parseXml, textOf } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const WATCHERINFO_TYPE = 'application/watcherinfo+xml';

/** `full`: watchers not named are gone. Versions rise by one; a gap means a lost notification. */
export interface Watcherinfo {
  readonly version: number;
  readonly full: boolean;
  readonly lists: readonly WatcherList[];
}

export interface WatcherList {
  readonly resource: string;
  readonly package: string;
  readonly watchers: readonly Watcher[];
}

const STATUSES = ['pending', 'active', 'waiting', 'terminated'] as const;
const EVENTS = [
  'subscribe',
  'approved',
  'deactivated',
  'probation',
  'rejected',
  'timeout',
  'giveup',
  'noresource',
] as const;

export interface Watcher {
  readonly id: string;
  readonly uri: string;
  readonly status: (typeof STATUSES)[number];
  readonly event: (typeof EVENTS)[number];
  /** As the server believes it; never proof of who it is. */
  readonly displayName?: string;
  /** Seconds. */
  readonly expiration?: number;
  readonly durationSubscribed?: number;
}

/** Decode; watchers with a status or event we do not know are left out. */
export function decodeWatcherinfo(text: string): Decoded<Watcherinfo> {
  const xml = parseXml(text);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.watcherinfo || root.name !== 'watcherinfo') return refused('not a watcherinfo document');
  const version = seconds(attribute(root, 'version'));
  if (version === undefined) return refused('watcherinfo without a version');
  const lists = childElements(root, NS.watcherinfo, 'watcher-list');
  return decoded({
    version,
    full: attribute(root, 'state') === 'full',
    lists: lists.map((one) => ({
      resource: attribute(one, 'resource') ?? '',
      package: attribute(one, 'package') ?? '',
      watchers: childElements(one, NS.watcherinfo, 'watcher').flatMap((each) => readWatcher(each) ?? []),
    })),
  });
}

function readWatcher(one: XmlElement): Watcher | undefined {
  const status = STATUSES.find((known) => known === attribute(one, 'status'));
  const event = EVENTS.find((known) => known === attribute(one, 'event'));
  const uri = textOf(one);
  if (status === undefined || event === undefined || uri === '') return undefined;
  const displayName = attribute(one, 'display-name');
  const expiration = seconds(attribute(one, 'expiration'));
  const durationSubscribed = seconds(attribute(one, 'duration-subscribed'));
  return {
    id: attribute(one, 'id') ?? '',
    uri,
    status,
    event,
    ...(displayName && { displayName }),
    ...(expiration !== undefined && { expiration }),
    ...(durationSubscribed !== undefined && { durationSubscribed }),
  };
}

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Encode. */
export function encodeWatcherinfo({ version, full, lists }: Watcherinfo): string {
  const children = lists.map((list) =>
    element(
      NS.watcherinfo,
      'watcher-list',
      { resource: list.resource, package: list.package },
      list.watchers.map((one) =>
        element(
          NS.watcherinfo,
          'watcher',
          {
            id: one.id,
            status: one.status,
            event: one.event,
            'display-name': one.displayName,
            expiration: one.expiration?.toString(),
            'duration-subscribed': one.durationSubscribed?.toString(),
          },
          [one.uri],
        ),
      ),
    ),
  );
  const attributes = { version: String(version), state: full ? 'full' : 'partial' };
  return writeXml(element(NS.watcherinfo, 'watcherinfo', attributes, children));
}
