/**
 * Somebody's rules prepared for many questions. A document may name ten thousand people, and each of a thousand
 * watchers asks at every change: what concerns one watcher is found without looking at the others.
 */
import { canonicalId } from '../../protocol/canonical-id.ts';
import type { Condition, Identity, Rule } from '../../protocol/pres-rules.ts';
import type { Aor } from '../sip/contract.ts';

export interface RulesIndex {
  /** The rules cut down to what they say of this watcher; whatever is decided by them is decided as by all. */
  about(watcher: Aor): readonly Rule[];
  /** Some rule holds at certain times only. */
  readonly timed: boolean;
}

type Narrow = (who: string) => Condition;

export function indexRules(rules: readonly Rule[]): RulesIndex {
  const prepared = rules.map((rule) => ({ rule, narrows: rule.conditions.map(narrowing) }));
  return {
    timed: rules.some(({ conditions }) => conditions.some(({ is }) => is === 'validity')),
    about(watcher) {
      const who = canonicalId(watcher);
      const about: Rule[] = [];
      for (const { rule, narrows } of prepared) {
        const conditions = narrows.map((narrow) => narrow(who));
        if (!conditions.some(namesNobody)) about.push({ ...rule, conditions });
      }
      return about;
    },
  };
}

function narrowing(condition: Condition): Narrow {
  if (condition.is !== 'identity') return () => condition;
  const ones = new Set<string>();
  const manies: { readonly many: Identity & { is: 'many' }; readonly excepted: ReadonlySet<string> }[] = [];
  for (const one of condition.any) {
    if (one.is === 'one') ones.add(canonicalId(one.id));
    else manies.push({ many: one, excepted: new Set(one.exceptIds.map(canonicalId)) });
  }
  return (who) => ({
    is: 'identity',
    any: [
      ...(ones.has(who) ? [{ is: 'one', id: who } as const] : []),
      ...manies.map(({ many, excepted }) => ({ ...many, exceptIds: excepted.has(who) ? [who] : [] })),
    ],
  });
}

function namesNobody(condition: Condition): boolean {
  return condition.is === 'identity' && condition.any.length === 0;
}
