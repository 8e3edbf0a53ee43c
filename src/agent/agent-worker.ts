/**
 * Entry of the worker, in both ways it can be started: as the SharedWorker that every tab connects to, or as the
 * dedicated worker of one tab, which then reaches all tabs by a BroadcastChannel (route.ts).
 *
 * One agent in a browser, ever: the Web Lock is taken before the store or a socket is opened. A second one (an update
 * that waits, or both ways at once) asks the first to make room and waits for its end.
 */
import { createUserAgent } from '../sip/user-agent.ts';
import { openSecret, sealSecret } from '../store/account.ts';
import { createIdbVault } from '../store/idb-vault.ts';
import { createMemoryVault } from '../store/memory-vault.ts';
import { openStore } from '../store/open.ts';
import type { Vault } from '../store/vault.ts';
import { startAgent } from './agent.ts';
import { browserClock, isMobile, openWebSocket } from './browser.ts';
import { createLog } from './log.ts';
import { agentLock, CHANNEL, tabLock } from './route.ts';
import { serveChannel, servePort } from './serve.ts';

const AGENT_LOCK = 'parley-agent';
const ROOM_CHANNEL = 'parley-agent-room';

declare const self: {
  onconnect?: ((event: MessageEvent & { readonly ports: readonly MessagePort[] }) => void) | null;
};
const shared = 'onconnect' in self;
const log = createLog();
const name = crypto.randomUUID();

/** Ports of tabs that came before the agent was ready. */
const early: MessagePort[] = [];
let join = (port: MessagePort): void => {
  early.push(port);
};
self.onconnect = ({ ports }) => {
  const [port] = ports;
  if (port) join(port);
};

void navigator.locks.request(AGENT_LOCK, { ifAvailable: true }, (lock) => {
  if (lock) return live();
  new BroadcastChannel(ROOM_CHANNEL).postMessage('waiting');
  return navigator.locks.request(AGENT_LOCK, live);
});

/** Runs until the worker ends: the lock is never given back by itself. */
async function live(): Promise<never> {
  const opened = await openVault();
  const { vault } = opened;
  let { notice } = opened;
  const agent = await startAgent({
    vault,
    log,
    clock: browserClock(),
    uuid: () => crypto.randomUUID(),
    makeSip: (options, events) => {
      const made = createUserAgent(options, events);
      if (!made) throw new Error('The account has an address that sign-in should not have taken');
      return made;
    },
    openSocket: openWebSocket,
    fetch: (input, init) => fetch(input, init),
    mobile: isMobile(),
    seal: sealSecret,
    unseal: openSecret,
    whenGone: (tab, then) => void navigator.locks.request(tabLock(tab), () => undefined).then(then),
  });
  new BroadcastChannel(ROOM_CHANNEL).onmessage = () => {
    agent.tell({ fact: 'outdated' });
  };
  outdated = () => {
    agent.tell({ fact: 'outdated' });
  };
  await new Promise<void>((held) => {
    void navigator.locks.request(agentLock(name), () => {
      held();
      return new Promise<never>(() => undefined);
    });
  });
  const tabs: typeof agent.tabs = {
    ...agent.tabs,
    received(post, frame, tab) {
      agent.tabs.received(post, frame, tab);
      // Nobody hears before the first tab has said hello.
      if (notice === null || !('command' in frame) || frame.command !== 'hello') return;
      agent.tell({ fact: 'notice', level: 'problem', words: notice });
      notice = null;
    },
  };
  if (shared) {
    join = (port) => {
      servePort(tabs, name, port);
    };
    for (const port of early.splice(0)) join(port);
  } else serveChannel(tabs, name, new BroadcastChannel(CHANNEL));
  return new Promise<never>(() => undefined);
}

let outdated = (): void => undefined;

/** The store, or memory where the browser keeps nothing. */
async function openVault(): Promise<{ vault: Vault; notice: string | null }> {
  const opened = await openStore({
    repair: true,
    onClosed: () => {
      outdated();
    },
  });
  if (opened.ok) return { vault: createIdbVault(opened.db), notice: opened.notice };
  log(`store: ${opened.because}`);
  return { vault: createMemoryVault(), notice: opened.why };
}
