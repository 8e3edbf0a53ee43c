/**
 * What one person is to one watcher: the documents of their devices, their hard state and what the server itself knows
 * of them, composed, and cut down to the watcher's level. Made once for all watchers with the same permissions.
 */
import type { ShownLevel } from '../../protocol/access-levels.ts';
import type { Presence } from '../../protocol/availability.ts';
import type { Decoded } from '../../protocol/decoded.ts';
import { foldAvailability } from '../../protocol/fold-availability.ts';
import { type Pidf, decodePidf } from '../../protocol/pidf.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import type { XmlElement } from '../../protocol/xml.ts';
import { writeXml } from '../../protocol/xml-writer.ts';
import type { Aor } from '../sip/contract.ts';
import { appearsOffline, hasOpenTuple, isBare } from './appear-offline.ts';
import { composePresence } from './compose-presence.ts';
import { type Shown, filterPresence } from './filter-presence.ts';
import type { WatcherRules } from './watcher-rules.ts';

export interface PresenceView {
  /** `null`: nothing to see. The same text is the same string, so that comparing is cheap. */
  documentFor(resource: Aor, watcher: Aor): string | null;
  /** Their state to themselves, as if one of their devices were there: a choice by hand outlives them all. */
  ownState(resource: Aor, now: number): Presence;
  /** They appear offline to everybody else, whatever of theirs is there. */
  appearsOffline(resource: Aor): boolean;
  /** What the level sees of them, whoever asks. */
  stateAt(resource: Aor, level: ShownLevel, now: number): Presence;
  /** Call when something about somebody changed. */
  forget(resource: Aor): void;
}

/** PIDF roots. */
export interface PresenceSources {
  /** Newest first. */
  devices(resource: Aor): readonly XmlElement[];
  internal(resource: Aor): readonly XmlElement[];
  hard(resource: Aor): XmlElement | null;
}

interface Entry {
  /** To the person themselves. */
  readonly text: string;
  /** To others, before their level is looked at; `null`: as if nobody were there. */
  readonly others: XmlElement | null;
  readonly texts: Map<string, string | null>;
  own: Decoded<Pidf> | null;
}

/** Octets: with an RLMI part around it, it still fits into one message. The oldest devices are left out beyond. */
const MAX_COMPOSED = 54_000;

/** Four levels are usual; rules of others may tell every watcher something else. */
const MAX_VARIANTS = 16;

const OPEN: Pidf = {
  entity: '',
  tuples: [{ id: 'open', basic: 'open', rpid: {}, timed: [], notes: [] }],
  persons: [],
  devices: [],
  notes: [],
};

export function createPresenceView(sources: PresenceSources, rules: WatcherRules): PresenceView {
  const cache = new Map<Aor, Entry>();
  const entryOf = (resource: Aor): Entry | null => {
    const known = cache.get(resource);
    if (known !== undefined) return known;
    const made = compose(resource, sources);
    // Nothing said: not worth a place, or asking about everybody would fill the memory.
    if (made !== null) cache.set(resource, made);
    return made;
  };

  return {
    documentFor(resource, watcher) {
      const { handling, shown } = rules.decide(resource, watcher);
      const entry = handling === 'allow' ? entryOf(resource) : null;
      if (entry === null) return null;
      if (shown === null) return entry.text;
      if (entry.others === null) return null;
      const key = JSON.stringify(shown);
      let text = entry.texts.get(key);
      if (text === undefined) {
        if (entry.texts.size >= MAX_VARIANTS) entry.texts.clear();
        text = textFor(entry.others, shown);
        entry.texts.set(key, text);
      }
      return text;
    },
    ownState(resource, now) {
      const entry = entryOf(resource);
      if (entry === null) return foldAvailability([OPEN], now);
      entry.own ??= decodePidf(entry.text);
      return foldAvailability(entry.own.ok ? [entry.own.value, OPEN] : [OPEN], now, { level: 'personal' });
    },
    appearsOffline: (resource) => appearsOffline(sources.devices(resource), sources.hard(resource)),
    stateAt(resource, level, now) {
      const others = entryOf(resource)?.others ?? null;
      const text = others === null ? null : textFor(others, { level, provides: null });
      const read = text === null ? null : decodePidf(text);
      return foldAvailability(read?.ok === true ? [read.value] : [], now, { level });
    },
    forget: (resource) => void cache.delete(resource),
  };
}

function compose(resource: Aor, sources: PresenceSources): Entry | null {
  const hard = sources.hard(resource);
  const internal = sources.internal(resource);
  let devices = sources.devices(resource);
  for (;;) {
    const whole = composePresence(resource, devices, [...internal, ...(hard === null ? [] : [hard])]);
    if (whole === null) return null;
    const text = writeXml(whole);
    if (devices.length <= 1 || utf8Length(text) <= MAX_COMPOSED) {
      const others = forOthers(resource, devices, internal, hard);
      return { text, others, texts: new Map(), own: null };
    }
    devices = devices.slice(0, -1);
  }
}

/**
 * Hard state counts beside a device that is there; alone it would tell that somebody offline had something to say.
 * Who appears offline looks like who is offline: not even a closed service, whose time would tell.
 */
function forOthers(
  resource: Aor,
  devices: readonly XmlElement[],
  internal: readonly XmlElement[],
  hard: XmlElement | null,
): XmlElement | null {
  if (appearsOffline(devices, hard)) {
    return devices.every(isBare) ? null : composePresence(resource, devices);
  }
  const isThere = hard !== null && devices.some(hasOpenTuple);
  return composePresence(resource, devices, isThere ? [...internal, hard] : internal);
}

function textFor(document: XmlElement, shown: Shown): string | null {
  const left = filterPresence(document, shown);
  return left === null ? null : writeXml(left);
}
