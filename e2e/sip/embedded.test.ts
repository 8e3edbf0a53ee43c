/**
 * Our user agent against our server, in one process, over real WebSockets:
 *
 *   alice --REGISTER, MESSAGE, SUBSCRIBE, PUBLISH, INVITE--> server <--the same-- bob
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/wiring.ts';
import type { SubscriptionFact } from '../../src/sip/contract.ts';
import { FakeMedia } from './scripted-server.ts';
import { DOMAIN, startOffice, User } from './user.ts';

let server: RunningServer;
const running: User[] = [];

beforeAll(async () => {
  server = await startOffice(['alice', 'bob', 'carol']);
});

afterAll(async () => {
  await Promise.all(running.map((one) => one.agent.stop(500)));
  await server.close();
});

function user(name: string, device: number, password?: string): User {
  const made = new User(server.port, name, device, password);
  running.push(made);
  return made;
}

async function pair(device: number): Promise<[User, User]> {
  const users: [User, User] = [user('alice', device), user('bob', device)];
  for (const user of users) user.agent.start();
  await Promise.all(users.map((user) => user.online()));
  return users;
}

test('registers with outbound, GRUU and the time of the server', async () => {
  const [alice] = await pair(1);
  expect(alice.states.at(-1)).toMatchObject({ is: 'online' });
  expect(alice.agent.registered?.gruu).toMatch(/;gr=/);
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});

test('a wrong password is refused and not tried again', async () => {
  const carol = user('carol', 1, 'wrong');
  carol.agent.start();
  const state = await carol.until(() => carol.states.find((one) => one.is === 'refused'));
  expect(state).toMatchObject({ is: 'refused' });
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});

test('messages go both ways', async () => {
  const [alice, bob] = await pair(2);
  const sent = await alice.agent.sendMessage({
    to: `sip:bob@${DOMAIN}`,
    contentType: 'text/plain',
    body: 'Grüße 👋',
    callId: 'e2e-1',
    cseq: 1,
  });
  expect(sent).toMatchObject({ is: 'accepted' });
  await bob.until(() => bob.messages.find((message) => message.body === 'Grüße 👋'));
  expect(bob.messages).toHaveLength(1);
  const back = await bob.agent.sendMessage({
    to: `sip:alice@${DOMAIN}`,
    contentType: 'text/plain',
    body: 'Hallo',
    callId: 'e2e-2',
    cseq: 1,
  });
  expect(back).toMatchObject({ is: 'accepted' });
  await alice.until(() => alice.messages.find((message) => message.from === `sip:bob@${DOMAIN}`));
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});

const document = (note: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob@${DOMAIN}"><tuple id="t1"><status><basic>open</basic></status><note>${note}</note></tuple></presence>`;

test('presence is published and watched, also over a cut socket', async () => {
  const [alice, bob] = await pair(3);
  const facts: SubscriptionFact[] = [];
  const subscription = alice.agent.subscribe(
    { target: `sip:bob@${DOMAIN}`, event: 'presence', accept: ['application/pidf+xml'], expires: 600 },
    (fact) => {
      facts.push(fact);
      alice.wake();
    },
  );
  const publication = bob.agent.publish('presence', 600);
  const seen = (note: string) => () => facts.find((fact) => 'body' in fact && fact.body.includes(note));
  publication.set('application/pidf+xml', document('here'));
  await alice.until(seen('here'));
  publication.set('application/pidf+xml', document('there'));
  await alice.until(seen('there'));
  alice.socket?.close();
  await alice.until(() => facts.some((fact) => fact.is === 'stale'));
  await alice.online();
  publication.set('application/pidf+xml', document('back again'));
  await alice.until(seen('back again'));
  await publication.remove();
  subscription.close();
  expect(facts.at(-1)).toMatchObject({ is: 'ended', reason: 'closed' });
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});

test('a call is made, survives a cut socket on both sides in turn, and ends once', async () => {
  const [alice, bob] = await pair(4);
  const media = new FakeMedia();
  const call = alice.agent.call({ to: `sip:bob@${DOMAIN}`, media, video: false, subject: 'Lunch' });
  const facts = alice.facts(call);
  const incoming = await bob.until(() => bob.calls[0]);
  expect(incoming).toMatchObject({ peer: `sip:alice@${DOMAIN}`, subject: 'Lunch' });
  const theirs = bob.facts(incoming);
  await alice.until(() => facts.some((fact) => fact.is === 'ringing'));
  const bobMedia = new FakeMedia();
  await incoming.accept(bobMedia, { video: false });
  await alice.until(() => facts.some((fact) => fact.is === 'established'));
  await bob.until(() => theirs.some((fact) => fact.is === 'established'));
  for (const [user, own, other] of [
    [alice, media, bobMedia],
    [bob, bobMedia, media],
  ] as const) {
    const before = other.said.length;
    const at = Date.now();
    user.socket?.close();
    await user.until(() => user.states.at(-1)?.is !== 'online');
    await user.online();
    expect(Date.now() - at).toBeLessThan(5000);
    await user.until(() => own.said.includes('get restart'));
    const peer = user === alice ? bob : alice;
    const state = await call.renegotiate({ video: false, iceRestart: false });
    expect(state).toEqual({ ok: true });
    expect(other.said.length).toBeGreaterThan(before);
    expect(peer.states.at(-1)?.is).toBe('online');
  }
  incoming.hangUp();
  await alice.until(() => facts.some((fact) => fact.is === 'ended'));
  expect(facts.filter((fact) => fact.is === 'ended')).toEqual([expect.objectContaining({ by: 'them' })]);
  expect(theirs.filter((fact) => fact.is === 'ended')).toEqual([expect.objectContaining({ by: 'us' })]);
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});

test('decline and cancel arrive with their meaning', async () => {
  const [alice, bob] = await pair(5);
  const first = alice.agent.call({ to: `sip:bob@${DOMAIN}`, media: new FakeMedia(), video: true });
  const facts = alice.facts(first);
  (await bob.until(() => bob.calls[0])).reject(603);
  await alice.until(() => facts.some((fact) => fact.is === 'ended'));
  expect(facts.at(-1)).toMatchObject({ is: 'ended', by: 'them', status: 603 });
  const second = alice.agent.call({ to: `sip:bob@${DOMAIN}`, media: new FakeMedia(), video: true });
  const incoming = await bob.until(() => bob.calls[1]);
  const theirs = bob.facts(incoming);
  expect(incoming.offersVideo).toBe(false);
  second.hangUp();
  await bob.until(() => theirs.some((fact) => fact.is === 'ended'));
  expect(theirs.at(-1)).toMatchObject({ is: 'ended', by: 'them', status: 487, elsewhere: false });
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});

test('two devices ring, one answers, the other hears that it was answered elsewhere', async () => {
  const [alice, bob] = await pair(6);
  const other = user('bob', 7);
  other.agent.start();
  await other.online();
  const call = alice.agent.call({ to: `sip:bob@${DOMAIN}`, media: new FakeMedia(), video: false });
  const facts = alice.facts(call);
  const here = await bob.until(() => bob.calls[0]);
  const there = await other.until(() => other.calls[0]);
  const theirs = other.facts(there);
  await here.accept(new FakeMedia(), { video: false });
  await other.until(() => theirs.some((fact) => fact.is === 'ended'));
  expect(theirs.at(-1)).toMatchObject({ elsewhere: true });
  await alice.until(() => facts.some((fact) => fact.is === 'established'));
  call.hangUp();
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});

test('a half-open socket is noticed by a probe and replaced', async () => {
  const [alice] = await pair(8);
  alice.frozen = true;
  const at = Date.now();
  alice.agent.probe();
  await alice.until(() => alice.states.at(-1)?.is !== 'online');
  await alice.online();
  expect(Date.now() - at).toBeLessThan(10_000);
  await Promise.all(running.splice(0).map((user) => user.agent.stop(500)));
});
