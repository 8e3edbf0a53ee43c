/** What a policy says of somebody. How it goes into rules and comes out of them is `access-policy.ts`. */
import {
  ACCESS_LEVELS,
  type AccessLevel,
  type AccessPolicy,
  type GroupLevel,
  type Newcomers,
} from './access-levels.ts';
import { canonicalId, domainOf } from './canonical-id.ts';

/** What holds for somebody who never wrote rules: colleagues at Company, everybody else at Public. */
export function usualPolicy(ownDomain: string): AccessPolicy {
  const empty = { people: {}, groups: [], domains: {}, delegates: [] };
  return { ...empty, ownDomain: ownDomain.toLowerCase(), colleagues: 'company', others: 'public' };
}

/** What decided somebody's level. */
export type LevelSource = 'person' | 'delegate' | 'group' | 'domain' | 'usual';

/** The level a policy gives to whom, and why; prepared once for many questions. `aor` in any spelling. */
export function levelsIn(policy: AccessPolicy): (aor: string) => { level: Newcomers; from: LevelSource } {
  const delegates = new Set(policy.delegates.map(canonicalId));
  const own = ownLevels(policy);
  const groups = groupLevels(policy.groups);
  const domains = new Map(
    Object.entries(policy.domains).map(([domain, level]) => [domain.toLowerCase(), level]),
  );
  return (aor) => {
    const who = canonicalId(aor);
    const domain = domainOf(who);
    if (delegates.has(who)) return { level: 'team', from: 'delegate' };
    const person = own.get(who);
    if (person) return { level: person, from: 'person' };
    const group = groups.get(who);
    if (group) return { level: group, from: 'group' };
    const ofDomain = domains.get(domain);
    if (ofDomain) return { level: ofDomain, from: 'domain' };
    const usual = domain === policy.ownDomain.toLowerCase() ? policy.colleagues : policy.others;
    return { level: usual, from: 'usual' };
  };
}

/** Levels of people by canonical AOR. */
export function ownLevels({ people }: AccessPolicy): Map<string, AccessLevel> {
  return new Map(Object.entries(people).map(([aor, level]) => [canonicalId(aor), level]));
}

/** Levels of members by canonical AOR, of several groups the most trusted. */
export function groupLevels(groups: readonly GroupLevel[]): Map<string, AccessLevel> {
  const levels = new Map<string, AccessLevel>();
  for (const { level, members } of groups) {
    for (const aor of members.map(canonicalId)) levels.set(aor, best([level, levels.get(aor) ?? level]));
  }
  return levels;
}

/** The most trusted. */
function best(levels: readonly AccessLevel[]): AccessLevel {
  return ACCESS_LEVELS.find((one) => levels.includes(one)) ?? 'blocked';
}
