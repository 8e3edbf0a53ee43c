/** Cut after cut, one in five half-open, while two people write to each other (reliability.md §8, target 12). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../src/server/wiring.ts';
import { DOMAIN, startOffice, User } from './user.ts';

const CUTS = 16;
let server: RunningServer;

beforeAll(async () => {
  server = await startOffice(['alice', 'bob']);
});
afterAll(() => server.close());

/** As the outbox does it: the same id until the outcome is known. */
async function deliver(user: User, to: string, callId: string): Promise<void> {
  for (let cseq = 1; ; cseq++) {
    await user.online();
    const outcome = await user.agent.sendMessage({
      to: `sip:${to}@${DOMAIN}`,
      contentType: 'text/plain',
      body: callId,
      callId,
      cseq,
    });
    if (outcome.is === 'accepted') return;
    expect(outcome.is).toBe('unknown');
  }
}

test(`${CUTS} cuts: nothing lost, nothing doubled, back in less than 2 s`, { timeout: 120_000 }, async () => {
  const alice = new User(server.port, 'alice', 21);
  const bob = new User(server.port, 'bob', 21);
  for (const one of [alice, bob]) one.agent.start();
  await Promise.all([alice.online(), bob.online()]);
  const back: number[] = [];
  const sent: Promise<void>[] = [];
  for (let cut = 0; cut < CUTS; cut++) {
    const victim = cut % 2 === 0 ? alice : bob;
    sent.push(deliver(alice, 'bob', `a${cut}`), deliver(bob, 'alice', `b${cut}`));
    // Somewhere in the middle of it: after the first message of this round has left, or before.
    await new Promise((resolve) => setTimeout(resolve, cut % 7));
    const at = Date.now();
    const halfOpen = cut % 5 === 4;
    if (halfOpen) {
      victim.frozen = true;
      victim.agent.probe();
    } else victim.socket?.close();
    const states = victim.states.length;
    await victim.until(() => victim.states.length > states && victim.states.at(-1)?.is === 'online', 8000);
    // The probe itself waits 3 s for an answer: what counts is the time after the death was noticed.
    back.push(Date.now() - at - (halfOpen ? 3000 : 0));
  }
  await Promise.all(sent);
  // The server also sends each device what its owner wrote: those copies are not what is counted here.
  const ids = (user: User, from: string) =>
    user.messages
      .flatMap((message) => (message.from === `sip:${from}@${DOMAIN}` ? [message.body] : []))
      .sort();
  const expected = (letter: string) => Array.from({ length: CUTS }, (_, cut) => `${letter}${cut}`).sort();
  await bob.until(() => new Set(ids(bob, 'alice')).size === CUTS);
  await alice.until(() => new Set(ids(alice, 'bob')).size === CUTS);
  expect(ids(bob, 'alice')).toEqual(expected('a'));
  expect(ids(alice, 'bob')).toEqual(expected('b'));
  back.sort((a, b) => a - b);
  expect(back[Math.floor(back.length * 0.95)]).toBeLessThan(2000);
  await Promise.all([alice.agent.stop(500), bob.agent.stop(500)]);
});
