/**
 * Who sees what of whom: the rules people keep as pres-rules documents (RFC 5025), read as access levels
 * (`protocol/access-policy.ts` decides, for clients and server alike).
 *
 * Oneself: everything. `blocked` is polite-block, unless a rule says `block` in so many words; `ask` is confirm.
 * Without a document colleagues are at Company and others at Public.
 */
import type { Newcomers, ShownLevel } from '../../protocol/access-levels.ts';
import { levelOf } from '../../protocol/access-policy.ts';
import { domainOf } from '../../protocol/canonical-id.ts';
import { decision, matchingRules } from '../../protocol/pres-rules-decide.ts';
import {
  type Handling,
  type Provided,
  type Provides,
  type Rule,
  decodePresRules,
} from '../../protocol/pres-rules.ts';
import { createListeners } from '../listeners.ts';
import { silentLog, type Log } from '../log.ts';
import type { Aor, Clock } from '../sip/contract.ts';
import type { Documents } from '../xcap/documents.ts';
import type { Shown } from './filter-presence.ts';
import { type RulesIndex, indexRules } from './rules-index.ts';

export interface Verdict {
  readonly handling: Handling;
  readonly level: Newcomers;
  /** What of the document is shown; `null`: all of it, as to oneself. */
  readonly shown: Shown | null;
}

export interface WatcherRules {
  decide(owner: Aor, watcher: Aor): Verdict;
  /** Called with the owner after a change of the rules. */
  onChange(listener: (owner: Aor) => void): void;
}

interface Entry {
  /** `null`: no document. */
  readonly index: RulesIndex | null;
  readonly verdicts: Map<Aor, { readonly verdict: Verdict; readonly during: number }>;
}

/** People whose rules are kept ready. */
const MAX_OWNERS = 10_000;
/** Verdicts kept ready, over all of them. */
const MAX_VERDICTS = 200_000;
/** A rule that holds at certain times only begins and ends within this, milliseconds. */
const TIMED = 5_000;

export function createWatcherRules(documents: Documents, clock: Clock, log: Log = silentLog()): WatcherRules {
  const cache = new Map<Aor, Entry>();
  let verdicts = 0;
  const changed = createListeners<[Aor]>((error) => log.error('rules-listener-failed', { error }));
  documents.onChange(({ auid, owner, path }) => {
    if (auid !== 'pres-rules' || path !== 'index') return;
    verdicts -= cache.get(owner)?.verdicts.size ?? 0;
    cache.delete(owner);
    changed.tell(owner);
  });

  const clear = (): void => {
    cache.clear();
    verdicts = 0;
  };
  const entryOf = (owner: Aor): Entry => {
    const cached = cache.get(owner);
    if (cached !== undefined) return cached;
    const stored = documents.read({ auid: 'pres-rules', owner, path: 'index' });
    const read = stored === null ? null : decodePresRules(stored.body);
    // Only documents that parse are ever stored; should one not, nobody is let in by a rule we cannot read.
    const rules = read === null ? null : read.ok ? read.value : [NOBODY];
    if (cache.size >= MAX_OWNERS || verdicts >= MAX_VERDICTS) clear();
    const entry = { index: rules === null ? null : indexRules(rules), verdicts: new Map() };
    cache.set(owner, entry);
    return entry;
  };

  return {
    decide(owner, watcher) {
      if (owner === watcher) return ONESELF;
      const { index, verdicts: known } = entryOf(owner);
      const now = clock.now();
      const during = index?.timed === true ? Math.floor(now / TIMED) : 0;
      const cached = known.get(watcher);
      if (cached?.during === during) return cached.verdict;
      const verdict = judge(index?.about(watcher) ?? null, watcher, { now, ownDomain: domainOf(owner) });
      if (cached === undefined) verdicts += 1;
      known.set(watcher, { verdict, during });
      return verdict;
    },
    onChange: (listener) => void changed.add(listener),
  };
}

const ONESELF: Verdict = { handling: 'allow', level: 'personal', shown: null };

const NOTHING = { all: false, classes: [] };
const NOBODY: Rule = {
  id: '',
  conditions: [],
  handling: 'block',
  provides: { services: NOTHING, persons: NOTHING, devices: NOTHING, attributes: [] },
};

function judge(
  rules: readonly Rule[] | null,
  watcher: Aor,
  context: { readonly now: number; readonly ownDomain: string },
): Verdict {
  const level = levelOf(rules, watcher, context);
  if (level === 'ask') return { handling: 'confirm', level, shown: null };
  if (level === 'blocked') return { handling: saysBlock(rules, watcher, context), level, shown: null };
  const provides = rules === null ? null : decision(rules, watcher, context).provides;
  return { handling: 'allow', level, shown: shownAt(level, provides) };
}

function saysBlock(
  rules: readonly Rule[] | null,
  watcher: Aor,
  context: { readonly now: number },
): 'block' | 'polite-block' {
  const handlings = matchingRules(rules ?? [], watcher, context).map(({ handling }) => handling);
  return handlings.includes('block') && !handlings.includes('polite-block') ? 'block' : 'polite-block';
}

/**
 * RFC 5025 would show nothing where nothing is stated. Rules without any transformation come from clients that know
 * allow and block only, and mean the whole document.
 */
function shownAt(level: ShownLevel, provides: Provides | null): Shown {
  return { level, provides: provides === null || saysNothing(provides) ? null : bounded(provides) };
}

/** Labels and names a person uses are few and short; what is beyond is hidden. */
const MAX_NAMES = 32;
const MAX_NAME = 64;

function bounded({ services, persons, devices, attributes }: Provides): Provides {
  const few = (names: readonly string[]): string[] =>
    names.filter(({ length }) => length <= MAX_NAME).slice(0, MAX_NAMES);
  const cut = (one: Provided): Provided => ({ all: one.all, classes: few(one.classes) });
  return {
    ...{ services: cut(services), persons: cut(persons), devices: cut(devices) },
    attributes: attributes === true ? true : few(attributes),
  };
}

function saysNothing({ services, persons, devices, attributes }: Provides): boolean {
  const whole = [services, persons, devices].every(({ all, classes }) => !all && classes.length === 0);
  return whole && attributes !== true && attributes.length === 0;
}
