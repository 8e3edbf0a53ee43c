/** The agent's ends of the two ways in route.ts. */
import type { FromAgent, FromTab } from './contract.ts';
import type { Post, Tabs } from './ports.ts';
import type { OnChannel } from './route.ts';

/** One tab at its port. */
export function servePort(tabs: Pick<Tabs, 'received'>, agent: string, port: MessagePort): void {
  const post = (frame: FromAgent): void => {
    port.postMessage(frame);
  };
  port.onmessage = ({ data }: MessageEvent<FromTab>) => {
    tabs.received(post, data);
  };
  post({ agent });
}

/** All tabs over one channel. Those that are there already learn of the agent, those that come ask for it. */
export function serveChannel(tabs: Pick<Tabs, 'received'>, agent: string, channel: BroadcastChannel): void {
  const posts = new Map<string, Post>();
  const postTo = (to: string): Post => {
    const known = posts.get(to);
    if (known) return known;
    const post = (frame: FromAgent): void => {
      channel.postMessage({ to, frame } satisfies OnChannel);
    };
    posts.set(to, post);
    return post;
  };
  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if (data.to !== 'agent' || !('tab' in data)) return;
    if (data.frame === null) postTo(data.tab)({ agent });
    else tabs.received(postTo(data.tab), data.frame, data.tab);
  };
  postTo('*')({ agent });
}
