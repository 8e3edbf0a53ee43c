import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CALL_HANDLING,
  type CallHandling,
  encodeCallHandling,
  USUAL_HANDLING,
} from '../../protocol/call-handling.ts';
import type { CallRecord, ChangesResponse, GetResponse, SetResponse } from '../../protocol/history-api.ts';
import type { Header } from '../../protocol/sip-message.ts';
import { openHistoryOffice, present } from '../testing/history-office.ts';
import { jmap, jmapCall } from '../testing/jmap.ts';
import { aorOf } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

const [ALICE, BOB] = [aorOf('Alice'), aorOf('Bob')];
const SDP =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\nm=video 9 RTP/AVP 96\r\n';

describe('H01 calls are written down at the server', () => {
  let office: Awaited<ReturnType<typeof openHistoryOffice>>;
  let alice: Phone;
  beforeEach(async () => {
    office = await openHistoryOffice();
    alice = await office.device('Alice');
  });
  afterEach(() => office.close());

  const callsOf = async (name: string): Promise<readonly CallRecord[]> => {
    const [, got] = await jmap(office.port, name, [
      ['CallRecord/query', {}],
      ['CallRecord/get', { '#ids': { resultOf: '0', name: 'CallRecord/query', path: '/ids' } }],
    ]);
    return (got?.[1] as unknown as GetResponse<CallRecord>).list;
  };
  const outcomes = async (name: string) =>
    (await callsOf(name)).map(({ direction, outcome }) => `${direction} ${outcome}`);
  const handles = async (name: string, change: Partial<CallHandling>): Promise<void> => {
    const body = encodeCallHandling({ ...USUAL_HANDLING, ...change });
    const put = await signedFetch(
      office.port,
      name,
      `/xcap/${CALL_HANDLING.auid}/users/${aorOf(name)}/index`,
      {
        ...{ method: 'PUT', body },
        headers: { 'Content-Type': CALL_HANDLING.contentType },
      },
    );
    expect(put.status).toBe(201);
  };
  const invite = (body = '', more: readonly Header[] = []) =>
    alice.request('INVITE', {
      uri: BOB,
      headers: [
        { name: 'Contact', value: `<${alice.contact}>` },
        { name: 'Subject', value: 'The pier' },
        ...more,
      ],
      ...(body && { contentType: 'application/sdp', body }),
    });

  it('missed by who has no page open, once', async () => {
    expect((await invite(SDP)).status).toBe(480);
    expect(await outcomes('Bob')).toEqual(['in missed']);
    expect(await outcomes('Alice')).toEqual(['out no-answer']);
    const [call] = await callsOf('Bob');
    expect(call).toMatchObject({
      conversationId: ALICE,
      video: true,
      subject: 'The pier',
      note: '',
      seen: false,
    });
    expect(call?.answeredAt).toBeUndefined();
    expect(await callsOf('Carol')).toEqual([]);
  });

  it('TC2 CD2 taken by a delegate: theirs, and the one called reads by whom', async () => {
    const ring = { ...USUAL_HANDLING.ring, own: false, delegates: 0 };
    await handles('Bob', { ring, delegates: [aorOf('Carol')] });
    const carol = await office.device('Carol');
    const contact = { name: 'Contact', value: `<${carol.contact}>` };
    carol.answer('INVITE', (ringing) => carol.reply(ringing, { status: 200, headers: [contact] }));
    expect((await invite()).status).toBe(200);
    await expect.poll(() => outcomes('Carol')).toEqual(['in answered']);
    expect(await outcomes('Alice')).toEqual(['out answered']);
    expect(await callsOf('Bob')).toMatchObject([{ outcome: 'forwarded', forwardedTo: aorOf('Carol') }]);
    expect((await callsOf('Bob'))[0]?.answeredAt).toBeGreaterThan(0);
  });

  it('CD1 in whose name a delegate called, for both; a call that was refused is nobody’s', async () => {
    const behalf = { name: 'P-Preferred-Identity', value: `<${aorOf('Carol')}>` };
    expect((await invite('', [behalf])).status).toBe(403);
    await handles('Carol', { delegates: [ALICE] });
    expect((await invite('', [behalf])).status).toBe(480);
    const onBehalfOf = aorOf('Carol');
    expect(await callsOf('Bob')).toMatchObject([{ outcome: 'missed', conversationId: ALICE, onBehalfOf }]);
    expect(await callsOf('Alice')).toMatchObject([{ outcome: 'no-answer', conversationId: BOB, onBehalfOf }]);
    expect(await callsOf('Carol')).toEqual([]);
  });

  it('answered on one of several devices, from its beginning to its end', async () => {
    const instance = 'urn:uuid:00000000-0000-1000-8000-0000000000b0';
    const desk = await office.device('Bob', { instance });
    const mobile = await office.device('Bob');
    const answered = invite();
    const ringing = await desk.next('INVITE');
    mobile.reply(await mobile.next('INVITE'), { status: 180 });
    const contact = { name: 'Contact', value: `<${BOB};gr=${instance}>` };
    desk.reply(ringing, { status: 200, headers: [contact] });
    const ok = await answered;
    expect(ok.status).toBe(200);
    await expect.poll(() => outcomes('Bob')).toEqual(['in answered']);
    const [during] = await callsOf('Bob');
    expect(during).toMatchObject({ device: instance });
    expect(during?.answeredAt).toBeGreaterThanOrEqual(during?.at ?? Infinity);
    expect(during?.endedAt).toBeUndefined();
    alice.inDialog('ACK', ok);
    await desk.next('ACK');
    desk.answer('BYE', (request) => desk.reply(request, { status: 200 }));
    const bye = alice.inDialog('BYE', ok);
    expect((await alice.responseTo(bye)).status).toBe(200);
    for (const name of ['Alice', 'Bob']) {
      await expect.poll(async () => (await callsOf(name))[0]?.endedAt).toBeGreaterThan(0);
    }
    expect((await callsOf('Alice'))[0]?.device).toBeUndefined();
  });

  it.each([
    [603, 'out declined', 'in declined'],
    [486, 'out busy', 'in missed'],
    [500, 'out failed', 'in missed'],
  ])('a device that says %i', async (status, out, incoming) => {
    const bob = await office.device('Bob');
    bob.answer('INVITE', (request) => bob.reply(request, { status }));
    expect((await invite()).status).toBe(status);
    expect([await outcomes('Alice'), await outcomes('Bob')]).toEqual([[out], [incoming]]);
  });

  it('taken back before somebody answers', async () => {
    const bob = await office.device('Bob');
    const answer = invite();
    const ringing = await bob.next('INVITE');
    bob.reply(ringing, { status: 180 });
    alice.socket.terminate();
    const cancel = await bob.next('CANCEL');
    bob.reply(cancel, { status: 200 });
    bob.reply(ringing, { status: 487 });
    answer.catch(() => undefined);
    await expect.poll(() => outcomes('Bob')).toEqual(['in missed']);
    expect(await outcomes('Alice')).toEqual(['out cancelled']);
  });

  it('A05 of somebody blocked, in their own list only', async () => {
    const body = `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:pr="urn:ietf:params:xml:ns:pres-rules"><rule id="b"><conditions><identity><one id="${ALICE}"/></identity></conditions><actions><pr:sub-handling>block</pr:sub-handling></actions></rule></ruleset>`;
    const headers = { 'Content-Type': 'application/auth-policy+xml' };
    await signedFetch(office.port, 'Bob', `/xcap/pres-rules/users/${BOB}/index`, {
      method: 'PUT',
      headers,
      body,
    });
    expect((await invite()).status).toBe(480);
    expect([await outcomes('Alice'), await outcomes('Bob')]).toEqual([['out no-answer'], []]);
  });

  it('a device adds what the server did not see, and what people note; one record a Call-ID', async () => {
    const set = (args: object) =>
      jmapCall<SetResponse<CallRecord>>(
        office.port,
        'Bob',
        'CallRecord/set',
        args as Record<string, unknown>,
      );
    const call = {
      ...{ callId: 'far away', conversationId: 'sip:x@partner.example', direction: 'out', at: 1_000 },
      ...{ outcome: 'answered', answeredAt: 2_000, video: false },
    };
    const made = present((await set({ create: { a: call } })).created?.['a']);
    const again = await set({ create: { b: { ...call, endedAt: 9_000 } } });
    expect(again.created?.['b']).toMatchObject({ id: made.id, endedAt: 9_000 });
    await set({ update: { [made.id]: { note: 'Ring back', seen: true } } });
    expect(await callsOf('Bob')).toEqual([{ ...made, endedAt: 9_000, note: 'Ring back', seen: true }]);
    const changes = await jmapCall<ChangesResponse>(office.port, 'Bob', 'CallRecord/changes', {
      sinceState: 's1',
    });
    expect(changes).toMatchObject({ created: [], updated: [made.id] });
    const wrong = await set({
      create: { c: { ...call, direction: 'up' }, d: { callId: 'x' } },
      update: { c999: { note: 'x' }, [made.id]: { at: 5 } },
      destroy: [made.id],
    });
    expect(wrong.notCreated).toMatchObject({
      c: { type: 'invalidProperties', properties: ['direction'] },
      d: { type: 'invalidProperties' },
    });
    expect(wrong.notUpdated).toMatchObject({
      c999: { type: 'notFound' },
      [made.id]: { properties: ['at'] },
    });
    expect(wrong.notDestroyed).toMatchObject({ [made.id]: { type: 'forbidden' } });
    const theft = jmapCall(office.port, 'Alice', 'CallRecord/set', { accountId: BOB, update: {} });
    await expect(theft).rejects.toThrow('accountNotFound');
    expect(
      (await jmapCall<GetResponse<CallRecord>>(office.port, 'Alice', 'CallRecord/get', { ids: [made.id] }))
        .list,
    ).toEqual([]);
  });
});
