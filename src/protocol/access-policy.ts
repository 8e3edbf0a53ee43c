/**
 * Access levels as rules (RFC 4745, RFC 5025) and back. One rule gives a watcher exactly one class of what is
 * published. Written so that two readings agree: servers that combine all matching rules (RFC 4745 §10), and
 * Kamailio, where the first match wins, `except id` excepts nobody, a `many domain` also takes strangers whose domain
 * is as long, and a rule without transformations shows everything (features.md 1E, K3 to K6). Hence:
 *
 *   delegates-team, blocked, team, personal, company, public   people, each in one rule only
 *   group-<level>                                               members of groups, derived from the contact list
 *   others-<level>                                              every domain nothing is said of
 *   domain-<level>, colleagues-<level>                          what is left: domains something is said of
 *
 * Each `many` excepts everybody and every domain that another rule takes.
 */
import {
  ACCESS_LEVELS,
  type AccessLevel,
  type AccessPolicy,
  type Newcomers,
  SHOWN_LEVELS,
} from './access-levels.ts';

import { NS } from './namespaces.ts';
import { groupLevels, ownLevels } from './policy-levels.ts';
import { canonicalId, domainOf } from './canonical-id.ts';
import { matchingRules } from './pres-rules-decide.ts';
import type { Handling, Rule } from './pres-rules.ts';
import type { XmlElement } from './xml.ts';
import { type ChildNodes, element, writeXml } from './xml-writer.ts';

/**
 * The document for `pres-rules/users/…/index`. `kept`: the server gives each watcher only their class (decision of
 * `parley-levels`); else everybody allowed gets everything, and the levels live on in the names of the rules only.
 */
export function encodeAccessPolicy(policy: AccessPolicy, kept: boolean): string {
  const taken = new Map<string, string>();
  for (const one of policy.delegates) taken.set(canonicalId(one), 'delegates-team');
  for (const [aor, level] of ownLevels(policy)) if (!taken.has(aor)) taken.set(aor, level);
  for (const [aor, level] of groupLevels(policy.groups))
    if (!taken.has(aor)) taken.set(aor, `group-${level}`);
  const people = [...taken.keys()].sort();
  const levelOfDomain = new Map(
    Object.entries(policy.domains).map(([one, level]) => [one.toLowerCase(), level]),
  );
  const domains = [...levelOfDomain.keys()].sort();
  const own = policy.ownDomain.toLowerCase();
  const spokenOf = unique([own, ...domains]);

  const named = (id: string, level: AccessLevel): XmlElement | false => {
    const ones = people.filter((aor) => taken.get(aor) === id).map((aor) => cp('one', { id: aor }));
    return ones.length > 0 && rule(id, ones, level, kept);
  };
  const many = (domain: string | undefined, exceptDomains: readonly string[]): XmlElement => {
    const inside = (aor: string): boolean =>
      domain === undefined ? !exceptDomains.includes(domainOf(aor)) : domainOf(aor) === domain;
    return cp('many', { domain }, [
      ...exceptDomains.map((one) => cp('except', { domain: one })),
      ...people.filter(inside).map((id) => cp('except', { id })),
    ]);
  };
  const ofDomains = (level: AccessLevel): XmlElement | false => {
    const those = domains.filter((one) => levelOfDomain.get(one) === level);
    const manies = those.map((one) =>
      many(
        one,
        spokenOf.filter((each) => each !== one),
      ),
    );
    return manies.length > 0 && rule(`domain-${level}`, manies, level, kept);
  };
  return writeXml(
    cp('ruleset', {}, [
      named('delegates-team', 'team'),
      ...PEOPLE_ORDER.map((level) => named(level, level)),
      ...PEOPLE_ORDER.map((level) => named(`group-${level}`, level)),
      rule(`others-${policy.others}`, [many(undefined, spokenOf)], policy.others, kept),
      ...PEOPLE_ORDER.map(ofDomains),
      // Where the own domain has a level of its own, this rule holds for nobody and keeps what is usual.
      rule(`colleagues-${policy.colleagues}`, [many(own, domains)], policy.colleagues, kept),
    ]),
  );
}

