/** What a focus refuses, and how: malformed, foreign, too many, forged. Nothing of it leaves a trace. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatMultipart } from '../../protocol/multipart.ts';
import { encodeRecipientList } from '../../protocol/recipient-list.ts';
import { RESOURCE_LISTS_TYPE } from '../../protocol/resource-lists.ts';
import { header } from '../../protocol/sip-message.ts';
import type { OwnConferences } from '../../protocol/service-api.ts';
import { addAccount } from '../auth/accounts.ts';
import { aorOf, DOMAIN, openOffice, PASSWORD } from '../testing/office.ts';
import type { Outgoing, Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { collect, FACTORY, invitation, makeGroup, referring, watch, words } from './test-group.ts';

const ALICE = aorOf('Alice');

describe('I07 a focus refuses', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  let alice: Phone;
  beforeEach(async () => {
    office = await openOffice();
    alice = await office.device('Alice');
  });
  afterEach(() => office.close());
  const invite = async (fields: Omit<Outgoing, 'uri'>) =>
    alice.request('INVITE', { uri: FACTORY, ...fields });
  const groups = async (name: string): Promise<number> => {
    const response = await signedFetch(office.server.port, name, '/api/conferences');
    return ((await response.json()) as OwnConferences).total;
  };
  const people = async (count: number): Promise<string[]> => {
    const aors = Array.from({ length: count }, (_, index) => aorOf(`p${index}`));
    for (const aor of aors) await addAccount(office.server.users, DOMAIN, { aor, name: 'P' }, PASSWORD);
    return aors;
  };

  it('people of other domains and people there are none of, all of them at once, and says who', async () => {
    const foreign = await invite(invitation([aorOf('Bob'), 'sip:eve@elsewhere.example', 'tel:+44123']));
    expect([foreign.status, foreign.reason]).toEqual([403, 'Only people of this domain can be added']);
    expect(header(foreign, 'Warning')).toBe(
      `399 ${DOMAIN} "Only people of this domain can be added: sip:eve@elsewhere.example, tel:+44123"`,
    );
    const unknown = await invite(invitation([aorOf('Bob'), aorOf('Nobody')]));
    expect(unknown.status).toBe(404);
    expect(header(unknown, 'Warning')).toContain(aorOf('Nobody'));
    const many = await invite(invitation(Array.from({ length: 30 }, (_, index) => aorOf(`nobody${index}`))));
    expect(header(many, 'Warning')).toMatch(/ and 20 more"$/);
    expect([await groups('Alice'), await groups('Bob')]).toEqual([0, 0]);
  });

  const list = encodeRecipientList([{ uri: aorOf('Bob'), copy: 'to', anonymize: false }]);
  const part = (type: string, body: string) => ({ headers: new Map([['content-type', type]]), body });
  const require = [{ name: 'Require', value: 'recipient-list-invite' }];
  it.each<[string, number, Omit<Outgoing, 'uri'>]>([
    ['a list that is none', 400, { contentType: RESOURCE_LISTS_TYPE, body: '<list>' }],
    ['a list with a DTD', 400, { contentType: RESOURCE_LISTS_TYPE, body: `<!DOCTYPE x>${list}` }],
    ['another document', 400, { contentType: RESOURCE_LISTS_TYPE, body: '<a xmlns="urn:b"/>' }],
    ['no list where one is required', 400, { headers: require }],
    ['a body without a type', 400, { body: list }],
    ['a type that is none', 400, { contentType: 'x;;', body: list }],
    ['multipart without its boundary', 400, { contentType: 'multipart/mixed;boundary=b', body: list }],
    ['a session description that is none', 400, { contentType: 'application/sdp', body: 'nothing' }],
    ['what it does not know', 415, { contentType: 'text/html', body: '<p>' }],
    [
      'a part it does not know',
      415,
      {
        contentType: 'multipart/mixed;boundary=b',
        body: formatMultipart('b', [part(RESOURCE_LISTS_TYPE, list), part('image/png', 'x')]),
      },
    ],
    [
      'people that nobody is to see',
      403,
      {
        contentType: RESOURCE_LISTS_TYPE,
        body: encodeRecipientList([{ uri: aorOf('Bob'), copy: 'bcc', anonymize: false }]),
      },
    ],
    ['an extension it does not know', 420, { headers: [{ name: 'Require', value: 'magic' }] }],
    ['a dialog with the factory', 481, { toTag: 'x' }],
  ])('%s: %i', async (_what, status, fields) => {
    expect((await invite(fields)).status).toBe(status);
    expect(await groups('Bob')).toBe(0);
  });

  it('the 101st, at once and one by one, and lists without end', async () => {
    const everybody = await people(100);
    const tooMany = await invite(invitation(everybody));
    expect([tooMany.status, tooMany.reason]).toEqual([486, 'At most 100 people']);
    const focus = await makeGroup(alice, ['Bob']);
    for (const aor of everybody.slice(0, 98))
      expect((await alice.request('REFER', referring(focus, aor))).status).toBe(202);
    const last = await alice.request('REFER', referring(focus, everybody[99] ?? ''));
    expect([last.status, last.reason]).toEqual([486, 'At most 100 people']);
    const long = Array.from({ length: 600 }, (_, index) => `sip:${index}@x`);
    expect((await invite(invitation(long))).status).toBe(486);
    // 50,000 do not fit into a message: the connection refuses it, and the server goes on.
    const endless = Array.from({ length: 50_000 }, (_, index) => `sip:${index}@x`);
    alice.start('INVITE', { uri: FACTORY, ...invitation(endless) });
    const bob = await office.device('Bob');
    expect((await bob.request('OPTIONS', { uri: focus })).status).toBe(200);
  });

  it('header lines in a name: it is one line, whoever gives it', async () => {
    const bob = await office.device('Bob');
    const got = collect(bob);
    const focus = await makeGroup(alice, ['Bob'], 'One');
    const seen = await watch(bob, focus);
    const evil = 'Two\r\nX-Evil: yes\u0000\u202e <b>&amp;"';
    await alice.request('MESSAGE', words({ from: ALICE, to: focus, id: 'm', text: 'x', subject: evil }));
    await expect.poll(() => got.length).toBe(3);
    await expect.poll(() => seen.roster().description.subject).toBe('Two X-Evil: yes <b>&amp;"');
    expect(got[1]?.body).toContain('\r\nSubject: Two X-Evil: yes <b>&amp;"\r\n');
    const long = words({ from: ALICE, to: focus, id: 'n', text: 'x', subject: '😀'.repeat(5_000) });
    expect((await alice.request('MESSAGE', long)).status).toBe(202);
    await expect.poll(() => [...(seen.roster().description.subject ?? '')].length).toBe(200);
  });

  it('REFERs that are not what they say', async () => {
    const focus = await makeGroup(alice, ['Bob']);
    const status = async (out: Outgoing): Promise<number> => (await alice.request('REFER', out)).status;
    const field = (name: string, value: string) => ({ name, value });
    expect(await status(referring(focus, 'sip:eve@elsewhere.example'))).toBe(403);
    expect(await status(referring(focus, 'tel:+44123'))).toBe(403);
    expect(await status(referring(focus, aorOf('Nobody')))).toBe(404);
    expect(await status(referring(focus, `${aorOf('Carol')};method=MESSAGE`))).toBe(400);
    expect(await status({ uri: focus })).toBe(400);
    const twice = referring(focus, aorOf('Carol'), [field('Refer-To', `<${aorOf('Bob')}>`)]);
    expect(await status(twice)).toBe(400);
    const forged = referring(focus, aorOf('Carol'), [field('Referred-By', `<${aorOf('Bob')}>`)]);
    expect(await status(forged)).toBe(403);
    expect(await groups('Carol')).toBe(0);
    // What a URI carries besides its address is nobody's wish here.
    const loaded = `${aorOf('Carol')}?Replaces=x%3Bto-tag%3D1%0D%0ARoute%3A%20%3Csip%3Aevil%3E`;
    expect(await status(referring(focus, loaded))).toBe(202);
    expect(await groups('Carol')).toBe(1);
  });

  it('an account with an address of the server’s own', async () => {
    for (const user of ['conference-factory', `conf-${'a'.repeat(32)}`]) {
      const entry = { aor: `sip:${user}@${DOMAIN}`, name: 'x' };
      expect(await addAccount(office.server.users, DOMAIN, entry, PASSWORD)).toBe(false);
    }
  });
});
