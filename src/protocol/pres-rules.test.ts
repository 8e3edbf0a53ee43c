import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Handling, type Rule, decodePresRules } from './pres-rules.ts';
import { decide, decision } from './pres-rules-decide.ts';

const NOW = Date.parse('2003-12-24T17:00:00Z');
const read = (path: string): string =>
  readFileSync(new URL('./fixtures/xml/instances/' + path, import.meta.url), 'utf8');

function decode(text: string): readonly Rule[] {
  const rules = decodePresRules(text);
  if (!rules.ok) throw new Error(rules.why);
  return rules.value;
}
/** A rule as text: identity conditions and handling. */
function rule(conditions: string, handling: string, transformations = ''): string {
  return `<rule id="r"><conditions>${conditions}</conditions><actions><pr:sub-handling>${handling}</pr:sub-handling></actions><transformations>${transformations}</transformations></rule>`;
}
function rules(...all: string[]): readonly Rule[] {
  return decode(
    '<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:pr="urn:ietf:params:xml:ns:pres-rules" ' +
      `xmlns:ocp="urn:oma:xml:xdm:common-policy">${all.join('')}</ruleset>`,
  );
}
const one = (id: string): string => `<identity><one id="${id}"/></identity>`;
const everybody = '<identity><many/></identity>';
const handling = (all: readonly Rule[], who: string | null, now = NOW): Handling => decide(all, who, { now });

describe('printed in RFC 4745', () => {
  test('§7.1.3.3 a domain but for two', () => {
    const [first] = decode(read('rfc4745-04-ruleset.xml'));
    expect(first?.conditions).toEqual([
      {
        is: 'identity',
        any: [
          {
            is: 'many',
            domain: 'example.com',
            exceptIds: ['sip:alice@example.com', 'sip:bob@example.com'],
            exceptDomains: [],
          },
        ],
      },
    ]);
  });
  test('§7.4 validity', () => {
    const [first] = decode(read('rfc4745-06-ruleset.xml'));
    expect(first?.conditions[0]).toEqual({
      is: 'validity',
      spans: [{ from: Date.parse('2003-08-15T15:20:00Z'), until: Date.parse('2003-09-15T15:20:00Z') }],
    });
  });
  test('§12 bob, at work, for two hours', () => {
    const [first] = decode(read('rfc4745-07-ruleset.xml'));
    expect(first?.conditions.map((each) => each.is)).toEqual(['identity', 'sphere', 'validity']);
    const allow = first ? [{ ...first, handling: 'allow' as const }] : [];
    expect(decide(allow, 'sip:bob@example.com', { now: NOW, sphere: 'work' })).toBe('allow');
    expect(decide(allow, 'sip:bob@example.com', { now: NOW, sphere: 'home' })).toBe('block');
    expect(decide(allow, 'sip:bob@example.com', { now: NOW })).toBe('block');
    expect(decide(allow, 'sip:eve@example.com', { now: NOW, sphere: 'work' })).toBe('block');
    expect(decide(allow, 'sip:bob@example.com', { now: NOW + 7_200_000, sphere: 'work' })).toBe('block');
  });
});

describe('who is meant', () => {
  const rows: [string, readonly Rule[], string | null, Handling][] = [
    ['nobody is named', rules(), 'sip:a@x', 'block'],
    ['by address', rules(rule(one('sip:a@x'), 'allow')), 'sip:a@x', 'allow'],
    ['in another spelling', rules(rule(one('sip:a@X:5060;transport=tcp'), 'allow')), 'sip:a@x', 'allow'],
    ['as pres:', rules(rule(one('pres:a@x'), 'allow')), 'sip:a@x', 'allow'],
    ['user parts keep their case', rules(rule(one('sip:A@x'), 'allow')), 'sip:a@x', 'block'],
    ['somebody else', rules(rule(one('sip:b@x'), 'allow')), 'sip:a@x', 'block'],
    ['everybody', rules(rule(everybody, 'allow')), 'sip:a@x', 'allow'],
    ['everybody is not the anonymous', rules(rule(everybody, 'allow')), null, 'block'],
    ['the anonymous', rules(rule('<ocp:anonymous-request/>', 'polite-block')), null, 'polite-block'],
    [
      'the own domain',
      rules(rule('<identity><many domain="parley.test"/></identity>', 'allow')),
      'sip:a@parley.test',
      'allow',
    ],
    [
      'a domain of the same length (K3)',
      rules(rule('<identity><many domain="parley.test"/></identity>', 'allow')),
      'sip:a@rivals.test',
      'block',
    ],
    [
      'a domain that begins alike',
      rules(rule('<identity><many domain="parley.test"/></identity>', 'allow')),
      'sip:a@parley.test.evil',
      'block',
    ],
    [
      'a domain but for one (K4)',
      rules(rule('<identity><many domain="x"><except id="sip:a@x"/></many></identity>', 'allow')),
      'sip:a@x',
      'block',
    ],
    [
      'everybody but a domain',
      rules(rule('<identity><many><except domain="X"/></many></identity>', 'allow')),
      'sip:a@x',
      'block',
    ],
    ['no conditions hold always', rules(rule('', 'confirm')), 'sip:a@x', 'confirm'],
    [
      'an unknown condition never holds',
      rules(rule('<weather xmlns="urn:x"/>', 'allow')),
      'sip:a@x',
      'block',
    ],
    [
      'an unknown identity names nobody',
      rules(rule('<identity><tall xmlns="urn:x"/></identity>', 'allow')),
      'sip:a@x',
      'block',
    ],
    [
      'others (OMA), when nobody named them',
      rules(rule(one('sip:b@x'), 'allow'), rule('<ocp:other-identity/>', 'confirm')),
      'sip:a@x',
      'confirm',
    ],
    [
      'others (OMA), when somebody did',
      rules(rule(one('sip:a@x'), 'block'), rule('<ocp:other-identity/>', 'allow')),
      'sip:a@x',
      'block',
    ],
    ['an unknown handling says nothing', rules(rule(everybody, 'shout')), 'sip:a@x', 'block'],
  ];
  test.each(rows)('%s', (_, all, who, expected) => {
    expect(handling(all, who)).toBe(expected);
  });
});

describe('several rules add up (RFC 5025 §3.2.1)', () => {
  const order: Handling[] = ['block', 'confirm', 'polite-block', 'allow'];
  test.each(order.flatMap((a) => order.map((b) => [a, b] as const)))('%s and %s', (a, b) => {
    const strongest = order[Math.max(order.indexOf(a), order.indexOf(b))];
    expect(handling(rules(rule(everybody, a), rule(everybody, b)), 'sip:a@x')).toBe(strongest);
  });
  test('and so does what they show', () => {
    const all = rules(
      rule(
        everybody,
        'allow',
        '<pr:provide-persons><pr:class>company</pr:class></pr:provide-persons><pr:provide-activities>true</pr:provide-activities>',
      ),
      rule(
        one('sip:a@x'),
        'allow',
        '<pr:provide-services><pr:all-services/></pr:provide-services><pr:provide-mood>false</pr:provide-mood>',
      ),
    );
    expect(decision(all, 'sip:a@x', { now: NOW }).provides).toEqual({
      services: { all: true, classes: [] },
      persons: { all: false, classes: ['company'] },
      devices: { all: false, classes: [] },
      attributes: ['activities'],
    });
    expect(decision(all, 'sip:b@x', { now: NOW }).provides.services.all).toBe(false);
  });
});

test.each(['', '<ruleset/>', 'x'])('refuses %j', (text) => {
  expect(decodePresRules(text).ok).toBe(false);
});
