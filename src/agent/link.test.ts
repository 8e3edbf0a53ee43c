/** Two tabs and one agent, over ports and over a channel: the same contract, also when the agent dies. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Shelf } from './handed-over.ts';
import { connectAgent } from './link.ts';
import { CONTRACT, type Boot, type Fact } from './contract.ts';
import { createTabs, type Tabs } from './ports.ts';
import { agentLock, CHANNEL, tabLock, type RouteMode, type TabPlatform } from './route.ts';
import { serveChannel, servePort } from './serve.ts';

const ANN = 'sip:ann@x.test';
const BEN = 'sip:ben@x.test';

function shelf() {
  const held = new Map<string, string>();
  const storage: Shelf = {
    get length() {
      return held.size;
    },
    key: (at) => [...held.keys()][at] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
  return { held, storage };
}

/** Web Locks of one origin, with the end of a holder in the hands of a test. */
function lockTable() {
  const held = new Map<string, () => void>();
  const queues = new Map<string, (() => void)[]>();
  const take = (name: string, run: () => unknown): Promise<unknown> =>
    new Promise((settle) => {
      const start = () => {
        const free = () => {
          held.delete(name);
          queues.get(name)?.shift()?.();
        };
        held.set(name, free);
        void Promise.resolve(run()).then((value) => {
          free();
          settle(value);
        });
      };
      if (held.has(name)) queues.set(name, [...(queues.get(name) ?? []), start]);
      else start();
    });
  const locks = {
    request: (name: string, second: unknown, third?: () => unknown) =>
      take(name, (third ?? second) as () => unknown),
  } as unknown as LockManager;
  return { locks, kill: (name: string) => held.get(name)?.() };
}

const BOOT: Boot = {
  ...{ contract: CONTRACT, connection: { is: 'signed-out' }, account: null, contacts: null },
  ...{
    conversations: [],
    presence: [],
    calls: [],
    elsewhere: [],
    transfers: [],
    access: null,
    watchers: [],
    history: { kept: 'unknown', retentionDays: 0, isWhole: true },
    clockOffset: 0,
  },
};

/** A browser whose agent answers `send` unless it is dead. */
function browser(mode: RouteMode) {
  const table = lockTable();
  const channels: BroadcastChannel[] = [];
  const ports: MessagePort[] = [];
  const asked: string[] = [];
  const gone: string[] = [];
  let lives = 0;
  let tabs: Tabs | null = null;
  let silent = false;
  let refusal: string | null = null;
  let answers: ((frame: { tab: string; command: string; input: unknown }) => void) | null = null;

  function agent(): Tabs {
    const mine = ++lives;
    silent = false;
    const made = createTabs({
      command: async (command, input, tab) => {
        if (lives !== mine) return new Promise(() => undefined);
        const { id = '', list = '' } = input as { id?: string; list?: string };
        asked.push(`${mine} ${command} ${command === 'send' ? id.length : list}`.trim());
        answers?.({ tab, command, input });
        if (silent) return new Promise(() => undefined);
        if (command === 'hello') return BOOT as never;
        return (refusal === null ? { ok: true, value: null } : { ok: false, why: refusal }) as never;
      },
      gone: (tab) => gone.push(tab),
      whenGone: (tab, then) => void table.locks.request(tabLock(tab), () => undefined).then(then),
      log: () => undefined,
    });
    tabs = made;
    void table.locks.request(agentLock(`agent-${mine}`), () => new Promise<never>(() => undefined));
    return made;
  }
  const platform: TabPlatform = {
    locks: table.locks,
    openShared() {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      servePort(tabs ?? agent(), `agent-${lives}`, port2);
      return port1;
    },
    openDedicated() {
      const channel = new BroadcastChannel(CHANNEL);
      channels.push(channel);
      serveChannel(agent(), `agent-${lives}`, channel);
    },
    openChannel(name) {
      const channel = new BroadcastChannel(name);
      channels.push(channel);
      return channel;
    },
  };
  return {
    ...{ asked, gone },
    tab(storage: Shelf | null = null) {
      const link = connectAgent({ mode, platform, storage });
      const facts: Fact[] = [];
      link.onFact((fact) => facts.push(fact));
      const hello = (list?: string) =>
        link.send('hello', { contract: CONTRACT, tab: link.tab, config: {}, list });
      return { link, facts, hello };
    },
    tell: (fact: Fact) => tabs?.tell(fact),
    mediaOf: (tab: string) => tabs?.mediaOf(tab, () => 'c1'),
    refuse: (why: string) => {
      refusal = why;
    },
    mute: () => {
      silent = true;
    },
    /** The agent dies; in the dedicated way because the tab that hosted it did. */
    crash() {
      const dead = `agent-${lives}`;
      lives += 1;
      tabs = null;
      table.kill('parley-agent-host');
      table.kill(agentLock(dead));
    },
    closeTab: (tab: string) => table.kill(tabLock(tab)),
    onAsk: (listener: typeof answers) => {
      answers = listener;
    },
    end() {
      for (const each of [...channels, ...ports]) each.close();
    },
  };
}

