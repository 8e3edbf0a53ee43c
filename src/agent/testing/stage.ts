/** An agent with a fake SIP layer, a clock that a test moves, and tabs that only listen. */
import { createMemoryVault, emptyShelves, type Shelves } from '../../store/memory-vault.ts';
import type { SealedSecret } from '../../store/rows.ts';
import type { Vault } from '../../store/vault.ts';
import { startAgent } from '../agent.ts';
// What comes on demand in a browser is here before, for a test moves the time itself.
import '../call-handling.ts';
import '../card-file.ts';
import '../doctor.ts';
import { CONTRACT, type Boot, type Commands, type Config, type Fact, type FromAgent } from '../contract.ts';
import { fakeSip, type FakeSip } from './fake-sip.ts';

export interface StageTab {
  readonly name: string;
  readonly facts: Fact[];
  /** Media requests of the agent; answered by `media`. */
  readonly requests: string[];
  media: (verb: string) => unknown;
  boot: Boot;
  send<C extends keyof Commands>(command: C, input: Commands[C][0]): Promise<Commands[C][1]>;
  /** The last fact of a kind. */
  last<F extends Fact['fact']>(fact: F): Extract<Fact, { fact: F }> | undefined;
  /** The tab closes or crashes. */
  die(): void;
}

export interface Stage {
  readonly shelves: Shelves;
  /** The SIP layers made, the newest last. */
  readonly sips: FakeSip[];
  readonly sip: () => FakeSip;
  readonly tab: (name?: string) => Promise<StageTab>;
  /** Moves time, and lets everything run that can. */
  pass(ms: number): Promise<void>;
  readonly pendingTimers: () => number;
}

export const CONFIG: Config = { sip: ['ws://x.test/sip'], domain: 'x.test' };
export const ANN = 'sip:ann@x.test';
export const BEN = 'sip:ben@x.test';

export async function createStage(
  given: { shelves?: Shelves; vault?: Vault; fetch?: typeof fetch; config?: Config } = {},
): Promise<Stage> {
  const shelves = given.shelves ?? emptyShelves();
  const sips: FakeSip[] = [];
  const timers = new Set<{ at: number; run: () => void }>();
  const gone = new Map<string, () => void>();
  let now = 1_800_000_000_000;
  let serial = 0;
  const settle = async () => {
    for (let turn = 0; turn < 60; turn++) await Promise.resolve();
    await new Promise((done) => setTimeout(done));
  };
  const agent = await startAgent({
    vault: given.vault ?? createMemoryVault(shelves),
    clock: {
      now: () => now,
      random: () => 0.5,
      after(ms, run) {
        const timer = { at: now + ms, run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    uuid: () => `00000000-0000-4000-8000-${String(++serial).padStart(12, '0')}`,
    log: () => undefined,
    makeSip(options, events) {
      const sip = fakeSip(options, events);
      sips.push(sip);
      return sip;
    },
    openSocket: () => {
      throw new Error('The fake SIP layer opens no sockets');
    },
    fetch: given.fetch ?? (() => Promise.reject(new Error('no network'))),
    seal: (known) => Promise.resolve({ known } as unknown as SealedSecret),
    unseal: (sealed) => Promise.resolve((sealed as unknown as { known: Map<string, string> }).known),
    whenGone: (name, then) => void gone.set(name, then),
  });

  async function tab(name = 'tab-1'): Promise<StageTab> {
    const waiting = new Map<number, (output: never) => void>();
    let seq = 0;
    const post = (frame: FromAgent): void => {
      if ('fact' in frame) one.facts.push(frame.fact);
      else if ('reply' in frame) waiting.get(frame.reply)?.(frame.output as never);
      else if ('media' in frame) {
        one.requests.push(`${frame.media} ${JSON.stringify(frame.input)}`);
        agent.tabs.received(post, { mediaReply: frame.seq, output: one.media(frame.media) });
      }
    };
    const one: StageTab = {
      ...{ name, facts: [], requests: [] },
      media: (verb) => ({ ok: true, value: verb === 'get-description' ? { sdp: `sdp of ${name}` } : null }),
      boot: undefined as never,
      send: (command, input) =>
        new Promise((resolve) => {
          waiting.set(++seq, resolve as (output: never) => void);
          agent.tabs.received(post, { command, seq, input } as never);
        }),
      last: (fact) => one.facts.findLast((each) => each.fact === fact) as never,
      die: () => gone.get(name)?.(),
    };
    one.boot = await one.send('hello', { contract: CONTRACT, tab: name, config: given.config ?? CONFIG });
    return one;
  }

  return {
    shelves,
    sips,
    tab,
    sip() {
      const sip = sips.at(-1);
      if (!sip) throw new Error('Nobody has signed in');
      return sip;
    },
    async pass(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
        await settle();
      }
      now = until;
      await settle();
    },
    pendingTimers: () => timers.size,
  };
}

/** A stage where Ann is signed in and online, seen from one tab. */
export async function signedInStage(
  given: Parameters<typeof createStage>[0] = {},
): Promise<{ stage: Stage; tab: StageTab }> {
  const stage = await createStage(given);
  const tab = await stage.tab();
  const done = tab.send('sign-in', { address: 'ann', password: 'pw', keep: true, manual: 'auto' });
  await stage.pass(0);
  stage.sip().options_.secret.ha1('x.test', 'SHA-256');
  stage.sip().connect();
  const outcome = await done;
  if (!outcome.ok) throw new Error(outcome.why);
  await stage.pass(0);
  return { stage, tab };
}
