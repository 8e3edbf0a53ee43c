import { Readable } from 'node:stream';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CallHandling, encodeCallHandling, USUAL_HANDLING } from '../../protocol/call-handling.ts';
import { CUSTOM_STATES_TYPE, decodeCustomStates } from '../../protocol/custom-states.ts';
import { decodeXcapCaps } from '../../protocol/xcap-caps.ts';
import type { HttpAnswer, HttpRoute } from '../http/contract.ts';
import { migrate } from '../store/migrations.ts';
import { groupWriter } from '../store/writer.ts';
import { openHandlings } from '../routing/handlings.ts';
import { runStates } from './admin-states.ts';
import { type Documents, XCAP_TABLES, openDocuments } from './documents.ts';
import { xcapRoute } from './xcap-route.ts';

const ALICE = 'sip:alice@example.org';
const HARD = `/xcap/pidf-manipulation/users/${ALICE}/index`;
const RULES = `/xcap/pres-rules/users/${ALICE}/index`;
const STATES = '/xcap/org.openmobilealliance.user-profile/global/custom-states';

let documents: Documents;
let route: HttpRoute;
beforeEach(() => {
  const database = new DatabaseSync(':memory:');
  migrate(database, [XCAP_TABLES]);
  documents = openDocuments(groupWriter(database));
  const authenticate = (): Promise<{ aor: string }> => Promise.resolve({ aor: ALICE });
  route = xcapRoute({
    ...{ root: '/xcap', documents, authenticator: { authenticate } },
    known: openHandlings(documents),
  });
});

function ask(method: string, target: string, type = '', body = ''): Promise<HttpAnswer> {
  return route.handle({
    method,
    target,
    address: '127.0.0.1',
    headers: type === '' ? {} : { 'content-type': type },
    body: () => Promise.resolve(Buffer.from(body)),
    octets: () => Readable.from([body]),
  });
}
const why = ({ status, body }: HttpAnswer): string =>
  `${status} ${/phrase="([^"]*)/.exec(String(body))?.[1] ?? ''}`;

describe('pidf-manipulation', () => {
  const TYPE = 'application/pidf+xml';
  const hard = (inside: string, entity = ALICE): string =>
    `<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" entity="${entity}">${inside}</presence>`;
  const person = '<dm:person id="p"/>';

  it('keeps what somebody says of themselves, read by nobody else', async () => {
    expect((await ask('PUT', HARD, TYPE, hard(person))).status).toBe(201);
    expect((await ask('PUT', HARD, TYPE, hard(person, 'pres:alice@example.org'))).status).toBe(200);
    expect((await ask('GET', HARD)).headers?.['content-type']).toBe(TYPE);
    expect((await ask('GET', HARD.replace('alice', 'bob'))).status).toBe(403);
    expect((await ask('DELETE', HARD)).status).toBe(200);
  });

  it.each([
    [
      'a device',
      hard(`<tuple id="t"><status><basic>open</basic></status></tuple>${person}`),
      '409 Only persons: a device that is there publishes itself',
    ],
    ['somebody else', hard(person, 'sip:bob@example.org'), '409 The entity is the owner'],
    ['nobody', hard(person, ''), '409 The entity is the owner'],
    ['too much', hard(`<note>${'>'.repeat(3000)}</note>`), '409 At most 8192 octets'],
    [
      'another document',
      '<ruleset xmlns="urn:ietf:params:xml:ns:common-policy"/>',
      '409 The root element is presence in urn:ietf:params:xml:ns:pidf',
    ],
  ])('refuses %s', async (_what, body, answer) => {
    expect(why(await ask('PUT', HARD, TYPE, body))).toBe(answer);
  });

  it('refuses a device also as a node of a document', async () => {
    await ask('PUT', HARD, TYPE, hard(person));
    const tuple =
      '<tuple id="t" xmlns="urn:ietf:params:xml:ns:pidf"><status><basic>open</basic></status></tuple>';
    const node = `${HARD}/~~/presence/tuple%5b@id=%22t%22%5d`;
    expect((await ask('PUT', node, 'application/xcap-el+xml', tuple)).status).toBe(409);
  });
});

describe('pres-rules', () => {
  const rules = (count: number, inside: string): string =>
    `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy">${Array.from({ length: count }, (_, i) => `<rule id="r${i}">${inside}</rule>`).join('')}</ruleset>`;
  const identity = (inside: string): string => `<conditions><identity>${inside}</identity></conditions>`;
  const TYPE = 'application/auth-policy+xml';

  it('take ten thousand people, and neither thousands of rules nor of patterns', async () => {
    const people = Array.from({ length: 10_000 }, (_, i) => `<one id="sip:user${i}@example.org"/>`).join('');
    expect((await ask('PUT', RULES, TYPE, rules(1, identity(people)))).status).toBe(201);
    expect(why(await ask('PUT', RULES, TYPE, rules(501, '')))).toBe('409 At most 500 rules');
    const many = identity('<many domain="example.org"/>'.repeat(600));
    expect(why(await ask('PUT', RULES, TYPE, rules(1, many)))).toBe('409 At most 500 rules');
    expect((await ask('GET', RULES)).body).toContain('sip:user9999@example.org');
  });
});

