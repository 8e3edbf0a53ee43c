/**
 * A tab's link to the one agent of this browser. Commands wait until an agent is there; when it dies and another takes
 * over, the tab says hello again, what can be repeated is repeated, and the news arrives as ordinary facts.
 */
import workerUrl from './agent-worker.ts?worker&url';
import {
  CONTRACT,
  type AgentLink,
  type Aor,
  type Boot,
  type Commands,
  type Fact,
  type FromAgent,
  type FromTab,
  type MediaRequests,
} from './contract.ts';
import { createHandedOver, type Shelf } from './handed-over.ts';
import { openRoute, tabLock, type RouteMode, type TabPlatform } from './route.ts';

export interface LinkOptions {
  /** Makes script addresses under Trusted Types; without one the policy `parley` is created here. */
  readonly policy?: { createScriptURL(url: string): unknown };
  /** Default: `?agent=dedicated`, else the localStorage key `parley-agent`, else shared where the browser has it. */
  readonly mode?: RouteMode;
  readonly platform?: TabPlatform;
  /** Where messages wait that the agent has not written down yet; without it they wait in this window alone. */
  readonly storage?: Shelf | null;
}

type Command = keyof Commands;
type MediaHandler = Parameters<AgentLink['serveMedia']>[0];
interface Waiting {
  readonly frame: Extract<FromTab, { command: Command }>;
  readonly settle: (output: never) => void;
}

/** Commands that mean a call which died with the agent. They are refused instead of repeated. */
const BOUND_TO_AGENT: ReadonlySet<string> = new Set(['call', 'answer', 'decline', 'hang-up', 'renegotiate']);

/** `greeted` resolves when an agent is there for the first time. */
export interface TabLink extends AgentLink {
  readonly greeted: Promise<null>;
  /** Who is shown as signed in before the agent has said so; null: nobody. */
  assume(who: Aor | null): void;
}

