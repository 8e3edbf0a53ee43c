/** Calls that go on over our server: from another device of the same person, and through what happens to sockets. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/wiring.ts';
import { FakeMedia } from './scripted-server.ts';
import { DOMAIN, startOffice, User } from './user.ts';

let server: RunningServer;
const running: User[] = [];

beforeAll(async () => {
  server = await startOffice(['alice', 'bob', 'eve']);
});

afterAll(async () => {
  await Promise.all(running.map((one) => one.agent.stop(500)));
  await server.close();
});

async function user(name: string, device: number): Promise<User> {
  const made = new User(server.port, name, device);
  running.push(made);
  made.agent.start();
  await made.online();
  return made;
}

/** Alice calls Bob, who answers on his first device. */
async function talking() {
  const [alice, bob] = [await user('alice', running.length), await user('bob', running.length)];
  const call = alice.agent.call({ to: `sip:bob@${DOMAIN}`, media: new FakeMedia(), video: false });
  const facts = alice.facts(call);
  const answered = await bob.until(() => bob.calls[0]);
  bob.facts(answered);
  await answered.accept(new FakeMedia(), { video: false });
  await alice.until(() => facts.some((fact) => fact.is === 'established'));
  await bob.until(() => answered.dialog);
  return { alice, bob, call, facts, answered };
}

test('P18 N03 a call goes on from another device of the same person, and nobody else may take it', async () => {
  const { alice, bob, facts, answered } = await talking();
  const { dialog } = answered;
  if (!dialog) throw new Error('no dialog');
  expect(dialog).toMatchObject({
    takesReplaces: true,
    target: expect.stringMatching(/^sip:alice@.*;gr=/) as string,
  });
  const replaces = { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag };
  const to = dialog.target ?? '';
  const eve = await user('eve', 9);
  const stolen = eve.facts(eve.agent.call({ to, media: new FakeMedia(), video: false, replaces }));
  await eve.until(() => stolen.length > 0);
  expect(stolen).toMatchObject([{ is: 'ended', by: 'them', status: 481 }]);
  expect(facts.at(-1)).toEqual({ is: 'established' });

  const tablet = await user('bob', 8);
  const taken = tablet.agent.call({ to, media: new FakeMedia(), video: false, replaces });
  const told = tablet.facts(taken);
  const next = await alice.until(() => alice.calls[0]);
  expect(next.replaces?.id).toBe(dialog.callId);
  await next.accept(new FakeMedia(), { video: false });
  await tablet.until(() => told.some((fact) => fact.is === 'established'));
  await alice.until(() => facts.find((fact) => fact.is === 'ended' && fact.reason === 'replaced'));
  await bob.until(() => bob.lines.some((line) => line.startsWith('> SIP/2.0 200') && line.includes('BYE')));
  expect(told).toEqual([{ is: 'established' }]);
  taken.hangUp();
  await Promise.all(running.splice(0).map((one) => one.agent.stop(500)));
});
