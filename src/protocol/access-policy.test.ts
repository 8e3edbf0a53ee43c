/**
 * One rule for each watcher:
 *
 *   policy --encode--> rules --level of a watcher--> the class they are given
 *                        |---first match, as Kamailio reads: the same class
 *                        '---decode--> the policy again
 */
import { describe, expect, test } from 'vitest';
import { type AccessLevel, type AccessPolicy, type Newcomers, SHOWN_LEVELS } from './access-levels.ts';
import { accessPolicyOf, encodeAccessPolicy, levelOf } from './access-policy.ts';
import { levelsIn, usualPolicy } from './policy-levels.ts';
import { decision } from './pres-rules-decide.ts';
import { type Rule, decodePresRules } from './pres-rules.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const OWN = 'parley.test';
const context = { now: NOW, ownDomain: OWN };

function decode(text: string): readonly Rule[] {
  const rules = decodePresRules(text);
  if (!rules.ok) throw new Error(rules.why);
  return rules.value;
}

/** `rivals.test` is as long as `parley.test`: stock Kamailio takes one for the other. */
const POLICY: AccessPolicy = {
  people: {
    'sip:spouse@home.example': 'personal',
    'sip:mia@parley.test': 'team',
    'sip:auditor@rivals.test': 'company',
    'sip:eve@parley.test': 'blocked',
    'sip:boss@parley.test': 'public',
  },
  groups: [
    { id: 'g1', level: 'company', members: ['sip:zoe@else.where', 'sip:tom@parley.test'] },
    { id: 'g2', level: 'team', members: ['sip:tom@parley.test', 'sip:eve@parley.test'] },
    { id: 'g3', level: 'blocked', members: ['sip:spam@else.where'] },
  ],
  domains: { 'partner.test': 'company', 'friend.test': 'team', 'spam.example': 'blocked' },
  ownDomain: OWN,
  colleagues: 'company',
  others: 'public',
  delegates: ['sip:deputy@parley.test'],
};

/** Row, who, level, and why. */
const ROWS: readonly [string, string, Newcomers, string][] = [
  ['A01 Personal: spouse at home', 'sip:spouse@home.example', 'personal', 'person'],
  ['A02 Team: a colleague', 'sip:mia@parley.test', 'team', 'person'],
  ['A03 Company: any colleague', 'sip:anybody@parley.test', 'company', 'usual'],
  ['A03 Company: a partner domain', 'sip:anybody@partner.test', 'company', 'domain'],
  ['A03 Company is not for a domain of the same length', 'sip:anybody@rivals.test', 'public', 'usual'],
  ['A03 Company is not for a longer domain that begins alike', 'sip:a@parley.test.evil', 'public', 'usual'],
  ['A03 Company: one of a domain nobody speaks of', 'sip:auditor@rivals.test', 'company', 'person'],
  ['A04 Public: a stranger', 'sip:anybody@elsewhere.org', 'public', 'usual'],
  ['A04 Public: a colleague set down', 'sip:boss@parley.test', 'public', 'person'],
  ['A05 Blocked beats the group', 'sip:eve@parley.test', 'blocked', 'person'],
  ['A05 Blocked domain', 'sip:anybody@spam.example', 'blocked', 'domain'],
  ['A05 Blocked group', 'sip:spam@else.where', 'blocked', 'group'],
  ['A06 group of another domain', 'sip:zoe@else.where', 'company', 'group'],
  ['A06 in two groups: the most trusted', 'sip:tom@parley.test', 'team', 'group'],
  ['A06 domain', 'sip:anybody@friend.test', 'team', 'domain'],
  ['A11 delegate', 'sip:deputy@parley.test', 'team', 'delegate'],
  ['A11 another spelling', 'sips:deputy@PARLEY.test:5061;transport=tcp', 'team', 'delegate'],
];