/** Connects this tab to the agent, starting the agent when this is the first tab. */
export function connectAgent(options: LinkOptions = {}): TabLink {
  const tab = crypto.randomUUID();
  const platform = options.platform ?? browserPlatform(options.policy ?? createPolicy());
  const listeners = new Set<(fact: Fact) => void>();
  const waiting = new Map<number, Waiting>();
  const handed = createHandedOver(options.storage ?? null);
  /** Who is signed in, as far as this tab has heard. */
  let me: Aor | null = null;
  let media: MediaHandler | null = null;
  /** A call may be handed to a window that is still opening: what is asked of it waits, as long as who asks does. */
  const serving = Promise.withResolvers<null>();
  let hello: Commands['hello'][0] | null = null;
  let seq = 0;
  let ready = false;
  let isIntroduced = false;
  const met = Promise.withResolvers<null>();

  const tell = (fact: Fact) => {
    if (fact.fact === 'account') me = fact.account?.aor ?? null;
    for (const listener of listeners) listener(fact);
  };
  const onFrame = (frame: FromAgent) => {
    if ('agent' in frame) greet();
    else if ('fact' in frame) tell(frame.fact);
    else if ('reply' in frame) {
      const entry = waiting.get(frame.reply);
      waiting.delete(frame.reply);
      entry?.settle(frame.output as never);
    } else void serve(frame);
  };
  const route = openRoute(chooseMode(options.mode), tab, platform, onFrame);
  // Before anything that is said in this window; hello goes first all the same.
  for (const said of handed.left()) void sayAgain(said);

  function ask<C extends Command>(command: C, input: Commands[C][0]): Promise<Commands[C][1]> {
    return new Promise((settle) => {
      const frame = { command, seq: ++seq, input } as Waiting['frame'];
      waiting.set(frame.seq, { frame, settle });
      if (!ready || (!isIntroduced && command !== 'hello')) return;
      route.post(frame);
      // Nothing goes before the first hello: the agent would not know whose it is.
      if (!isIntroduced) for (const { frame: held } of waiting.values()) if (held !== frame) route.post(held);
      isIntroduced = true;
    });
  }

  /** A new agent: it knows nothing of this tab. */
  function greet(): void {
    met.resolve(null);
    const again = ready;
    ready = true;
    // First of all; what was asked earlier waits for it.
    const before = [...waiting.values()].sort((one, other) => rank(one) - rank(other));
    isIntroduced ||= before[0]?.frame.command === 'hello';
    if (!isIntroduced) return;
    if (again && hello) {
      // The answers of the lost agent will not come; hello goes first, the rest after it.
      void ask('hello', hello).then(announce);
    }
    for (const { frame, settle } of before) {
      if (again && BOUND_TO_AGENT.has(frame.command)) {
        waiting.delete(frame.seq);
        settle({
          ok: false,
          why: 'Parley had to start again, and the call was lost. Please call again.',
        } as never);
      } else route.post(frame);
    }
  }

  /** What changed while no agent was there, as facts. */
  function announce(boot: Boot): void {
    tell({ fact: 'connection', state: boot.connection, clockOffset: boot.clockOffset });
    tell({ fact: 'account', account: boot.account });
    if (boot.contacts) tell({ fact: 'contacts', list: boot.contacts });
    tell({ fact: 'presence', changes: boot.presence });
    tell({ fact: 'conversations', rows: boot.conversations });
    for (const call of boot.calls) tell({ fact: 'call', call });
    tell({ fact: 'calls-elsewhere', calls: boot.elsewhere });
    tell({ fact: 'restarted', calls: boot.calls.map((call) => call.id) });
  }

  /** Says again what earlier windows said and the agent may have lost with them. */
  async function sayAgain(said: ReturnType<typeof handed.left>[number]): Promise<void> {
    const outcome = await ask('send', said);
    // Nobody is signed in: it waits for whoever said it.
    if (!outcome.ok && me === null) return;
    handed.done(said.id);
    // Of what another person said here nothing is shown.
    if (outcome.ok || said.as !== me) return;
    tell({
      fact: 'notice',
      level: 'problem',
      words: `Your message “${said.text}” was not sent. ${outcome.why}`,
    });
  }

  async function serve(frame: Extract<FromAgent, { media: unknown }>): Promise<void> {
    await serving.promise;
    const handler = media as ((verb: keyof MediaRequests, input: unknown) => Promise<unknown>) | null;
    route.post({ mediaReply: frame.seq, output: await handler?.(frame.media, frame.input) });
  }

  return {
    ...{ tab, greeted: met.promise },
    async send(command, input) {
      if (command === 'hello') {
        const { list, ...rest } = input as Commands['hello'][0];
        // To another agent nothing is said of a list: it may know an older one than is shown by then.
        hello = rest;
        await holdLock(platform.locks, tab);
        const boot = await ask('hello', { ...rest, list });
        me = boot.account?.aor ?? null;
        if (boot.contract !== CONTRACT) tell({ fact: 'outdated' });
        return boot as never;
      }
      const named =
        command === 'send' || command === 'start-group'
          ? { id: crypto.randomUUID(), ...(input as Commands['send'][0] | Commands['start-group'][0]) }
          : input;
      if (command !== 'send' || me === null) return ask(command, named as typeof input);
      const said = named as Commands['send'][0] & { id: string };
      handed.keep(me, said);
      const outcome = await ask(command, named as typeof input);
      handed.done(said.id);
      return outcome;
    },
    assume: (who) => {
      me = who;
    },
    onFact(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    serveMedia(handler) {
      media = handler;
      serving.resolve(null);
    },
  };
}

const rank = ({ frame }: Waiting): number => (frame.command === 'hello' ? 0 : 1);

/** Held for as long as this tab lives, so that the agent notices its end at once, also after a crash. */
function holdLock(locks: LockManager, tab: string): Promise<void> {
  return new Promise((held) => {
    void locks.request(tabLock(tab), () => {
      held();
      return new Promise<never>(() => undefined);
    });
  });
}

function chooseMode(forced: RouteMode | undefined): RouteMode {
  if (forced) return forced;
  const { location, localStorage } = globalThis as unknown as Partial<{
    location: { search: string };
    localStorage: { getItem(key: string): string | null };
  }>;
  const wish = new URLSearchParams(location?.search).get('agent') ?? localStorage?.getItem('parley-agent');
  return wish === 'dedicated' ? 'dedicated' : 'shared';
}

/** The names of a window that this file needs and a worker does not have. */
interface WindowNames {
  readonly SharedWorker?: new (url: string, options: WorkerOptions) => { readonly port: MessagePort };
  readonly trustedTypes?: {
    createPolicy(name: string, rules: object): { createScriptURL(url: string): unknown };
  };
}
const names = globalThis as unknown as WindowNames;

function createPolicy(): { createScriptURL(url: string): unknown } {
  const rules = { createScriptURL: (url: string) => url };
  return names.trustedTypes?.createPolicy('parley', rules) ?? rules;
}

function browserPlatform(policy: { createScriptURL(url: string): unknown }): TabPlatform {
  const url = () => policy.createScriptURL(workerUrl) as string;
  const { SharedWorker } = names;
  const options = { type: 'module', name: 'parley' } as const;
  return {
    locks: navigator.locks,
    openShared: SharedWorker ? () => new SharedWorker(url(), options).port : null,
    openDedicated: () => new Worker(url(), options),
    openChannel: (name) => new BroadcastChannel(name),
  };
}
