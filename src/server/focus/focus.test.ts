/**
 *   anna            factory, focus           ben, carol
 *     | INVITE list -> | 200 conf-…;isfocus     |
 *     | MESSAGE -----> | 202                    |
 *     |                | MESSAGE -------------> | everybody, once
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseCpim, type CpimMessage } from '../../protocol/cpim.ts';
import { IMDN_TYPE } from '../../protocol/imdn.ts';
import { IS_COMPOSING_TYPE } from '../../protocol/is-composing.ts';
import { MARKS_NS } from '../../protocol/message-marks.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import type { OwnConferences } from '../../protocol/service-api.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { collect, FACTORY, focusIn, invitation, makeGroup, referring, watch, words } from './test-group.ts';

const ALICE = aorOf('Alice');

function wrapped(request: SipRequest | undefined): CpimMessage {
  const read = parseCpim(request?.body ?? '');
  if (!read.ok) throw new Error(read.why);
  return read.value;
}

function markOf(request: SipRequest, name: string): string | undefined {
  return wrapped(request).headers.find((one) => one.ns === MARKS_NS && one.name === name)?.value;
}

/** What the conversation says happened. */
function happened(got: readonly SipRequest[]): string[] {
  return got.flatMap((one) => (markOf(one, 'Event') === undefined ? [] : wrapped(one).content));
}

function said(got: readonly SipRequest[]): string[] {
  return got.flatMap((one) => (markOf(one, 'Event') === undefined ? wrapped(one).content : []));
}

