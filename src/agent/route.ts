/**
 * How frames travel between a tab and the agent. Two ways, one contract:
 *
 *   shared     tab --MessagePort-- SharedWorker --MessagePort-- tab
 *   dedicated  every tab queues for one Web Lock; its holder starts the worker; all speak over a BroadcastChannel
 *
 * Either way an agent's first frame names it, and the Web Lock of that name tells the tab when it died.
 */
import type { FromAgent, FromTab } from './contract.ts';

export type RouteMode = 'shared' | 'dedicated';

/** Frames on the channel of the dedicated way. `to`: a tab's name, `*` for all of them, `agent`. */
export type OnChannel =
  | { readonly to: 'agent'; readonly tab: string; readonly frame: FromTab | null }
  | { readonly to: string; readonly frame: FromAgent };

export const CHANNEL = 'parley-agent';
/** Held by the tab that hosts the dedicated worker. */
const HOST_LOCK = 'parley-agent-host';
export const agentLock = (id: string): string => `parley-agent:${id}`;
export const tabLock = (tab: string): string => `parley-tab:${tab}`;

export interface Route {
  post(frame: FromTab): void;
}

/** What a tab brings along: names are those of the DOM, so that a test can hand in its own. */
export interface TabPlatform {
  readonly locks: LockManager;
  readonly openShared: (() => MessagePort) | null;
  readonly openDedicated: () => void;
  readonly openChannel: (name: string) => BroadcastChannel;
}

/** Opens the way to the agent. `onFrame` gets every frame for this tab, beginning with the agent's name. */
export function openRoute(
  mode: RouteMode,
  tab: string,
  platform: TabPlatform,
  onFrame: (frame: FromAgent) => void,
): Route {
  const { openShared } = platform;
  return mode === 'shared' && openShared
    ? openSharedRoute(openShared, platform.locks, onFrame)
    : openChannelRoute(tab, platform, onFrame);
}

function openSharedRoute(
  openShared: () => MessagePort,
  locks: LockManager,
  onFrame: (frame: FromAgent) => void,
): Route {
  let port: MessagePort;
  const connect = () => {
    port = openShared();
    port.onmessage = ({ data }: MessageEvent<FromAgent>) => {
      if ('agent' in data) whenGone(locks, data.agent, connect);
      onFrame(data);
    };
  };
  connect();
  return {
    post: (frame) => {
      port.postMessage(frame);
    },
  };
}

function openChannelRoute(tab: string, platform: TabPlatform, onFrame: (frame: FromAgent) => void): Route {
  const channel = platform.openChannel(CHANNEL);
  const post = (frame: FromTab | null) => {
    channel.postMessage({ to: 'agent', tab, frame } satisfies OnChannel);
  };
  let known = '';
  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if (data.to !== tab && data.to !== '*') return;
    const frame = data.frame as FromAgent;
    if ('agent' in frame) {
      if (frame.agent === known) return;
      known = frame.agent;
    }
    onFrame(frame);
  };
  // The lock is kept until this tab dies; the worker dies with it, and the next tab in the queue starts another.
  void platform.locks.request(HOST_LOCK, () => {
    platform.openDedicated();
    return new Promise<never>(() => undefined);
  });
  post(null);
  return { post };
}

/** Runs `then` once the agent has died: its lock is free only then. */
function whenGone(locks: LockManager, agent: string, then: () => void): void {
  void locks.request(agentLock(agent), { mode: 'shared' }, () => undefined).then(then);
}