for (const kept of [true, false]) {
  const rules = decode(encodeAccessPolicy(POLICY, kept));
  describe(kept ? 'a server that keeps levels apart' : 'a server that knows allow and block only', () => {
    test.each(ROWS)('%s', (_, who, level, from) => {
      expect(levelsIn(POLICY)(who)).toEqual({ level, from });
      expect(levelOf(rules, who, context)).toBe(level);
    });
    test.each(ROWS.filter(([, who]) => !who.startsWith('sips:')))('first match: %s', (_, who, level) => {
      expect(classOf(firstMatch(rules, who), kept)).toBe(seen(level, kept));
    });
    test.each(ROWS)('rules added up: %s', (_, who, level) => {
      const { handling, provides } = decision(rules, who, { now: NOW });
      expect(handling).toBe(level === 'blocked' ? 'polite-block' : 'allow');
      expect(provides.persons).toEqual(kept ? { all: false, classes: [level] } : { all: true, classes: [] });
    });
    test.each(ROWS)('A06 survives the way back: %s', (_, who, level, from) => {
      const again = accessPolicyOf(rules, OWN, NOW);
      expect(levelsIn(again)(who)).toEqual({ level, from });
      expect(encodeAccessPolicy(again, kept)).toBe(encodeAccessPolicy(POLICY, kept));
    });
    test('A10 one rule is for one person: a change moves them', () => {
      const moved = { ...POLICY, people: { ...POLICY.people, 'sip:mia@parley.test': 'public' as const } };
      expect(levelOf(decode(encodeAccessPolicy(moved, kept)), 'sip:mia@parley.test', context)).toBe('public');
    });
    test('A11 a delegate cannot be set to anything else', () => {
      const people = { ...POLICY.people, 'sip:deputy@parley.test': 'blocked' as const };
      const tried = decode(encodeAccessPolicy({ ...POLICY, people }, kept));
      expect(levelOf(tried, 'sip:deputy@parley.test', context)).toBe('team');
      const late = { ...context, delegates: ['sip:eve@parley.test'] };
      expect(levelOf(rules, 'sip:eve@parley.test', late)).toBe('team');
    });
  });

  describe(`newcomers, ${kept ? 'kept' : 'not kept'}`, () => {
    const all: Newcomers[] = [...SHOWN_LEVELS, 'blocked', 'ask'];
    test.each(all.flatMap((a) => all.map((b) => [a, b] as const)))('A04 colleagues %s, others %s', (a, b) => {
      const policy = { ...POLICY, colleagues: a, others: b };
      const written = decode(encodeAccessPolicy(policy, kept));
      for (const [who, level] of [
        ['sip:anybody@parley.test', a],
        ['sip:anybody@rivals.test', b],
        ['sip:anybody@elsewhere.org', b],
      ] as const) {
        expect(levelOf(written, who, context)).toBe(level);
        expect(classOf(firstMatch(written, who), kept)).toBe(seen(level, kept));
      }
      expect(accessPolicyOf(written, OWN, NOW)).toMatchObject({ colleagues: a, others: b });
    });
  });
}

test('A03 the own domain with a level of its own keeps what is usual for colleagues', () => {
  const policy: AccessPolicy = { ...usualPolicy(OWN), domains: { [OWN]: 'team' }, colleagues: 'ask' };
  const written = decode(encodeAccessPolicy(policy, true));
  expect(accessPolicyOf(written, OWN, NOW)).toEqual(policy);
  expect(levelOf(written, 'sip:a@parley.test', context)).toBe('team');
  expect(classOf(firstMatch(written, 'sip:a@parley.test'), true)).toBe('team');
});

test('A06 rules of groups can be told from what the person said', () => {
  const rules = decode(encodeAccessPolicy(POLICY, true));
  const groups = rules.filter(({ id }) => id.startsWith('group-')).map(({ id }) => id);
  expect(groups).toEqual(['group-blocked', 'group-team', 'group-company']);
  expect(accessPolicyOf(rules, OWN, NOW).people).toEqual(POLICY.people);
});

test('A07 every rule states all its transformations (K6)', () => {
  for (const { id, provides, handling } of decode(encodeAccessPolicy(POLICY, true))) {
    const label = id.split('-').at(-1);
    const part = { all: false, classes: [label] };
    expect([id, handling, provides]).toEqual([
      id,
      label === 'blocked' ? 'polite-block' : 'allow',
      { services: part, persons: part, devices: part, attributes: true },
    ]);
  }
});

test('A05 an address cannot become markup', () => {
  const odd: AccessPolicy = { ...usualPolicy(OWN), people: { 'sip:"/><many/>@x': 'blocked' } };
  const [first] = decode(encodeAccessPolicy(odd, true));
  expect(first?.conditions).toEqual([{ is: 'identity', any: [{ is: 'one', id: 'sip:"/><many/>@x' }] }]);
});

describe('without a document', () => {
  test.each([
    ['A03 a colleague', 'sip:a@parley.test', 'company'],
    ['A04 a stranger', 'sip:a@rivals.test', 'public'],
    ['A05 an anonymous one', null, 'blocked'],
  ] as const)('%s', (_, who, level) => {
    expect(levelOf(null, who, context)).toBe(level);
    if (who !== null) expect(levelsIn(usualPolicy(OWN))(who).level).toBe(level);
    // Written down, it means the same.
    expect(levelOf(decode(encodeAccessPolicy(usualPolicy(OWN), true)), who, context)).toBe(level);
  });
});