/** Blocks stand first, then from the rule that lets through in Do Not Disturb on. */
const PEOPLE_ORDER: readonly AccessLevel[] = ['blocked', 'team', 'personal', 'company', 'public'];

/** Circumstances of the question. */
export interface LevelContext {
  /** Milliseconds. */
  readonly now: number;
  /** Domain of the person whose rules these are. */
  readonly ownDomain: string;
  readonly sphere?: string;
  /** AORs that are Team whatever the rules say (features.md A11). */
  readonly delegates?: readonly string[];
}

/**
 * The level of a watcher, `null` for an anonymous one, in somebody's rules; the rules `null` for somebody without any.
 * A document that has no rule for the watcher was not written by us: colleagues have the usual level, others are a
 * question, and whom a rule excepts by name is blocked.
 */
export function levelOf(
  rules: readonly Rule[] | null,
  watcher: string | null,
  context: LevelContext,
): Newcomers {
  const who = watcher === null ? null : canonicalId(watcher);
  if (who !== null && context.delegates?.some((one) => canonicalId(one) === who)) return 'team';
  const colleague = who !== null && domainOf(who) === context.ownDomain.toLowerCase();
  if (rules === null) return colleague ? 'company' : who === null ? 'blocked' : 'public';
  const matching = matchingRules(rules, who, context).filter((one) => one.handling !== null);
  // People who block somebody mean it, although another rule that allows a whole domain would add to it.
  if (matching.some((one) => namesPeople(one) && isBlock(one.handling))) return 'blocked';
  const levels = matching.map((one) => levelOfRule(one, namesPeople(one) || colleague));
  if (levels.length > 0) return combined(levels);
  if (who === null || isExcepted(rules, who)) return 'blocked';
  return colleague ? 'company' : 'ask';
}

/**
 * The policy in a document, ours or another client's. Of groups only what the rules know: one named `group-<level>`
 * for each level, which whoever has the contact list replaces by the real ones.
 */
export function accessPolicyOf(rules: readonly Rule[], ownDomain: string, now: number): AccessPolicy {
  const own = ownDomain.toLowerCase();
  const context = { now, ownDomain: own };
  const people: Record<string, AccessLevel> = {};
  const members = new Map<AccessLevel, string[]>();
  const delegates: string[] = [];
  for (const [aor, ids] of peopleIn(rules)) {
    const level = levelOf(rules, aor, context);
    // A person to be asked about is nothing we can write; Public is the least there is.
    const shown = level === 'ask' ? 'public' : level;
    if (ids.includes('delegates-team') && level === 'team') delegates.push(aor);
    else if (ids.length > 0 && ids.every((id) => id.startsWith('group-'))) {
      members.set(shown, [...(members.get(shown) ?? []), aor]);
    } else people[aor] = shown;
  }
  const domains: Record<string, AccessLevel> = {};
  for (const [domain, ids] of domainsIn(rules)) {
    if (ids.every((id) => readId(id)?.kind === 'colleagues')) continue;
    if (domain === own && !ids.some((id) => id.startsWith('domain-'))) continue;
    const level = levelOf(rules, `sip:${PROBE}@${domain}`, context);
    if (level !== 'ask') domains[domain] = level;
  }
  const usual = (domain: string): Newcomers => levelOf(rules, `sip:${PROBE}@${domain}`, context);
  // Where the own domain has a level of its own, only the name of the rule still says what is usual.
  const hidden = Object.hasOwn(domains, own) && rules.find(({ id }) => readId(id)?.kind === 'colleagues');
  return {
    people,
    groups: [...members].map(([level, aors]) => ({ id: `group-${level}`, level, members: aors })),
    domains,
    ownDomain: own,
    colleagues: hidden ? levelOfRule(hidden, true) : usual(own),
    others: usual('nowhere.invalid'),
    delegates,
  };
}

/** Somebody no rule names. */
const PROBE = 'nobody.in.particular';

const ID = /^(?:(delegates|group|domain|colleagues|others)-)?(personal|team|company|public|blocked|ask)$/;

