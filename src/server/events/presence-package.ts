/** The `presence` package (RFC 3856): documents in, one document out, as much of it as the watcher may see. */
import { NS } from '../../protocol/namespaces.ts';
import { PIDF_TYPE } from '../../protocol/pidf.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import { type XmlElement, attribute, parseXml } from '../../protocol/xml.ts';
import { writeXml } from '../../protocol/xml-writer.ts';
import type { Aor, Domain } from '../sip/contract.ts';
import { firstTupleId } from './compose-presence.ts';
import { type EventPackage, topicOf } from './event-package.ts';
import type { Publication } from './event-store.ts';
import type { PresenceView } from './presence-view.ts';
import type { Publications } from './publications.ts';
import type { WatcherRules } from './watcher-rules.ts';

export const PRESENCE = 'presence';

/** Octets of a document as we write it, escapes and all. */
const MAX_WRITTEN = 24_576;

/** The package over that view. */
export function presencePackage(view: PresenceView, rules: WatcherRules, domain: Domain): EventPackage {
  return {
    event: PRESENCE,
    notifies: [PIDF_TYPE],
    publishes: [PIDF_TYPE],
    lifetime: { min: 60, usual: 3600, max: 3600 },
    requires: [],
    access: (watcher, resource) => rules.decide(resource, watcher).handling,
    examine({ body }, resource) {
      const read = parseXml(body);
      if (!read.ok) return { status: 400, reason: 'Malformed Presence Document' };
      const { ns, name } = read.value;
      if (ns !== NS.pidf || name !== 'presence') return { status: 400, reason: 'Not a Presence Document' };
      // Watchers are told the entity as we know it, whatever stands here; but who names a colleague means harm.
      const entity = domain.aorOf((attribute(read.value, 'entity') ?? '').replace(/^pres:/i, 'sip:'));
      if (entity !== null && entity !== resource) return { status: 403, reason: 'Entity Is Somebody Else' };
      return utf8Length(writeXml(read.value)) > MAX_WRITTEN
        ? { status: 413, reason: 'Presence Document Too Large' }
        : null;
    },
    topics: (_watcher, resource) => [topicOf(PRESENCE, resource)],
    render({ resource, watcher, known }) {
      const body = view.documentFor(resource, watcher);
      if (known === body) return null;
      return { content: body === null ? null : { contentType: PIDF_TYPE, body }, known: body };
    },
  };
}

/** The parsed documents of somebody's devices, newest first; each is parsed once. */
export function publishedDocuments(publications: Publications): (resource: Aor) => XmlElement[] {
  const parsed = new WeakMap<Publication, XmlElement>();
  const rootOf = (one: Publication): XmlElement[] => {
    const known = parsed.get(one);
    if (known !== undefined) return [known];
    const read = parseXml(one.body);
    if (!read.ok) return [];
    parsed.set(one, read.value);
    return [read.value];
  };
  return (resource) => publications.of(PRESENCE, resource).flatMap(rootOf);
}

/** The document a fresh one of the same device replaces: its first tuple has the same id. */
export function findPredecessor(publications: Publications, resource: Aor, body: string): Publication | null {
  const idOf = (text: string): string | null => {
    const read = parseXml(text);
    return read.ok ? firstTupleId(read.value) : null;
  };
  const id = idOf(body);
  if (id === null) return null;
  return publications.of(PRESENCE, resource).find((one) => idOf(one.body) === id) ?? null;
}
