/** What a ruleset means for one watcher (RFC 4745 §10, RFC 5025 §3.2.1): every matching rule adds permissions. */
import { canonicalId, domainOf } from './canonical-id.ts';
import {
  HANDLINGS,
  type Condition,
  type Handling,
  type Identity,
  type Provided,
  type Provides,
  type Rule,
} from './pres-rules.ts';

/** Circumstances of the decision. `sphere` is the presentity's, where known. */
export interface RuleContext {
  /** Milliseconds. */
  readonly now: number;
  readonly sphere?: string;
}

/** Handling and what is shown, all matching rules together. */
export interface Decision {
  readonly handling: Handling;
  readonly provides: Provides;
}

/**
 * How to handle a watcher. `watcher` is the authenticated AOR, `null` for an anonymous one. No matching rule:
 * `block`, as the RFC says; a presentity without any document is the caller's own decision.
 */
export function decide(rules: readonly Rule[], watcher: string | null, context: RuleContext): Handling {
  return decision(rules, watcher, context).handling;
}

/** The same with the transformations. */
export function decision(rules: readonly Rule[], watcher: string | null, context: RuleContext): Decision {
  const matching = matchingRules(rules, watcher, context);
  const handling = Math.max(0, ...matching.map((rule) => HANDLINGS.indexOf(rule.handling ?? 'block')));
  return {
    handling: HANDLINGS[handling] ?? 'block',
    provides: combine(matching.map((rule) => rule.provides)),
  };
}

/** The rules that hold for a watcher; the ones for everybody else (OMA `other-identity`) only when no other does. */
export function matchingRules(rules: readonly Rule[], watcher: string | null, context: RuleContext): Rule[] {
  const who = watcher === null ? null : canonicalId(watcher);
  const named = rules.filter((rule) => matches(rule, who, context, false));
  return named.length > 0 ? named : rules.filter((rule) => matches(rule, who, context, true));
}

function matches(rule: Rule, who: string | null, context: RuleContext, others: boolean): boolean {
  return rule.conditions.every((one) => holds(one, who, context, others));
}

function holds(
  condition: Condition,
  who: string | null,
  { now, sphere }: RuleContext,
  others: boolean,
): boolean {
  switch (condition.is) {
    case 'identity':
      return who !== null && condition.any.some((one) => isWatcher(one, who));
    case 'other-identity':
      return others && who !== null;
    case 'anonymous':
      return who === null;
    case 'validity':
      return condition.spans.some(({ from, until }) => from <= now && now < until);
    case 'sphere':
      return sphere !== undefined && sphere === condition.value;
    case 'unknown':
      return false;
  }
}

function isWatcher(identity: Identity, who: string): boolean {
  if (identity.is === 'one') return canonicalId(identity.id) === who;
  const domain = domainOf(who);
  if (identity.domain !== undefined && identity.domain.toLowerCase() !== domain) return false;
  if (identity.exceptDomains.some((one) => one.toLowerCase() === domain)) return false;
  return !identity.exceptIds.some((one) => canonicalId(one) === who);
}

function combine(all: readonly Provides[]): Provides {
  const merged = (each: (one: Provides) => Provided): Provided => ({
    all: all.some((one) => each(one).all),
    classes: [...new Set(all.flatMap((one) => each(one).classes))],
  });
  return {
    services: merged((one) => one.services),
    persons: merged((one) => one.persons),
    devices: merged((one) => one.devices),
    attributes: all.some((one) => one.attributes === true) || [
      ...new Set(all.flatMap((one) => (one.attributes === true ? [] : one.attributes))),
    ],
  };
}
