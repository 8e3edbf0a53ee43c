/**
 * Whole agents against our server, in one process, over real WebSockets and HTTP:
 *
 *   ann, two devices --PUBLISH by levels, XCAP--> server --NOTIFY of one level--> ben
 *          '---------- NOTIFY of oneself ---------'
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startAgent } from '../../src/agent/agent.ts';
import { CONTRACT, type Commands, type Fact, type FromAgent } from '../../src/agent/contract.ts';
import type { Presence } from '../../src/protocol/availability.ts';
import type { RunningServer } from '../../src/server/wiring.ts';
import type { Clock, Socket } from '../../src/sip/contract.ts';
import { createUserAgent } from '../../src/sip/user-agent.ts';
import { createMemoryVault } from '../../src/store/memory-vault.ts';
import type { SealedSecret } from '../../src/store/rows.ts';
import { DOMAIN, startOffice } from './user.ts';

const aor = (name: string) => `sip:${name}@${DOMAIN}`;
const clock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, 2_000_000_000));
    return () => clearTimeout(timer);
  },
};

function open(address: string): Socket {
  const socket = new WebSocket(address, 'sip');
  const facade: Socket = {
    ...{ onopen: null, onclose: null, onmessage: null },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => facade.onopen?.();
  socket.onclose = ({ code, reason }) => facade.onclose?.(code, reason);
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => facade.onmessage?.(data);
  return facade;
}

/** A browser with one tab. */
async function browser(server: RunningServer, name: string) {
  const facts: Fact[] = [];
  const listeners = new Set<() => void>();
  const waiting = new Map<number, (output: never) => void>();
  const agent = await startAgent({
    ...{ vault: createMemoryVault(), clock, uuid: () => crypto.randomUUID(), log: () => undefined },
    makeSip(options, events) {
      const made = createUserAgent(options, events);
      if (!made) throw new Error('no user agent');
      return made;
    },
    openSocket: open,
    fetch: (input, init) => fetch(input, init),
    seal: (known) => Promise.resolve({ known } as unknown as SealedSecret),
    unseal: (sealed) => Promise.resolve((sealed as unknown as { known: Map<string, string> }).known),
    whenGone: () => undefined,
  });
  const post = (frame: FromAgent): void => {
    if ('fact' in frame) facts.push(frame.fact);
    else if ('reply' in frame) waiting.get(frame.reply)?.(frame.output as never);
    for (const listener of listeners) listener();
  };
  let seq = 0;
  const send = <C extends keyof Commands>(command: C, input: Commands[C][0]): Promise<Commands[C][1]> =>
    new Promise((resolve) => {
      waiting.set(++seq, resolve as (output: never) => void);
      agent.tabs.received(post, { command, seq, input } as never);
    });
  const until = <T>(look: () => T | undefined | false): Promise<T> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = look();
        if (found === undefined || found === false) return;
        listeners.delete(check);
        resolve(found);
      };
      listeners.add(check);
      check();
    });
  const last = <F extends Fact['fact']>(fact: F) =>
    facts.findLast((one) => one.fact === fact) as Extract<Fact, { fact: F }> | undefined;
  const config = {
    ...{ sip: [`ws://127.0.0.1:${server.port}/sip`], domain: DOMAIN },
    ...{
      xcapRoot: `http://127.0.0.1:${server.port}/xcap`,
      serviceRoot: `http://127.0.0.1:${server.port}/api`,
    },
  };
  await send('hello', { contract: CONTRACT, tab: crypto.randomUUID(), config });
  const done = await send('sign-in', { address: aor(name), password: 'secret', keep: false, manual: 'auto' });
  if (!done.ok) throw new Error(done.why);
  const account = () => last('account')?.account;
  await until(() => account()?.levelsKept);
  return {
    send,
    until,
    account,
    watchers: () => last('watchers')?.watchers ?? [],
    sees: (whom: string): Presence | undefined => {
      for (const fact of facts.toReversed()) {
        const found = fact.fact === 'presence' && fact.changes.find(([one]) => one === aor(whom))?.[1];
        if (found) return found;
      }
      return undefined;
    },
    leave: () => send('sign-out', { forget: true }),
  };
}
type Browser = Awaited<ReturnType<typeof browser>>;

let server: RunningServer;
const here: Browser[] = [];
async function enters(name: string): Promise<Browser> {
  const one = await browser(server, name);
  here.push(one);
  return one;
}
beforeAll(async () => {
  server = await startOffice(['ann', 'ben', 'cy']);
});
afterEach(async () => {
  for (const one of here.splice(0)) {
    await one.send('set-state', { manual: 'auto' });
    await one.leave();
  }
});
afterAll(() => server.close());

test('P10 P12 what is chosen on one device holds on the other', async () => {
  const [desk, phone] = [await enters('ann'), await enters('ann')];
  const end = Date.now() + 3_600_000;
  await desk.send('set-state', { manual: 'busy', until: end });
  await desk.send('set-note', { text: 'Budget' });
  await desk.send('set-location', { text: 'Lab 4', visibleTo: 'company' });
  await phone.until(() => phone.account()?.location === 'Lab 4');
  expect(phone.account()).toMatchObject({
    ...{ manual: 'busy', manualUntil: end, note: 'Budget', locationFor: 'company' },
  });
  await phone.send('set-state', { manual: 'available' });
  await desk.until(() => desk.account()?.manual === 'available');
});

test('A02 A03 A05 A10 each sees what their level may, at once after a change, and is seen to watch', async () => {
  const ann = await enters('ann');
  const ben = await enters('ben');
  await ben.send('add-contact', { aor: aor('ann'), name: 'Ann' });
  await ann.send('set-state', { manual: 'dnd', until: Date.now() + 3_600_000 });
  await ben.until(() => ben.sees('ann')?.availability === 'dnd');
  expect(ben.sees('ann')).not.toHaveProperty('until');
  await ann.until(() => ann.watchers().some((one) => one.aor === aor('ben') && one.level === 'company'));
  await ann.send('set-level', { of: { aor: aor('ben') }, level: 'team' });
  const urgent = await ben.until(() => ben.sees('ann')?.availability === 'urgent' && ben.sees('ann'));
  expect(urgent).toHaveProperty('until');
  await ann.send('set-level', { of: { aor: aor('ben') }, level: 'blocked' });
  await ben.until(() => ben.sees('ann')?.availability === 'offline');
  await ann.send('set-level', { of: { aor: aor('ben') }, level: null });
  await ben.until(() => ben.sees('ann')?.availability === 'dnd');
});

test('P23 appear offline reaches the other device and nobody else learns of it', async () => {
  const [desk, phone, ben] = [await enters('ann'), await enters('ann'), await enters('ben')];
  await ben.send('add-contact', { aor: aor('ann'), name: 'Ann' });
  await ben.until(() => ben.sees('ann')?.availability === 'available');
  await desk.send('set-state', { manual: 'offline' });
  await phone.until(() => phone.account()?.manual === 'offline');
  expect(await ben.until(() => ben.sees('ann')?.availability === 'offline' && ben.sees('ann'))).toEqual({
    ...{ availability: 'offline', messages: true, asOf: expect.any(Number) as number },
  });
});

test('P17 A09 do not disturb holds with every device away, and the next one takes it up', async () => {
  const ann = await enters('ann');
  await ann.send('set-state', { manual: 'dnd' });
  await ann.until(() => ann.account()?.presence.availability === 'dnd');
  await ann.leave();
  here.splice(here.indexOf(ann), 1);
  const again = await enters('ann');
  await again.until(() => again.account()?.manual === 'dnd');
  expect(again.account()?.presence.availability).toBe('dnd');
});
