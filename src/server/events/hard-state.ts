/**
 * Hard state (RFC 4827): what somebody says of themselves that outlives their devices, kept as a document of XCAP's
 * `pidf-manipulation`. Only persons are taken of it, each until the end of what it says, so that it makes nobody look
 * online.
 */
import { type PersonElement, decodePerson } from '../../protocol/data-model.ts';
import { NS } from '../../protocol/namespaces.ts';
import { type XmlElement, childElements, parseXml } from '../../protocol/xml.ts';
import type { Log } from '../log.ts';
import type { Aor, Clock } from '../sip/contract.ts';
import type { Documents } from '../xcap/documents.ts';
import { createDeadlines } from './deadlines.ts';

export interface HardState {
  /** A PIDF root with persons only; `null` when nothing holds. */
  of(owner: Aor): XmlElement | null;
  stop(): void;
}

const MAX_CACHED = 10_000;

/** `changed` is called with the owner when something else holds now. */
export function createHardState(
  documents: Documents,
  clock: Clock,
  log: Log,
  changed: (owner: Aor) => void,
): HardState {
  const cache = new Map<Aor, XmlElement | null>();
  const ends = createDeadlines<Aor>(
    clock,
    (owner) => {
      cache.delete(owner);
      changed(owner);
    },
    (error) => log.error('hard-state-failed', { error }),
  );
  documents.onChange(({ auid, owner, path }) => {
    if (auid !== 'pidf-manipulation' || path !== 'index') return;
    cache.delete(owner);
    ends.delete(owner);
    changed(owner);
  });

  const read = (owner: Aor): XmlElement | null => {
    const stored = documents.read({ auid: 'pidf-manipulation', owner, path: 'index' });
    const parsed = stored === null ? null : parseXml(stored.body);
    if (parsed?.ok !== true) return null;
    const elements = childElements(parsed.value, NS.dataModel, 'person');
    const decoded = elements.map(decodePerson);
    // Levels that are told no times say nothing of the end either; it is the same for all.
    const chosen = Math.min(...decoded.map(({ choices }) => choices?.state?.until ?? Infinity));
    const ending = elements.map((person, i) => ({ person, until: Math.min(chosen, endOf(decoded[i])) }));
    const persons = ending.filter(({ until }) => until > clock.now());
    const next = Math.min(...persons.map(({ until }) => until));
    if (Number.isFinite(next)) ends.set(owner, next);
    return persons.length === 0 ? null : { ...parsed.value, children: persons.map(({ person }) => person) };
  };

  return {
    of(owner) {
      const known = cache.get(owner);
      if (known !== undefined) return known;
      if (cache.size >= MAX_CACHED) cache.clear();
      const found = read(owner);
      cache.set(owner, found);
      return found;
    },
    stop: () => ends.stop(),
  };
}

/** Milliseconds. */
function endOf(person: PersonElement | undefined): number {
  return person?.rpid.manual?.until ?? person?.rpid.activities?.until ?? Infinity;
}
