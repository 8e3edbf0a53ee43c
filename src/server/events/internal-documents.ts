/**
 * What this server itself says of people (their calendars), never off the wire. In memory only: whoever makes a
 * document makes it again after a restart.
 */
import { NS } from '../../protocol/namespaces.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import { type XmlElement, parseXml } from '../../protocol/xml.ts';
import { writeXml } from '../../protocol/xml-writer.ts';
import type { Aor } from '../sip/contract.ts';
import { hasOpenTuple } from './appear-offline.ts';

/**
 * Says something of a person in the name of `source` (`calendar`), in the place of what that source said before;
 * `pidf` null takes it back. Composed with the devices' documents and shown by class like them, told to watchers at
 * once. Its tuples have to be closed: it makes nobody look online. False: refused, and what was there stays.
 */
export type PublishInternally = (aor: Aor, source: string, pidf: string | null) => boolean;

export interface InternalDocuments {
  readonly publish: PublishInternally;
  /** PIDF roots, in the order of the names of their sources. */
  of(aor: Aor): readonly XmlElement[];
}

/** Octets, as we would write it: it becomes part of what every watcher gets. */
const MAX_INTERNAL = 12_288;

/** `changed` is called with the person when something else is said of them now. */
export function createInternalDocuments(changed: (aor: Aor) => void): InternalDocuments {
  const byPerson = new Map<Aor, ReadonlyMap<string, { readonly text: string; readonly root: XmlElement }>>();
  return {
    publish(aor, source, pidf) {
      const read = pidf === null ? null : parseXml(pidf);
      if (read !== null && (!read.ok || !isAcceptable(read.value))) return false;
      const before = byPerson.get(aor);
      if ((before?.get(source)?.text ?? null) === pidf) return true;
      const after = new Map(before);
      if (read?.ok !== true || pidf === null) after.delete(source);
      else after.set(source, { text: pidf, root: read.value });
      if (after.size === 0) byPerson.delete(aor);
      else byPerson.set(aor, new Map([...after].sort(([one], [other]) => (one < other ? -1 : 1))));
      changed(aor);
      return true;
    },
    of: (aor) => [...(byPerson.get(aor)?.values() ?? [])].map(({ root }) => root),
  };
}

function isAcceptable(root: XmlElement): boolean {
  const isPidf = root.ns === NS.pidf && root.name === 'presence';
  return isPidf && !hasOpenTuple(root) && utf8Length(writeXml(root)) <= MAX_INTERNAL;
}
