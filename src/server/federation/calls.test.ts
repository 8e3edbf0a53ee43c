import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALL_HANDLING, encodeCallHandling, USUAL_HANDLING } from '../../protocol/call-handling.ts';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, headers, type Header } from '../../protocol/sip-message.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { HERE, openWorld, THERE } from './test-world.ts';

const BOB = `sip:bob@${THERE}`;

let world: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const contactOf = (uri: string): Header[] => [{ name: 'Contact', value: `<${uri}>` }];
const gruu = async (phone: Phone): Promise<string> => {
  const contact = parseNameAddr(headers(await phone.register(), 'Contact')[0] ?? '');
  return contact?.params.get('pub-gruu') ?? '';
};

test.each(['GRUU', 'plain Contact'])('F01 a call crosses, and either side ends it (%s)', async (kind) => {
  const [alice, bob] = [await world.here.phone('alice'), await world.there.phone('bob')];
  const address = async (phone: Phone) => (kind === 'GRUU' ? gruu(phone) : phone.contact);
  for (const ends of [alice, bob]) {
    const invite = alice.start('INVITE', { uri: BOB, headers: contactOf(await address(alice)) });
    const got = await bob.next('INVITE');
    expect(header(got, 'P-Asserted-Identity')).toContain(`sip:alice@${HERE}`);
    bob.reply(got, { status: 200, headers: contactOf(await address(bob)) });
    const answer = await alice.responseTo(invite);
    expect(answer.status).toBe(200);
    alice.inDialog('ACK', answer);
    await bob.next('ACK');
    const other = ends === alice ? bob : alice;
    const bye =
      ends === alice
        ? alice.inDialog('BYE', answer)
        : bob.start('BYE', {
            uri: parseNameAddr(header(got, 'Contact') ?? '')?.uri ?? '',
            from: BOB,
            fromTag: answer.to.params.get('tag') ?? '',
            to: `sip:alice@${HERE}`,
            toTag: 'me',
            callId: got.callId,
            headers: headers(got, 'Record-Route').map((value) => ({ name: 'Route', value })),
          });
    other.reply(await other.next('BYE'), { status: 200 });
    expect((await ends.responseTo(bye)).status).toBe(200);
  }
});

test('F01 a call that is taken back stops ringing there', async () => {
  const [alice, bob] = [await world.here.phone('alice'), await world.there.phone('bob')];
  const invite = alice.start('INVITE', { uri: BOB, headers: contactOf(alice.contact) });
  const got = await bob.next('INVITE');
  bob.reply(got, { status: 180 });
  await alice.responseTo(invite, false);
  alice.cancel(invite);
  const cancel = await bob.next('CANCEL');
  bob.reply(cancel, { status: 200 });
  bob.reply(got, { status: 487 });
  expect((await alice.responseTo(invite)).status).toBe(487);
});

test('F01 a stranger to a dialog cannot speak in it with somebody else’s Route', async () => {
  const [alice, bob, carol] = [
    await world.here.phone('alice'),
    await world.there.phone('bob'),
    await world.here.phone('carol'),
  ];
  const invite = alice.start('INVITE', { uri: BOB, headers: contactOf(alice.contact) });
  const got = await bob.next('INVITE');
  bob.reply(got, { status: 200, headers: contactOf(bob.contact) });
  const answer = await alice.responseTo(invite);
  await carol.request('OPTIONS', { uri: `sip:${HERE}` });
  const bye = carol.inDialog('BYE', answer);
  expect((await carol.responseTo(bye)).status).toBe(480);
});

test('T23 a Contact that looks like somebody of another organisation catches nothing', async () => {
  const carol = await world.here.phone('carol');
  expect((await carol.register({ contact: `<sip:carol@${THERE}>;expires=600` })).status).toBe(200);
  const [alice, bob] = [await world.here.phone('alice'), await world.there.phone('carol')];
  const invite = alice.start('INVITE', { uri: `sip:carol@${THERE}`, headers: contactOf(alice.contact) });
  const got = await bob.next('INVITE');
  bob.reply(got, { status: 486 });
  expect((await alice.responseTo(invite)).status).toBe(486);
});

test('CD1 F01 nobody calls another organisation in a manager’s name: it could not know of that', async () => {
  const alice = await world.here.phone('alice');
  const [manager, delegate] = ['carol', 'alice'].map((name) => `sip:${name}@${HERE}`) as [string, string];
  const put = await signedFetch(
    world.here.server.port,
    'carol',
    `/xcap/${CALL_HANDLING.auid}/users/${manager}/index`,
    {
      ...{ method: 'PUT', password: 'correct horse' },
      body: encodeCallHandling({ ...USUAL_HANDLING, delegates: [delegate] }),
      headers: { 'Content-Type': CALL_HANDLING.contentType },
    },
  );
  expect(put.status).toBe(201);
  const calls = (as: string) =>
    alice.request('INVITE', {
      uri: BOB,
      headers: [...contactOf(alice.contact), { name: 'P-Preferred-Identity', value: `<${as}>` }],
    });
  expect(await calls(manager)).toMatchObject({ status: 403, reason: 'Not for other organisations' });
  expect(await calls(`sip:bob@${HERE}`)).toMatchObject({ status: 403, reason: 'Not their delegate' });
});
