/** A browser of the simulation: a disk that stays, and a worker with one tab that comes and goes. */
import { startAgent, type Agent } from '../../src/agent/agent.ts';
import { CONTRACT, type Commands, type FromAgent, type MessageRow } from '../../src/agent/contract.ts';
import type { MakeSip } from '../../src/agent/signed-in.ts';
import type { Clock } from '../../src/sip/contract.ts';
import { createUserAgent } from '../../src/sip/user-agent.ts';
import { emptyShelves, type Shelves } from '../../src/store/memory-vault.ts';
import type { SealedSecret } from '../../src/store/rows.ts';
import type { Presence } from '../../src/protocol/availability.ts';
import type { Faults } from './faults.ts';
import type { Network } from './network.ts';
import { plantInSip, plantInSocket } from './planted.ts';
import { DOMAIN } from './sim-server.ts';
import { createSimVault } from './sim-vault.ts';
import type { Timeline } from './timeline.ts';

export interface SimDevice {
  readonly id: string;
  readonly user: string;
  readonly shelves: Shelves;
  readonly running: () => boolean;
  /** The server said no, and only its person can help. */
  readonly refused: () => boolean;
  signIn(): Promise<void>;
  /** Timers of the worker that runs now. */
  readonly timers: () => number;
  /** What its tab was told: rows by conversation, sender and id. */
  readonly shown: Map<string, MessageRow>;
  readonly presence: Map<string, Presence>;
  /** Milliseconds this device's clock is wrong by. */
  skew: number;
  start(): Promise<void>;
  kill(): void;
  killTab(): void;
  ask<C extends keyof Commands>(command: C, input: Commands[C][0]): Promise<Commands[C][1]>;
}

/** What the disk keeps of a secret here: no browser, no key. */
interface OpenSeal {
  readonly known: ReadonlyMap<string, string>;
}

export function createSimDevice(
  time: Timeline,
  network: Network,
  user: string,
  id: string,
  faults: Faults,
): SimDevice {
  const shelves = emptyShelves();
  let life = 0;
  let agent: Agent | null = null;
  let tabs = 0;
  let seq = 0;
  let connection = '';
  let gone = new Map<string, () => void>();
  const waiting = new Map<number, (output: never) => void>();
  const device: SimDevice = {
    ...{ id, user, shelves },
    shown: new Map(),
    presence: new Map(),
    skew: 0,
    running: () => agent !== null,
    timers: () => time.pending(`${id} ${life}`),
    refused: () => connection === 'refused' || connection === 'signed-out',
    signIn,
    start,
    kill() {
      life += 1;
      agent = null;
      gone = new Map();
      waiting.clear();
      for (const line of network.lines(id)) line.cut();
    },
    killTab() {
      gone.get(`${id}-tab${tabs}`)?.();
      void join();
    },
    ask(command, input) {
      return new Promise((resolve) => {
        if (!agent) return;
        waiting.set(++seq, resolve as (output: never) => void);
        agent.tabs.received(post, { command, seq, input } as never);
      });
    },
  };
  let post: (frame: FromAgent) => void = () => undefined;

  function uuid(): string {
    const hex = Array.from({ length: 32 }, () => time.pick(16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  function join(): Promise<unknown> {
    tabs += 1;
    post = (frame) => {
      if ('reply' in frame) {
        waiting.get(frame.reply)?.(frame.output as never);
        waiting.delete(frame.reply);
      } else if ('fact' in frame) {
        const { fact } = frame;
        if (fact.fact === 'messages')
          for (const row of fact.rows) device.shown.set(`${row.conversation} ${row.sender} ${row.id}`, row);
        if (fact.fact === 'connection') connection = fact.state.is;
        if (fact.fact === 'presence')
          for (const [aor, presence] of fact.changes) device.presence.set(aor, presence);
      }
    };
    const config = { sip: ['ws://server.sim/sip'], domain: DOMAIN };
    return device.ask('hello', { contract: CONTRACT, tab: `${id}-tab${tabs}`, config });
  }

  async function signIn(): Promise<void> {
    const address = `${user}@${DOMAIN}`;
    await device.ask('sign-in', { address, password: 'pw', keep: true, manual: 'auto' });
  }

  async function start(): Promise<void> {
    const mine = ++life;
    const alive = () => life === mine;
    const clock: Clock = {
      now: () => time.now() + device.skew,
      random: time.random,
      after(ms, run) {
        const cancel = time.after(
          ms,
          () => {
            if (alive()) run();
          },
          `${id} ${mine}`,
        );
        return faults.timersLeak ? () => undefined : cancel;
      },
    };
    const makeSip: MakeSip = (options, events) => {
      const instanceId = faults.newInstance ? `urn:uuid:${uuid()}` : options.instanceId;
      const planted = plantInSip(faults, events, (withEvents) =>
        createUserAgent({ ...options, instanceId }, withEvents),
      );
      if (!planted) throw new Error('The simulation made an address SIP cannot use');
      return planted;
    };
    const started = await startAgent({
      ...{ clock, uuid, makeSip },
      vault: createSimVault(shelves, time, alive, clock.now, faults),
      log: () => undefined,
      openSocket: () => plantInSocket(faults, network.connect(id, alive)),
      fetch: () => Promise.reject(new Error('No HTTP here')),
      seal: (known) =>
        Promise.resolve({ known: new Map(known) } satisfies OpenSeal as unknown as SealedSecret),
      unseal: (sealed) => Promise.resolve((sealed as unknown as OpenSeal).known),
      whenGone: (tab, then) => {
        gone.set(tab, () => {
          if (alive()) then();
        });
      },
    });
    if (!alive()) return;
    agent = started;
    await join();
    if (!shelves.account?.signedIn) await signIn();
  }
  return device;
}