describe('the global tree', () => {
  it('says what this server can do', async () => {
    const caps = decodeXcapCaps(String((await ask('GET', '/xcap/xcap-caps/global/index')).body));
    if (!caps.ok) throw new Error(caps.why);
    expect(caps.value.extensions).toEqual(['parley-levels']);
    expect(caps.value.auids).toEqual(
      expect.arrayContaining(['pres-rules', 'pidf-manipulation', 'resource-lists', 'rls-services']),
    );
    expect(caps.value.namespaces).toContain('urn:ietf:params:xml:ns:pidf');
  });

  it('has the states of the organisation, written by its administrator alone', async () => {
    expect((await ask('GET', STATES)).status).toBe(404);
    const set = (...more: string[]) => runStates('set', 'in-court', more, documents);
    expect(await set('busy', 'In court', 'de-AT=Vor Gericht')).toEqual({
      words: 'in-court\tbusy\tIn court\tde-at=Vor Gericht',
    });
    const answer = await ask('GET', STATES);
    expect([answer.status, answer.headers?.['content-type']]).toEqual([200, CUSTOM_STATES_TYPE]);
    expect(decodeCustomStates(String(answer.body))).toEqual({
      ok: true,
      value: [{ id: 'in-court', band: 'busy', words: { '': 'In court', 'de-at': 'Vor Gericht' } }],
    });
    expect((await ask('PUT', STATES, CUSTOM_STATES_TYPE, String(answer.body))).status).toBe(403);
    expect((await ask('DELETE', STATES)).status).toBe(403);
    const foreign = STATES.replace('global', `users/${ALICE}`);
    expect((await ask('GET', foreign)).status).toBe(404);
    expect((await set('dnd', 'In court')).failed).toBeUndefined();
    expect((await runStates('list', undefined, [], documents)).words).toBe('in-court\tdnd\tIn court');
    expect((await runStates('remove', 'in-court', [], documents)).words).toBe('in-court is removed.');
    expect((await runStates('remove', 'in-court', [], documents)).failed).toBe(true);
  });

  it.each([
    [['set', 'x', 'red', 'Red']],
    [['set', 'x', 'busy']],
    [['set', 'x', 'busy', 'de=Nur Deutsch']],
    [['set', 'x', 'busy', 'Once', 'Twice']],
    [['set', 'x', 'busy', '']],
    [['set', 'x', 'busy', 'w'.repeat(81)]],
    [['set', 'x', 'busy', 'turned \u202e round']],
    [['set', 'x', 'busy', 'Words', 'klingon-in-a-very-long-tag=Words']],
    [['set', '<x>', 'busy', 'Words']],
    [['set', 'x'.repeat(65), 'busy', 'Words']],
  ])('takes no state such as %j', async ([verb = '', id, ...more]) => {
    expect((await runStates(verb, id, more, documents)).failed).toBe(true);
    expect((await ask('GET', STATES)).status).toBe(404);
  });

  it('has room for fifty states', async () => {
    for (let i = 0; i < 50; i++) await runStates('set', `s${i}`, ['away', `State ${i}`], documents);
    expect((await runStates('set', 'one-more', ['away', 'More'], documents)).failed).toBe(true);
    expect((await runStates('set', 's7', ['busy', 'Changed'], documents)).failed).toBeUndefined();
    expect((await runStates('list', undefined, [], documents)).words.split('\n')).toHaveLength(50);
  });
});

describe('call handling', () => {
  const CALLS = `/xcap/urn:parley:call-handling/users/${ALICE}/index`;
  const TYPE = 'application/vnd.parley.call-handling+xml';
  const BEN = 'sip:ben@example.org';
  const handling = (change: Partial<CallHandling>) => encodeCallHandling({ ...USUAL_HANDLING, ...change });

  it('CF1 keeps it for its owner, whole and by parts', async () => {
    expect((await ask('PUT', CALLS, TYPE, handling({ team: [BEN] }))).status).toBe(201);
    expect((await ask('GET', CALLS)).headers?.['content-type']).toBe(TYPE);
    expect((await ask('GET', CALLS.replace('alice', 'bob'))).status).toBe(403);
    expect((await ask('PUT', CALLS.replace('alice', 'bob'), TYPE, handling({}))).status).toBe(403);
    const busy = `${CALLS}/~~/call-handling/busy`;
    const part = '<busy to="voicemail" xmlns="urn:parley:call-handling:1"/>';
    expect((await ask('PUT', busy, 'application/xcap-el+xml', part)).status).toBe(201);
  });

  it.each([
    ['what cannot be understood', '<busy to="nowhere"/>', '409 &lt;busy> leads nowhere'],
    ['oneself', `<forward to="${ALICE}"/>`, '409 Calls to you cannot be passed on to yourself.'],
    ['too much', `<x>${'y'.repeat(40_000)}</x>`, '409 At most 32768 octets'],
  ])('CF1 refuses %s', async (_what, inside, answer) => {
    const body = `<call-handling xmlns="urn:parley:call-handling:1">${inside}</call-handling>`;
    expect(why(await ask('PUT', CALLS, TYPE, body)).replace('&gt;', '>')).toBe(answer);
  });

  it('TC4 a delegate cannot put the manager into the team, as long as they are the delegate', async () => {
    const manager = { auid: 'urn:parley:call-handling', owner: BEN, path: 'index' };
    await documents.change(manager, () => ({
      edit: { write: handling({ delegates: [ALICE] }) },
      answer: null,
    }));
    expect(why(await ask('PUT', CALLS, TYPE, handling({ team: [BEN] })))).toBe(
      '409 You are a delegate of sip:ben@example.org, who cannot be in your team.',
    );
    await documents.change(manager, () => ({ edit: { remove: true }, answer: null }));
    expect((await ask('PUT', CALLS, TYPE, handling({ team: [BEN] }))).status).toBe(201);
  });
});