describe.each(['shared', 'dedicated'] as const)('the %s way', (mode) => {
  let one: ReturnType<typeof browser>;
  afterEach(() => {
    one.end();
  });

  test('I08 what a window had said when it went is said again by the next one, first and as the same message', async () => {
    one = browser(mode);
    const { held, storage } = shelf();
    const said: unknown[] = [];
    one.onAsk(({ command, input }) => command === 'send' && said.push(input));
    const first = one.tab(storage);
    await first.hello();
    first.link.assume(ANN);
    one.mute();
    for (const text of ['one', 'two']) void first.link.send('send', { conversation: BEN, text });
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(held.size).toBe(2);
    one.crash();
    one.closeTab(first.link.tab);

    const second = one.tab(storage);
    const third = second.link.send('send', { conversation: BEN, text: 'three' });
    await second.hello();
    expect(await third).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(held.size).toBe(0));
    // The first window's link is not really gone here and asks the new agent as well; its words carry no name. And what an
    // agent is asked twice, it does once.
    const all = said as { id: string; text: string; as?: string }[];
    const again = all.filter(({ text, as }) => as !== undefined || text === 'three');
    expect(again.slice(0, 3).map(({ text, as }) => [text, as])).toEqual([
      ['one', ANN],
      ['two', ANN],
      ['three', undefined],
    ]);
    expect(again.slice(0, 2).map(({ id }) => id)).toEqual(all.slice(0, 2).map(({ id }) => id));
  });

  test('I08 while nobody is signed in it waits, and what is refused is shown once', async () => {
    one = browser(mode);
    const { held, storage } = shelf();
    const left = (id: string) =>
      JSON.stringify({ at: 1, said: { id, as: ANN, conversation: BEN, text: 'hi' } });
    held.set('parley-said x1', left('x1'));
    one.refuse('You are signed out.');
    const out = one.tab(storage);
    await out.hello();
    // Answers come in order: this one is behind the other.
    await out.link.send('send-again', { id: 'none' });
    expect(one.asked.filter((line) => line.includes('send'))).toHaveLength(2);
    expect(out.facts).toEqual([]);
    expect(held.size).toBe(1);

    const signedIn = one.tab(storage);
    await signedIn.hello();
    signedIn.link.assume(ANN);
    await vi.waitFor(() => expect(signedIn.facts).toMatchObject([{ fact: 'notice', level: 'problem' }]));
    expect(held.size).toBe(0);
  });

  test('two tabs have one agent, and both hear its facts', async () => {
    one = browser(mode);
    const [first, second] = [one.tab(), one.tab()];
    expect(await first.hello()).toEqual(BOOT);
    expect(await second.hello()).toEqual(BOOT);
    expect(await second.link.send('send', { conversation: 'sip:b@x', text: 'Hi' })).toMatchObject({
      ok: true,
    });
    // A UUID was filled in, so that the command can be repeated.
    expect(one.asked).toEqual(['1 hello', '1 hello', '1 send 36']);
    one.tell({ fact: 'messages-gone', ids: ['x'] });
    await vi.waitFor(() => {
      for (const tab of [first, second]) expect(tab.facts).toEqual([{ fact: 'messages-gone', ids: ['x'] }]);
    });
  });

  test('media is asked of the tab that has the call, of no other', async () => {
    one = browser(mode);
    const [first, second] = [one.tab(), one.tab()];
    await first.hello();
    await second.hello();
    const served: string[] = [];
    for (const [name, tab] of Object.entries({ first, second }))
      tab.link.serveMedia((verb) => {
        served.push(`${name} ${verb}`);
        return Promise.resolve({ ok: true, value: { sdp: 'v=0' } } as never);
      });
    expect(await one.mediaOf(second.link.tab)?.getDescription({ video: true, iceRestart: false })).toBe(
      'v=0',
    );
    expect(served).toEqual(['second get-description']);
  });

  test('media asked of a tab that is still opening comes once it serves', async () => {
    one = browser(mode);
    const tab = one.tab();
    await tab.hello();
    const asked = one.mediaOf(tab.link.tab)?.getDescription({ video: true, iceRestart: false });
    // The request is at the tab before the answer of what was asked after it.
    await tab.link.send('sign-out', { forget: false });
    tab.link.serveMedia(() => Promise.resolve({ ok: true, value: { sdp: 'v=0' } } as never));
    expect(await asked).toBe('v=0');
  });

  test('what is asked before hello goes after it', async () => {
    one = browser(mode);
    const tab = one.tab();
    const sent = tab.link.send('send', { conversation: 'sip:b@x', text: 'Hi', id: 'm1' });
    await tab.link.greeted;
    expect(one.asked).toEqual([]);
    await tab.hello();
    expect(await sent).toMatchObject({ ok: true });
    expect(one.asked).toEqual(['1 hello', '1 send 2']);
  });

  test('the end of a tab is noticed', async () => {
    one = browser(mode);
    const [first, second] = [one.tab(), one.tab()];
    await first.hello();
    await second.hello();
    one.closeTab(second.link.tab);
    await vi.waitFor(() => expect(one.gone).toEqual([second.link.tab]));
  });

  test('when the agent dies, another takes over: hello again, the rest again, calls are given up', async () => {
    one = browser(mode);
    const tab = one.tab();
    await tab.hello('s1');
    if (mode === 'dedicated') one.tab();
    one.mute();
    const sent = tab.link.send('send', { conversation: 'sip:b@x', text: 'Hi', id: 'm1' });
    const called = tab.link.send('call', { peer: 'sip:b@x', video: false, tab: tab.link.tab });
    await vi.waitFor(() => expect(one.asked).toHaveLength(3));
    one.crash();
    expect(await sent).toMatchObject({ ok: true });
    expect(await called).toMatchObject({ ok: false });
    expect(one.asked[0]).toBe('1 hello s1');
    // The other agent may know an older list than is shown: it is to tell its own.
    expect(one.asked.slice(3)).toEqual(['3 hello', '3 send 2']);
    await vi.waitFor(() => expect(tab.facts.at(-1)).toEqual({ fact: 'restarted', calls: [] }));
  });
});
