/**
 * Who may see and reach whom: the rules people keep as pres-rules documents (RFC 5025), with the house's default.
 *
 * 1. Oneself: always.
 * 2. A rule that names the watcher and says block or polite-block: that. Standing beside a rule for a whole domain it
 *    still wins, although RFC 4745 §10 would add permissions up: people who block somebody mean it, and servers that
 *    stop at the first match read such a document so.
 * 3. All matching rules together (RFC 4745 §10).
 * 4. No rule matches, or there is no document: within the own domain allow, from outside confirm.
 */
import { decision } from '../../protocol/pres-rules-decide.ts';
import { type Provides, type Rule, decodePresRules } from '../../protocol/pres-rules.ts';
import { createListeners } from '../listeners.ts';
import { silentLog, type Log } from '../log.ts';
import type { Aor, Clock } from '../sip/contract.ts';
import type { Documents } from '../xcap/documents.ts';

type Handling = 'block' | 'confirm' | 'polite-block' | 'allow';

interface Verdict {
  readonly handling: Handling;
  /** What of the document is shown; `null`: all of it. */
  readonly provides: Provides | null;
}

export interface WatcherRules {
  decide(owner: Aor, watcher: Aor): Verdict;
  /** Called with the owner after a change of the rules. */
  onChange(listener: (owner: Aor) => void): void;
}

const EVERYTHING: Provides = {
  services: { all: true, classes: [] },
  persons: { all: true, classes: [] },
  devices: { all: true, classes: [] },
  attributes: true,
};
const MAX_CACHED = 10_000;

export function createWatcherRules(documents: Documents, clock: Clock, log: Log = silentLog()): WatcherRules {
  const cache = new Map<Aor, readonly Rule[]>();
  const changed = createListeners<[Aor]>((error) => log.error('rules-listener-failed', { error }));
  documents.onChange(({ auid, owner, path }) => {
    if (auid !== 'pres-rules' || path !== 'index') return;
    cache.delete(owner);
    changed.tell(owner);
  });

  const rulesOf = (owner: Aor): readonly Rule[] => {
    const cached = cache.get(owner);
    if (cached !== undefined) return cached;
    const stored = documents.read({ auid: 'pres-rules', owner, path: 'index' });
    const read = stored === null ? null : decodePresRules(stored.body);
    // Only documents that parse are ever stored; should one not, nobody is let in by a rule we cannot read.
    const rules = read === null ? [] : read.ok ? read.value : [NOBODY];
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(owner, rules);
    return rules;
  };

  return {
    decide(owner, watcher) {
      if (owner === watcher) return { handling: 'allow', provides: null };
      const rules = rulesOf(owner);
      const context = { now: clock.now() };
      const personal = rules.filter((rule) => rule.handling !== null && namesPersons(rule));
      const named = decision([...personal, ...otherwise()], watcher, context).handling;
      if (named === 'block' || named === 'polite-block') return { handling: named, provides: null };
      const { handling, provides } = decision([...rules, ...otherwise(domainOf(owner))], watcher, context);
      return { handling, provides: saysNothing(provides) || isAll(provides) ? null : provides };
    },
    onChange: (listener) => void changed.add(listener),
  };
}

const NOBODY: Rule = { id: '', conditions: [], handling: 'block', provides: EVERYTHING };

/** What holds for those no rule matches: allow, or by their domain. */
function otherwise(domain?: string): Rule[] {
  const rule = (id: string, handling: Handling, inside: Rule['conditions']): Rule => ({
    id,
    conditions: [{ is: 'other-identity' }, ...inside],
    handling,
    provides: EVERYTHING,
  });
  if (domain === undefined) return [rule('', 'allow', [])];
  const none = { exceptIds: [], exceptDomains: [] };
  return [
    rule('', 'allow', [{ is: 'identity', any: [{ is: 'many', domain, ...none }] }]),
    rule('', 'confirm', [{ is: 'identity', any: [{ is: 'many', exceptIds: [], exceptDomains: [domain] }] }]),
  ];
}

function namesPersons(rule: Rule): boolean {
  return rule.conditions.some(
    (one) => one.is === 'identity' && one.any.length > 0 && one.any.every(({ is }) => is === 'one'),
  );
}

/**
 * RFC 5025 would show nothing where nothing is stated. Rules without any transformation come from clients that know
 * allow and block only, and mean the whole document.
 */
function saysNothing({ services, persons, devices, attributes }: Provides): boolean {
  const whole = [services, persons, devices].every(({ all, classes }) => !all && classes.length === 0);
  return whole && attributes !== true && attributes.length === 0;
}

function isAll({ services, persons, devices, attributes }: Provides): boolean {
  return services.all && persons.all && devices.all && attributes === true;
}

function domainOf(aor: Aor): string {
  return aor.slice(aor.lastIndexOf('@') + 1);
}