describe('I02 I07 a conversation of several people', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  let alice: Phone;
  let bob: Phone;
  let carol: Phone;
  let [toAlice, toBob, toCarol]: SipRequest[][] = [];
  beforeEach(async () => {
    office = await openOffice();
    alice = await office.device('Alice');
    bob = await office.device('Bob');
    carol = await office.device('Carol');
    [toAlice, toBob, toCarol] = [collect(alice), collect(bob), collect(carol)];
  });
  afterEach(() => office.close());
  /** Another device; what it is sent. */
  const arrive = async (name: string, features = ''): Promise<SipRequest[]> => {
    const phone = await office.phone(name);
    const got = collect(phone);
    const instance = `"<urn:uuid:${crypto.randomUUID()}>"`;
    await phone.register({ contact: `<${phone.contact}>;+sip.instance=${instance}${features};expires=600` });
    return got;
  };
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000, interval: 10 });
  const write = async (
    phone: Phone,
    focus: string,
    id: string,
    text: string,
    more: { subject?: string; event?: string } = {},
  ) => phone.request('MESSAGE', words({ from: phone.aor, to: focus, id, text, ...more }));

  it('is made by an INVITE with a list, told of to everybody, and outlives its dialog', async () => {
    const made = await alice.request('INVITE', {
      uri: FACTORY,
      ...invitation([aorOf('Bob'), aorOf('Carol'), ALICE, 'sip:bob@PARLEY.TEST;x=y'], 'Wharfe crossing'),
    });
    expect(made.status).toBe(200);
    expect(header(made, 'Contact')).toMatch(/^<sip:conf-[0-9a-f]{32}@parley\.test>;isfocus$/);
    expect(header(made, 'Allow-Events')).toBe('conference');
    alice.inDialog('ACK', made);
    expect((await alice.responseTo(alice.inDialog('BYE', made))).status).toBe(200);
    expect((await alice.responseTo(alice.inDialog('BYE', made))).status).toBe(481);
    const focus = focusIn(made);
    await until(() => {
      for (const got of [toBob, toCarol]) {
        expect(happened(got ?? [])).toEqual([
          'Alice Example started the conversation with Bob Example and Carol Example.',
        ]);
        const [note] = got ?? [];
        expect([note?.to.uri, note?.from.uri]).toEqual([focus, ALICE]);
        expect(wrapped(note).subjects[0]?.text).toBe('Wharfe crossing');
      }
    });
    expect((await write(bob, focus, 'm1', 'hello')).status).toBe(202);
    await until(() => expect(said(toCarol ?? [])).toEqual(['hello']));
  });

  it('is the same one when the INVITE comes again', async () => {
    const fields = { uri: FACTORY, ...invitation([aorOf('Bob')]), callId: 'once' };
    const [first, second] = [await alice.request('INVITE', fields), await alice.request('INVITE', fields)];
    expect(focusIn(first)).toBe(focusIn(second));
    const other = await bob.request('INVITE', { ...fields, ...invitation([ALICE]) });
    expect(focusIn(other)).not.toBe(focusIn(first));
    await until(() =>
      expect([happened(toAlice ?? []), happened(toBob ?? [])].map((all) => all.length)).toEqual([1, 1]),
    );
  });

  it('answers an offer of media with no media', async () => {
    const body =
      'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\n';
    const made = await alice.request('INVITE', { uri: FACTORY, contentType: 'application/sdp', body });
    expect(made.status).toBe(200);
    expect(made.body).toContain('m=audio 0 UDP/TLS/RTP/SAVPF 111 0\r\n');
  });

  it('keeps each message once, with one Date for all, and answers a repeat the same', async () => {
    const focus = await makeGroup(alice, ['Bob', 'Carol']);
    const first = await write(alice, focus, 'same', 'one');
    const again = await write(alice, focus, 'same', 'one');
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(header(again, 'Date')).toBe(header(first, 'Date'));
    await write(alice, focus, 'next', 'two');
    await until(() => expect(said(toBob ?? [])).toEqual(['one', 'two']));
    await until(() => expect(said(toCarol ?? [])).toEqual(['one', 'two']));
    const one = toBob?.find((request) => request.body.endsWith('one'));
    expect(one && header(one, 'Date')).toBe(header(first, 'Date'));
    expect(one && header(one, 'P-Asserted-Identity')).toContain(ALICE);
  });

  it('waits for who is away, and reaches the other devices of the sender', async () => {
    const focus = await makeGroup(alice, ['Bob']);
    await bob.close();
    await write(alice, focus, 'm1', 'for later');
    const got = await arrive('Bob');
    await until(() => expect(said(got)).toEqual(['for later']));
    const copies = await arrive('Alice', ';+parley.copies');
    await until(() => expect(said(copies)).toEqual(['for later']));
    expect(said(toAlice ?? [])).toEqual([]);
  });

  it('lets nobody else in, nor tells a stranger that it is there', async () => {
    const focus = await makeGroup(alice, ['Bob']);
    const nowhere = `sip:conf-${'0'.repeat(32)}@${DOMAIN}`;
    for (const uri of [focus, nowhere]) {
      expect((await write(carol, uri, 'x', 'x')).status).toBe(404);
      expect((await carol.request('REFER', referring(uri, aorOf('Carol')))).status).toBe(404);
      expect((await watch(carol, uri)).response.status).toBe(404);
      expect((await carol.request('OPTIONS', { uri })).status).toBe(404);
      expect((await carol.request('INVITE', { uri })).status).toBe(404);
    }
    expect((await alice.request('OPTIONS', { uri: focus })).status).toBe(200);
    expect(
      (
        await alice.request('SUBSCRIBE', {
          uri: aorOf('Bob'),
          headers: [
            { name: 'Event', value: 'conference' },
            { name: 'Contact', value: `<${alice.contact}>` },
          ],
        })
      ).status,
    ).toBe(404);
  });

  it('binds the CPIM From to who wrote, and keeps others from telling what happened', async () => {
    const focus = await makeGroup(alice, ['Bob']);
    const forged = words({ from: ALICE, to: focus, id: 'f', text: 'I resign' });
    expect((await bob.request('MESSAGE', forged)).status).toBe(403);
    expect((await write(bob, focus, 'g', 'Alice left.', { event: 'left' })).status).toBe(403);
    expect((await bob.request('MESSAGE', { ...forged, body: 'no cpim' })).status).toBe(400);
    await write(bob, focus, 'h', 'fine');
    await until(() => expect(said(toAlice ?? [])).toEqual(['fine']));
  });

  it('passes typing on to those who are there, and notices of delivery to nobody', async () => {
    const focus = await makeGroup(alice, ['Bob', 'Carol']);
    await until(() => expect(happened(toCarol ?? [])).toHaveLength(1));
    const typing = words({ from: ALICE, to: focus, id: 't', text: '<x/>', type: IS_COMPOSING_TYPE });
    expect((await alice.request('MESSAGE', typing)).status).toBe(200);
    const notice = words({ from: ALICE, to: focus, id: 'n', text: '<x/>', type: IMDN_TYPE });
    expect((await alice.request('MESSAGE', notice)).status).toBe(200);
    await write(alice, focus, 'm', 'after');
    for (const got of [toBob, toCarol])
      await until(() =>
        expect((got ?? []).slice(1).map((one) => wrapped(one).contentType)).toEqual([
          IS_COMPOSING_TYPE,
          'text/plain',
        ]),
      );
    const late = await arrive('Bob');
    await until(() => expect(late).toHaveLength(2));
    expect((await carol.request('OPTIONS', { uri: `sip:${DOMAIN}` })).status).toBe(200);
    expect(late.map((one) => wrapped(one).contentType)).toEqual(['text/plain', 'text/plain']);
  });

  it('takes a new name from a message, but not an old one from who has not heard', async () => {
    const focus = await makeGroup(alice, ['Bob', 'Carol'], 'First');
    await write(alice, focus, 'a', 'now called second', { subject: 'Second' });
    await write(bob, focus, 'b', 'still first here', { subject: 'First' });
    const seen = await watch(carol, focus);
    await until(() => expect(seen.roster().description.subject).toBe('Second'));
    // Said outright, any name will do; the focus tells of it, under the id of the message, once.
    const named = { subject: 'First', event: 'renamed' };
    for (const text of ['Carol was removed', 'again'])
      expect((await write(bob, focus, 'c', text, named)).status).toBe(202);
    expect((await write(bob, focus, 'd', 'x', { event: 'renamed' })).status).toBe(400);
    await until(() => expect(seen.roster().description.subject).toBe('First'));
    await until(() =>
      expect((toCarol ?? []).map((one) => wrapped(one).content).slice(1)).toEqual([
        'Alice Example named the conversation “Second”.',
        'now called second',
        'still first here',
        'Bob Example named the conversation “First”.',
      ]),
    );
  });

  it('I03 takes people in and out by REFER, and a roster follows', async () => {
    const focus = await makeGroup(alice, ['Bob'], 'Crossing');
    const seen = await watch(bob, focus);
    await until(() => expect([...seen.roster().users.keys()]).toEqual([ALICE, aorOf('Bob')]));
    expect(seen.roster().users.get(ALICE)).toMatchObject({
      displayText: 'Alice Example',
      roles: ['administrator'],
      endpoints: [{ status: 'connected' }],
    });
    expect(seen.roster().description).toEqual({
      displayText: 'Crossing',
      subject: 'Crossing',
      maximumUserCount: 100,
    });
    // Anybody adds.
    const added = await bob.request('REFER', referring(focus, aorOf('Carol')));
    expect([added.status, header(added, 'Refer-Sub')]).toEqual([202, 'false']);
    expect((await bob.request('REFER', referring(focus, aorOf('Carol')))).status).toBe(202);
    await until(() => expect(seen.roster().users.has(aorOf('Carol'))).toBe(true));
    await until(() => {
      const [note] = toCarol ?? [];
      expect(wrapped(note).content).toBe('Bob Example added Carol Example to the conversation.');
      expect(note && markOf(note, 'Member')).toBe(aorOf('Carol'));
    });
    // Only who made it removes others.
    const whom = `${aorOf('Carol')};method=BYE`;
    const watching = await watch(carol, focus);
    await until(() => expect(watching.states).toEqual(['full']));
    expect((await bob.request('REFER', referring(focus, whom))).status).toBe(403);
    expect((await alice.request('REFER', referring(focus, whom))).status).toBe(202);
    await until(() => expect(watching.last()).toContain('terminated;reason=rejected'));
    await until(() => expect(seen.roster().users.has(aorOf('Carol'))).toBe(false));
    expect((await write(carol, focus, 'x', 'still me')).status).toBe(403);
    expect((await write(alice, focus, 'y', 'without her')).status).toBe(202);
    await until(() => expect(said(toBob ?? [])).toEqual(['without her']));
    expect(happened(toCarol ?? []).at(-1)).toBe('Alice Example removed Carol Example from the conversation.');
    // Whoever made it leaves: who has been there longest takes over.
    const leaving = referring(focus, `${ALICE};method=BYE`);
    expect((await alice.request('REFER', leaving)).status).toBe(202);
    expect((await alice.request('REFER', leaving)).status).toBe(202);
    await until(() => expect(seen.roster().users.get(aorOf('Bob'))?.roles).toEqual(['administrator']));
    expect(new Set(seen.states.slice(1))).toEqual(new Set(['partial']));
  });

  it('I03 tells what became of a REFER when asked', async () => {
    const focus = await makeGroup(alice, []);
    const headers = [
      { name: 'Refer-To', value: `<${aorOf('Bob')}>` },
      { name: 'Contact', value: `<${alice.contact}>` },
    ];
    expect((await alice.request('REFER', { uri: focus, headers })).status).toBe(202);
    const notify = await alice.next('NOTIFY');
    alice.reply(notify, { status: 200 });
    expect(notify.body).toBe('SIP/2.0 200 OK\r\n');
    expect(header(notify, 'Subscription-State')).toBe('terminated;reason=noresource');
  });

  it('shows who comes and goes', async () => {
    const focus = await makeGroup(alice, ['Bob', 'Carol']);
    const seen = await watch(alice, focus);
    const status = (name: string) => seen.roster().users.get(aorOf(name))?.endpoints[0]?.status;
    await until(() => expect([status('Bob'), status('Carol')]).toEqual(['connected', 'connected']));
    await bob.close();
    await until(() => expect(status('Bob')).toBe('disconnected'));
    await office.device('Bob');
    await until(() => expect(status('Bob')).toBe('connected'));
  });

  it('stays of use when the account of who made it is gone', async () => {
    const focus = await makeGroup(alice, ['Bob', 'Carol']);
    await office.server.users.remove(ALICE);
    expect((await write(bob, focus, 'm', 'on we go')).status).toBe(202);
    await until(() => expect(said(toCarol ?? [])).toEqual(['on we go']));
    const seen = await watch(carol, focus);
    await until(() => expect(seen.roster().users.get(aorOf('Bob'))?.roles).toEqual(['administrator']));
    expect((await carol.request('REFER', referring(focus, `${ALICE};method=BYE`))).status).toBe(403);
    expect((await bob.request('REFER', referring(focus, `${ALICE};method=BYE`))).status).toBe(202);
    await until(() => expect(seen.roster().users.has(ALICE)).toBe(false));
  });

  it('is listed for a new device', async () => {
    const focus = await makeGroup(alice, ['Bob'], 'Wharfe');
    await makeGroup(alice, ['Carol']);
    const list = async (name: string) =>
      (await (await signedFetch(office.server.port, name, '/api/conferences')).json()) as OwnConferences;
    const { conferences, total } = await list('Bob');
    expect(total).toBe(1);
    expect(conferences[0]).toMatchObject({
      uri: focus,
      subject: 'Wharfe',
      administrator: ALICE,
      members: [
        { aor: ALICE, name: 'Alice Example' },
        { aor: aorOf('Bob'), name: 'Bob Example' },
      ],
    });
    expect((await list('Alice')).total).toBe(2);
    await bob.request('REFER', referring(focus, `${aorOf('Bob')};method=BYE`));
    expect((await list('Bob')).total).toBe(0);
    const url = `http://127.0.0.1:${office.server.port}/api/conferences`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    const config = (await (
      await fetch(`http://127.0.0.1:${office.server.port}/config.json`)
    ).json()) as object;
    expect(config).toMatchObject({ conferenceFactory: FACTORY });
  });
});
