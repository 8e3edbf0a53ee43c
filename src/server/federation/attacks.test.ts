import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { header, headers } from '../../protocol/sip-message.ts';
import { formatCpim } from '../../protocol/cpim.ts';
import { openAuthority, type Issued } from '../testing/certificates.ts';
import { connectTlsPeer } from '../testing/tls-peer.ts';
import { HERE, openWorld, THERE } from './test-world.ts';

const ALICE = `sip:alice@${HERE}`;
const MALLORY = `sip:mallory@${THERE}`;

let world: Awaited<ReturnType<typeof openWorld>>;
let genuine: Issued;
const open: { close(): void }[] = [];
beforeAll(async () => {
  world = await openWorld({}, 20);
  genuine = world.authority.issue(`DNS:${THERE}`);
});
afterEach(() => open.splice(0).forEach((one) => one.close()));
afterAll(() => world.close());

const peer = async (issued: Issued | null = genuine) => {
  const made = await connectTlsPeer(world.here.port, world.authority.certificate, issued);
  open.push(made);
  return made;
};
const message = { contentType: 'text/plain', body: 'hello' };

test('T23 a peer speaks for its own domain only: From, asserted identity and CPIM', async () => {
  const there = await peer();
  const status = async (from: string, more: Parameters<typeof there.start>[3] = message) =>
    (await there.answerTo(there.start('MESSAGE', ALICE, from, more))).status;
  expect(await status(MALLORY)).toBe(202);
  expect(await status(`sip:bob@${HERE}`)).toBe(403);
  expect(await status('sip:bob@elsewhere.test')).toBe(403);
  expect(await status(`sip:bob@${THERE}.elsewhere.test`)).toBe(403);
  expect(await status('tel:+442079460991')).toBe(403);
  expect(await status(`sip:${THERE}`)).toBe(403);
  const asserted = (value: string) => ({ ...message, headers: [{ name: 'P-Asserted-Identity', value }] });
  expect(await status(MALLORY, asserted(`<sip:bob@${HERE}>`))).toBe(403);
  expect(await status(MALLORY, asserted(`<${MALLORY}>, <sip:bob@${HERE}>`))).toBe(403);
  const claimed = formatCpim({
    from: { name: 'Bob', uri: `sip:bob@${HERE}` },
    to: [{ name: '', uri: ALICE }],
    contentHeaders: [['Content-Type', 'text/plain']],
    content: 'I am Bob',
  });
  expect(await status(MALLORY, { contentType: 'message/cpim', body: claimed })).toBe(403);
});

test('T23 nobody is let through to a third organisation, by address or by Route', async () => {
  const there = await peer();
  const relayed = there.start('MESSAGE', 'sip:eve@elsewhere.test', MALLORY, message);
  expect((await there.answerTo(relayed)).status).toBe(404);
  const back = there.start('MESSAGE', `sip:bob@${THERE}`, MALLORY, message);
  expect((await there.answerTo(back)).status).toBe(403);
  const route = [{ name: 'Route', value: '<sip:elsewhere.test;lr>' }];
  const routed = there.start('MESSAGE', ALICE, MALLORY, { ...message, headers: route });
  expect((await there.answerTo(routed)).status).toBe(403);
});

test('T23 nobody registers or publishes from outside', async () => {
  const there = await peer();
  for (const [method, uri, from] of [
    ['REGISTER', `sip:${HERE}`, MALLORY],
    ['REGISTER', `sip:${HERE}`, ALICE],
    ['PUBLISH', ALICE, MALLORY],
    ['PUBLISH', ALICE, ALICE],
  ] as const) {
    const sent = there.start(method, uri, from, { headers: [{ name: 'Event', value: 'presence' }] });
    expect((await there.answerTo(sent)).status, `${method} ${from}`).toBe(403);
  }
});

test('T23 a certificate of nobody, of a stranger, of another authority or of no domain opens nothing', async () => {
  const stranger = openAuthority();
  try {
    for (const issued of [
      null,
      world.authority.issue('DNS:elsewhere.test'),
      world.authority.issue(`DNS:*.test`),
      world.authority.issue(`URI:sip:elsewhere.test,DNS:${THERE}`),
      world.authority.issue(`IP:127.0.0.1`),
      stranger.issue(`DNS:${THERE}`),
    ]) {
      const made = await peer(issued).catch(() => null);
      made?.start('OPTIONS', `sip:${HERE}`, `sip:${THERE}`);
      await made?.closed;
    }
  } finally {
    stranger.close();
  }
});

test('T23 a server whose certificate is of another domain is not spoken with', async () => {
  const { here, there } = world;
  await there.stop();
  const issued = world.authority.issue('DNS:elsewhere.test');
  const { startServer } = await import('../wiring.ts');
  const settings = { ...there.settings, certificate: issued.certificate, key: issued.key };
  const impostor = await startServer({ folder: ':memory:', domain: THERE, federation: settings });
  const alice = await here.phone('alice');
  try {
    const call = await alice.request('OPTIONS', { uri: `sip:bob@${THERE}` });
    expect(call.status).toBe(480);
  } finally {
    await impostor.close();
    await there.start();
  }
});

test('T23 a domain itself may ask what this server can', async () => {
  const there = await peer();
  const answer = await there.answerTo(there.start('OPTIONS', `sip:${HERE}`, `sip:${THERE}`));
  expect(answer.status).toBe(200);
  expect(header(answer, 'Allow')).toContain('MESSAGE');
});

test('T23 what is too large ends the connection, and others go on', async () => {
  const there = await peer();
  there.start('MESSAGE', ALICE, MALLORY, { ...message, body: 'x'.repeat(200_000) });
  await there.closed;
  const again = await peer();
  expect((await again.answerTo(again.start('MESSAGE', ALICE, MALLORY, message))).status).toBe(202);
});

test('T23 a flood of one domain is told to wait, and reaches nobody', async () => {
  const there = await peer();
  const sent = Array.from({ length: 190 }, () => there.start('OPTIONS', `sip:${HERE}`, `sip:${THERE}`));
  const answers = await Promise.all(sent.map((one) => there.answerTo(one)));
  const busy = answers.filter(({ status }) => status === 503);
  expect(busy.length).toBeGreaterThan(0);
  expect(headers(busy[0] ?? { headers: [] }, 'Retry-After')).toHaveLength(1);
});
