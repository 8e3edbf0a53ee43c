import { describe, expect, it } from 'vitest';
import { encodeAccessPolicy } from '../../protocol/access-policy.ts';
import { usualPolicy } from '../../protocol/policy-levels.ts';
import { decodePidf } from '../../protocol/pidf.ts';
import { openDocuments } from '../xcap/documents.ts';
import {
  ALICE,
  BOB,
  CAROL,
  RULES,
  createWorld,
  lastOf,
  memoryWriter,
  ruleset,
  testClock,
} from './test-world.ts';
import { createWatcherRules } from './watcher-rules.ts';

const STRANGER = 'sip:eve@elsewhere.org';

async function decideWith(document: string | null) {
  const documents = openDocuments(memoryWriter());
  const rules = createWatcherRules(documents, testClock());
  if (document !== null) {
    await documents.change({ ...RULES, owner: ALICE }, () => ({ edit: { write: document }, answer: null }));
  }
  return (watcher: string) => rules.decide(ALICE, watcher).handling;
}

/** One rule as XML: who, what, which transformations. */
function rule(id: string, identity: string, handling: string, transformations = ''): string {
  return `<rule id="${id}"><conditions><identity>${identity}</identity></conditions><actions><pr:sub-handling>${handling}</pr:sub-handling></actions>${transformations && `<transformations>${transformations}</transformations>`}</rule>`;
}
const rulesetOf = (...rules: string[]) =>
  `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:pr="urn:ietf:params:xml:ns:pres-rules">${rules.join('')}</ruleset>`;

describe('without a document', () => {
  it('colleagues are at Company, others at Public, oneself sees everything', async () => {
    const decide = await decideWith(null);
    expect([BOB, STRANGER, ALICE].map(decide)).toEqual(['allow', 'allow', 'allow']);
  });
});

describe('with a document', () => {
  it('whoever no rule names gets the default of the house', async () => {
    const decide = await decideWith(ruleset({ [BOB]: 'polite-block' }));
    expect([BOB, CAROL, STRANGER, ALICE].map(decide)).toEqual(['polite-block', 'allow', 'confirm', 'allow']);
  });

  it('a block of a person beats an allowance for everybody, wherever it stands', async () => {
    for (const handling of ['block', 'polite-block']) {
      const one = rule('one', `<one id="${BOB}"/>`, handling);
      const many = rule('many', '<many domain="example.org"/>', 'allow');
      for (const document of [rulesetOf(one, many), rulesetOf(many, one)]) {
        const decide = await decideWith(document);
        expect([BOB, CAROL].map(decide)).toEqual([handling, 'allow']);
      }
    }
  });

  it('names in any spelling are the person', async () => {
    for (const id of [
      'sip:bob@EXAMPLE.ORG',
      'sips:bob@example.org',
      'pres:bob@example.org',
      'sip:%62ob@example.org;x=y',
    ]) {
      expect((await decideWith(ruleset({ [id]: 'polite-block' })))(BOB)).toBe('polite-block');
    }
  });

  it('permissions of several rules add up otherwise (RFC 4745 §10)', async () => {
    const confirm = rule('one', `<one id="${BOB}"/>`, 'confirm');
    const allow = rule('many', '<many domain="example.org"/>', 'allow');
    expect((await decideWith(rulesetOf(confirm, allow)))(BOB)).toBe('allow');
  });

  it('what the client writes means what it says', async () => {
    const people = { [BOB]: 'blocked', [CAROL]: 'company' } as const;
    const policy = { ...usualPolicy('example.org'), people, colleagues: 'ask' } as const;
    const decide = await decideWith(encodeAccessPolicy(policy, true));
    expect([BOB, CAROL, 'sip:dan@example.org'].map(decide)).toEqual(['polite-block', 'allow', 'confirm']);
  });

  it('a rule that cannot be understood lets nobody in', async () => {
    const unknown = `<rule id="x"><conditions><identity><one id="${STRANGER}"/></identity><x:moon xmlns:x="urn:x"/></conditions><actions><pr:sub-handling>allow</pr:sub-handling></actions></rule>`;
    expect((await decideWith(rulesetOf(unknown)))(STRANGER)).toBe('confirm');
  });
});

describe('transformations', () => {
  const person = (kind: string) =>
    `<dm:person id="${kind}"><rp:activities><rp:meeting/></rp:activities><rp:class>${kind}</rp:class><rp:place-type><lt:home xmlns:lt="urn:ietf:params:xml:ns:location-type"/></rp:place-type></dm:person>`;
  const document = `<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rp="urn:ietf:params:xml:ns:pidf:rpid" entity="x"><tuple id="t"><status><basic>open</basic></status><rp:class>work</rp:class><contact>sip:x@y</contact></tuple><note>free lunch</note>${person('work')}${person('home')}</presence>`;
  const provide = (...names: string[]) =>
    names.map((name) => `<pr:provide-${name}>true</pr:provide-${name}>`).join('');
  const persons = '<pr:provide-persons><pr:class>work</pr:class></pr:provide-persons>';
  const services = '<pr:provide-services><pr:all-services/></pr:provide-services>';

  async function seen(transformations: string, watcher = BOB) {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(watcher)];
    const text = rulesetOf(rule('r', `<one id="${BOB}"/>`, 'allow', transformations));
    await world.documents.change({ ...RULES, owner: ALICE }, () => ({ edit: { write: text }, answer: null }));
    world.publish(alice, document);
    const watch = world.watch(bob, ALICE);
    await world.clock.pass(2000);
    watch.again();
    await world.clock.pass(2000);
    const bodies = new Set(bob.notifies.map(({ body }) => body));
    // The same on the first NOTIFY and on a refresh: that is where others leak.
    expect(bodies.size).toBe(1);
    const read = decodePidf(lastOf(bob).body);
    if (!read.ok) throw new Error(read.why);
    return { ...read.value, text: lastOf(bob).body };
  }

  it('show what is provided and nothing else', async () => {
    const view = await seen(persons + services + provide('activities', 'class'));
    expect(view.persons.map(({ id }) => id)).toEqual(['work']);
    expect(view.tuples).toMatchObject([{ id: 't', basic: 'open' }]);
    expect(view.text).toContain('meeting');
    expect(view.text).not.toMatch(/home|lunch|place-type/);
  });

  it('hide services and attributes that are not stated', async () => {
    const view = await seen(persons);
    expect(view.tuples).toEqual([]);
    expect(view.text).not.toMatch(/meeting|lunch|class/);
  });

  it('give the note when asked, everything when nothing is stated, and bind only the watcher named', async () => {
    expect((await seen(services + provide('note'))).text).toContain('lunch');
    expect((await seen('')).text).toMatch(/lunch[^]*home/);
    expect((await seen(persons, CAROL)).text).toMatch(/lunch[^]*home/);
  });
});