describe('documents of other clients', () => {
  const one = (id: string) => `<identity><one id="${id}"/></identity>`;
  const cases: readonly [string, string, string | null, Newcomers][] = [
    [
      'A03 a person allowed everything',
      rule(one('sip:a@else.where'), 'allow'),
      'sip:a@else.where',
      'company',
    ],
    ['A05 a person blocked', rule(one('pres:a@else.where'), 'block'), 'sip:a@else.where', 'blocked'],
    [
      'A04 everybody allowed: a stranger',
      rule('<identity><many/></identity>', 'allow'),
      'sip:a@x.y',
      'public',
    ],
    [
      'A03 everybody allowed: a colleague',
      rule('<identity><many/></identity>', 'allow'),
      'sip:a@parley.test',
      'company',
    ],
    [
      'A05 a person blocked beside an allowed domain',
      rule('<identity><many domain="parley.test"/></identity>', 'allow') +
        rule(one('sip:a@parley.test'), 'polite-block'),
      'sip:a@parley.test',
      'blocked',
    ],
    [
      'A05 excepted from everybody allowed',
      rule('<identity><many><except id="sip:a@parley.test"/></many></identity>', 'allow'),
      'sip:a@parley.test',
      'blocked',
    ],
    ['A03 silent about a colleague', rule(one('sip:b@x.y'), 'allow'), 'sip:a@parley.test', 'company'],
    ['A04 silent about a stranger', rule(one('sip:b@x.y'), 'allow'), 'sip:a@x.y', 'ask'],
    ['A04 an anonymous one', rule('<identity><many/></identity>', 'allow'), null, 'blocked'],
    [
      'A02 several classes: the most trusted',
      rule(one('sip:a@x.y'), 'allow', provides('company') + provides('team')),
      'sip:a@x.y',
      'team',
    ],
    ['A04 a class nobody knows', rule(one('sip:a@x.y'), 'allow', provides('vip')), 'sip:a@x.y', 'public'],
    ['A04 to be asked', rule(one('sip:a@x.y'), 'confirm'), 'sip:a@x.y', 'ask'],
  ];
  test.each(cases)('%s', (_, text, who, level) => {
    const rules = decode(ruleset(text));
    expect(levelOf(rules, who, context)).toBe(level);
    if (who === null || level === 'ask') return;
    // Read and written anew, it still means that.
    const policy = accessPolicyOf(rules, OWN, NOW);
    expect(levelsIn(policy)(who).level).toBe(level);
    expect(levelOf(decode(encodeAccessPolicy(policy, true)), who, context)).toBe(level);
  });
  test('A05 blocked, allowed and others, as our first versions wrote', () => {
    const older = decode(
      ruleset(
        '<rule id="blocked">' +
          inside(one('sip:eve@x.y'), 'polite-block', ALL) +
          '</rule>' +
          '<rule id="allowed">' +
          inside(one('sip:bob@x.y'), 'allow', ALL) +
          '</rule>' +
          '<rule id="others">' +
          inside(
            '<identity><many><except id="sip:eve@x.y"/><except id="sip:bob@x.y"/></many></identity>',
            'allow',
            ALL,
          ) +
          '</rule>',
      ),
    );
    expect(accessPolicyOf(older, OWN, NOW)).toEqual({
      ...usualPolicy(OWN),
      people: { 'sip:eve@x.y': 'blocked', 'sip:bob@x.y': 'company' },
    });
  });
});

const ALL =
  '<pr:provide-services><pr:all-services/></pr:provide-services>' +
  '<pr:provide-persons><pr:all-persons/></pr:provide-persons>' +
  '<pr:provide-devices><pr:all-devices/></pr:provide-devices><pr:provide-all-attributes/>';

function provides(name: string): string {
  return `<pr:provide-persons><pr:class>${name}</pr:class></pr:provide-persons>`;
}
function inside(conditions: string, handling: string, transformations: string): string {
  return `<conditions>${conditions}</conditions><actions><pr:sub-handling>${handling}</pr:sub-handling></actions><transformations>${transformations}</transformations>`;
}
function rule(conditions: string, handling: string, transformations = ''): string {
  return `<rule id="r">${inside(conditions, handling, transformations)}</rule>`;
}
function ruleset(rules: string): string {
  return (
    '<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:pr="urn:ietf:params:xml:ns:pres-rules">' +
    `${rules}</ruleset>`
  );
}

/**
 * Kamailio's reading (features.md 1E): the first rule whose identity matches; `one` letter by letter; `except id`
 * excepts nobody; `many domain` refuses only a domain of another length whose beginning differs.
 */
function firstMatch(rules: readonly Rule[], who: string): Rule | undefined {
  const domain = who.slice(who.indexOf('@') + 1);
  return rules.find(({ conditions }) =>
    conditions.some(
      (each) =>
        each.is === 'identity' &&
        each.any.some((id) => {
          if (id.is === 'one') return id.id === who;
          const other = id.domain !== undefined && id.domain.length !== domain.length;
          if (other && !id.domain.startsWith(domain)) return false;
          return !id.exceptDomains.includes(domain);
        }),
    ),
  );
}

/** What that rule gives. */
function classOf(found: Rule | undefined, kept: boolean): string {
  if (found?.handling !== 'allow') return found?.handling ?? 'none';
  return kept ? found.provides.persons.classes.join('+') : String(found.provides.persons.all);
}
function seen(level: AccessLevel | 'ask', kept: boolean): string {
  if (level === 'blocked') return 'polite-block';
  if (level === 'ask') return 'confirm';
  return kept ? level : 'true';
}