/** What our names of rules say; `null` for names of others. */
function readId(id: string): { readonly kind: string; readonly level: Newcomers } | null {
  const match = ID.exec(id);
  const level = [...ACCESS_LEVELS, 'ask' as const].find((one) => one === match?.[2]);
  return level === undefined ? null : { kind: match?.[1] ?? 'people', level };
}

/** One rule alone. `known`: it names the watcher, or they are of the own domain. */
function levelOfRule({ id, handling, provides }: Rule, known: boolean): Newcomers {
  if (handling === 'confirm') return 'ask';
  if (handling !== 'allow') return 'blocked';
  const { persons, services } = provides;
  const classes = [...persons.classes, ...services.classes];
  // Clients that know allow and block only state no transformations, and mean everything.
  if (persons.all || services.all || classes.length === 0) {
    const ours = readId(id)?.level;
    return ours && ours !== 'ask' && ours !== 'blocked' ? ours : known ? 'company' : 'public';
  }
  return SHOWN_LEVELS.find((one) => classes.includes(one)) ?? 'public';
}

/** RFC 4745 §10.2: permissions add up. */
function combined(levels: readonly Newcomers[]): Newcomers {
  const shown = SHOWN_LEVELS.find((one) => levels.includes(one));
  return shown ?? (levels.includes('blocked') ? 'blocked' : 'ask');
}

function isBlock(handling: Handling | null): boolean {
  return handling === 'block' || handling === 'polite-block';
}

function namesPeople({ conditions }: Rule): boolean {
  return conditions.some(
    (one) => one.is === 'identity' && one.any.length > 0 && one.any.every(({ is }) => is === 'one'),
  );
}

function isExcepted(rules: readonly Rule[], who: string): boolean {
  return identitiesIn(rules).some(
    ([, one]) => one.is === 'many' && one.exceptIds.some((id) => canonicalId(id) === who),
  );
}

function identitiesIn(rules: readonly Rule[]) {
  return rules.flatMap(({ id, conditions }) =>
    conditions.flatMap((one) => (one.is === 'identity' ? one.any.map((who) => [id, who] as const) : [])),
  );
}

/** Everybody named, with the rules that do. */
function peopleIn(rules: readonly Rule[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [id, who] of identitiesIn(rules)) {
    const names = who.is === 'one' ? [who.id] : who.exceptIds;
    for (const aor of names.map(canonicalId)) {
      const ids = found.get(aor) ?? [];
      found.set(aor, who.is === 'one' ? [...ids, id] : ids);
    }
  }
  return found;
}

function domainsIn(rules: readonly Rule[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [id, who] of identitiesIn(rules)) {
    if (who.is !== 'many' || who.domain === undefined) continue;
    const domain = who.domain.toLowerCase();
    found.set(domain, [...(found.get(domain) ?? []), id]);
  }
  return found;
}

const HANDLING: Readonly<Record<Newcomers, Handling>> = {
  ...{ personal: 'allow', team: 'allow', company: 'allow', public: 'allow' },
  ...{ blocked: 'polite-block', ask: 'confirm' },
};

function rule(id: string, identities: readonly XmlElement[], level: Newcomers, kept: boolean): XmlElement {
  // Nothing is ever published with the class of those who are told nothing.
  const label = level === 'ask' ? 'blocked' : level;
  const provide = (name: string): XmlElement =>
    pr(`provide-${name}`, kept ? [pr('class', [label])] : [pr(`all-${name}`)]);
  return cp('rule', { id }, [
    cp('conditions', {}, [cp('identity', {}, identities)]),
    cp('actions', {}, [pr('sub-handling', [HANDLING[level]])]),
    // Order as printed in RFC 5025 §7.
    cp('transformations', {}, [
      ...['services', 'persons', 'devices'].map(provide),
      pr('provide-all-attributes'),
    ]),
  ]);
}

function cp(
  name: string,
  attributes: Record<string, string | undefined>,
  children: ChildNodes = [],
): XmlElement {
  return element(NS.commonPolicy, name, attributes, children);
}

function pr(name: string, children: ChildNodes = []): XmlElement {
  return element(NS.presRules, name, {}, children);
}

function unique(all: readonly string[]): string[] {
  return [...new Set(all)];
}
