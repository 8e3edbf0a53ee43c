import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatCpim, parseCpim } from '../../protocol/cpim.ts';
import { decodeImdn, imdnHeaders } from '../../protocol/imdn.ts';
import { header } from '../../protocol/sip-message.ts';
import type { Phone } from '../testing/phone.ts';
import { HERE, openWorld, THERE } from './test-world.ts';

const ALICE = `sip:alice@${HERE}`;
const BOB = `sip:bob@${THERE}`;

let world: Awaited<ReturnType<typeof openWorld>>;
const folder = mkdtempSync(join(tmpdir(), 'parley-federation-'));
beforeAll(async () => {
  world = await openWorld({ folder });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const cpim = (from: string, to: string, id: string, text: string): string =>
  formatCpim({
    from: { name: '', uri: from },
    to: [{ name: '', uri: to }],
    headers: imdnHeaders(id, ['positive-delivery', 'negative-delivery']),
    contentHeaders: [['Content-Type', 'text/plain']],
    content: text,
  });
const send = (phone: Phone, to: string, id: string, text = id, from = phone.aor) =>
  phone.request('MESSAGE', { uri: to, contentType: 'message/cpim', body: cpim(from, to, id, text) });

/**
 *   alice         here.test             there.test          bob
 *     | MESSAGE ----> |                     |                |
 *     | <------- 202  | MESSAGE (TLS) ----> | MESSAGE -----> |
 */
test('F01 F04 a message crosses between two organisations, and the answer comes back', async () => {
  const [alice, bob] = [await world.here.phone('alice'), await world.there.phone('bob')];
  expect((await send(alice, BOB, 'm1', 'Good morning')).status).toBe(202);
  const received = await bob.next('MESSAGE');
  bob.reply(received, { status: 200 });
  expect(received.from.uri).toBe(ALICE);
  expect(header(received, 'P-Asserted-Identity')).toContain(ALICE);
  const read = parseCpim(received.body);
  expect(read.ok && read.value.content).toBe('Good morning');

  expect((await send(bob, ALICE, 'm2', 'And to you')).status).toBe(202);
  const back = await alice.next('MESSAGE');
  alice.reply(back, { status: 200 });
  expect(back.from.uri).toBe(BOB);
});

test('F01 the same message again is taken and not sent twice', async () => {
  const [alice, bob] = [await world.here.phone('alice'), await world.there.phone('bob')];
  await bob.next('MESSAGE').then((one) => bob.reply(one, { status: 200 }));
  expect((await send(alice, BOB, 'twice')).status).toBe(202);
  expect((await send(alice, BOB, 'twice')).status).toBe(202);
  expect((await send(alice, BOB, 'after')).status).toBe(202);
  const ids: string[] = [];
  while (!ids.includes('after')) {
    const one = await bob.next('MESSAGE');
    bob.reply(one, { status: 200 });
    const read = parseCpim(one.body);
    ids.push(read.ok ? read.value.content : '');
  }
  expect(ids.filter((id) => id === 'twice')).toHaveLength(1);
});

test('F01 typing notices cross for whoever is there', async () => {
  const [alice, bob] = [await world.here.phone('alice'), await world.there.phone('carol')];
  const { status } = await alice.request('MESSAGE', {
    uri: `sip:carol@${THERE}`,
    contentType: 'application/im-iscomposing+xml',
    body: '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>',
  });
  expect(status).toBe(200);
  const notice = await bob.next('MESSAGE');
  expect(header(notice, 'Content-Type')).toBe('application/im-iscomposing+xml');
});

test('F01 what is sent while the other organisation is away arrives once, also over a restart of ours', async () => {
  await world.there.stop();
  const alice = await world.here.phone('alice');
  expect((await send(alice, `sip:carol@${THERE}`, 'waits')).status).toBe(202);
  await world.here.stop();
  await world.here.start();
  await world.there.start();
  const carol = await world.there.phone('carol');
  const received = await carol.next('MESSAGE', 20_000);
  carol.reply(received, { status: 200 });
  const read = parseCpim(received.body);
  expect(read.ok && read.value.content).toBe('waits');
  const again = await world.here.phone('alice');
  expect((await send(again, `sip:carol@${THERE}`, 'last')).status).toBe(202);
  const next = parseCpim((await carol.next('MESSAGE', 20_000)).body);
  expect(next.ok && next.value.content).toBe('last');
}, 60_000);

test('F01 a refusal for good comes back as a failed notice', async () => {
  const alice = await world.here.phone('carol');
  expect((await send(alice, `sip:nobody@${THERE}`, 'lost')).status).toBe(202);
  const notice = await alice.next('MESSAGE');
  const read = parseCpim(notice.body);
  const imdn = decodeImdn(read.ok ? read.value.content : '');
  expect(imdn.ok && imdn.value).toMatchObject({ messageId: 'lost', status: 'failed', what: 'delivery' });
  expect(notice.from.uri).toBe(`sip:nobody@${THERE}`);
});

test('F01 a message that claims to be of somebody else does not leave', async () => {
  const alice = await world.here.phone('alice');
  expect((await send(alice, BOB, 'forged', 'x', `sip:carol@${HERE}`)).status).toBe(403);
  expect((await send(alice, BOB, 'forged', 'x', BOB)).status).toBe(403);
});

test('T23 a domain that is not on the list is no domain of this server', async () => {
  const alice = await world.here.phone('alice');
  expect((await send(alice, 'sip:bob@elsewhere.test', 'm')).status).toBe(404);
});

test('T23 a message too large for others is refused at once', async () => {
  const alice = await world.here.phone('alice');
  expect((await send(alice, BOB, 'large', 'x'.repeat(61_000))).status).toBe(513);
});
