/** The `presence` package (RFC 3856): documents in, one document out, as much of it as the watcher may see. */
import { NS } from '../../protocol/namespaces.ts';
import { PIDF_TYPE } from '../../protocol/pidf.ts';
import { type XmlElement, parseXml } from '../../protocol/xml.ts';
import { writeXml } from '../../protocol/xml-writer.ts';
import type { Aor } from '../sip/contract.ts';
import { composePresence, firstTupleId } from './compose-presence.ts';
import { type EventPackage, topicOf } from './event-package.ts';
import { filterPresence } from './filter-presence.ts';
import type { InternalDocuments } from './internal-documents.ts';
import type { Publication, Publications } from './publications.ts';
import type { WatcherRules } from './watcher-rules.ts';

export const PRESENCE = 'presence';

/** What one person is to one watcher; shared by the package and by lists. */
export interface PresenceView {
  /** `null`: nothing to see. The same text is the same string, so that comparing is cheap. */
  documentFor(resource: Aor, watcher: Aor): string | null;
  /** Call when the publications of somebody changed. */
  forget(resource: Aor): void;
}

/** Composed and filtered documents, made once for all watchers with the same permissions. */
export function createPresenceView(
  publications: Publications,
  internal: InternalDocuments,
  rules: WatcherRules,
): PresenceView {
  const parsed = new WeakMap<Publication, XmlElement>();
  const cache = new Map<Aor, { readonly whole: XmlElement | null; readonly texts: Map<string, string> }>();
  const rootOf = (one: Publication): XmlElement[] => {
    const known = parsed.get(one);
    if (known !== undefined) return [known];
    const read = parseXml(one.body);
    if (!read.ok) return [];
    parsed.set(one, read.value);
    return [read.value];
  };

  return {
    documentFor(resource, watcher) {
      const { handling, provides } = rules.decide(resource, watcher);
      if (handling !== 'allow') return null;
      let entry = cache.get(resource);
      if (entry === undefined) {
        const whole = composePresence(resource, [
          ...publications.of(PRESENCE, resource).flatMap(rootOf),
          ...internal.of(resource),
        ]);
        // Nothing published: not worth a place, or asking about everybody would fill the memory.
        if (whole === null) return null;
        entry = { whole, texts: new Map() };
        cache.set(resource, entry);
      }
      if (entry.whole === null) return null;
      const key = provides === null ? '' : JSON.stringify(provides);
      let text = entry.texts.get(key);
      if (text === undefined) {
        text = writeXml(provides === null ? entry.whole : filterPresence(entry.whole, provides));
        entry.texts.set(key, text);
      }
      return text;
    },
    forget: (resource) => void cache.delete(resource),
  };
}

/** The package over that view. */
export function presencePackage(view: PresenceView, rules: WatcherRules): EventPackage {
  return {
    event: PRESENCE,
    notifies: [PIDF_TYPE],
    publishes: [PIDF_TYPE],
    lifetime: { min: 60, usual: 3600, max: 3600 },
    requires: [],
    access: (watcher, resource) => rules.decide(resource, watcher).handling,
    examine({ body }) {
      const read = parseXml(body);
      if (!read.ok) return { status: 400, reason: 'Malformed Presence Document' };
      const { ns, name } = read.value;
      return ns === NS.pidf && name === 'presence'
        ? null
        : { status: 400, reason: 'Not a Presence Document' };
    },
    topics: (_watcher, resource) => [topicOf(PRESENCE, resource)],
    render({ resource, watcher, known }) {
      const body = view.documentFor(resource, watcher);
      if (known === body) return null;
      return { content: body === null ? null : { contentType: PIDF_TYPE, body }, known: body };
    },
  };
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
