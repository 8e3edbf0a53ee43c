/**
 * The tabs of this browser: their frames, their answers, facts to all of them. A tab lives as long as it holds its Web
 * Lock; the agent queues for that lock and so learns of its end within milliseconds, also after a crash.
 */
import type { FileOffer } from '../protocol/file-offer.ts';
import type { Standing } from '../protocol/call-standing.ts';
import type { MediaPort } from '../sip/contract.ts';
import type { Commands, Fact, FromAgent, FromTab, MediaRequests, Outcome } from './contract.ts';

export interface Tabs {
  /** A frame of a tab came in; `post` is the way back to it. */
  received(post: Post, frame: FromTab, tab?: string): void;
  tell(fact: Fact): void;
  /** `standing`: what the connection begins with, when it follows another. */
  mediaOf(tab: string, call: () => string, standing?: () => Standing | null): MediaPort;
  readonly names: () => readonly string[];
  /** The media of one attempt at a file transfer. */
  fileMediaOf(tab: string, call: string, file: () => FileOffer): MediaPort;
  request<M extends keyof MediaRequests>(
    tab: string,
    media: M,
    input: MediaRequests[M][0],
  ): Promise<MediaRequests[M][1]>;
  readonly count: () => number;
}
export type Post = (frame: FromAgent) => void;

export interface TabEvents {
  command<C extends keyof Commands>(command: C, input: Commands[C][0], tab: string): Promise<Commands[C][1]>;
  gone(tab: string): void;
  /** Calls back once the tab has ended. */
  readonly whenGone: (tab: string, then: () => void) => void;
  readonly log: (line: string) => void;
}

interface Tab {
  readonly post: Post;
  readonly waiting: Map<number, (output: unknown) => void>;
}

const CLOSED: Outcome<never> = { ok: false, why: 'The window of this call was closed.' };

export function createTabs(events: TabEvents): Tabs {
  const tabs = new Map<string, Tab>();
  const names = new WeakMap<Post, string>();
  let seq = 0;

  function join(name: string, post: Post): void {
    names.set(post, name);
    if (tabs.has(name)) {
      tabs.set(name, { post, waiting: tabs.get(name)?.waiting ?? new Map() });
      return;
    }
    tabs.set(name, { post, waiting: new Map() });
    events.whenGone(name, () => {
      const tab = tabs.get(name);
      tabs.delete(name);
      for (const settle of tab?.waiting.values() ?? []) settle(CLOSED);
      events.gone(name);
    });
  }

  function request<M extends keyof MediaRequests>(
    tab: string,
    media: M,
    input: MediaRequests[M][0],
  ): Promise<MediaRequests[M][1]> {
    const entry = tabs.get(tab);
    if (!entry) return Promise.resolve(CLOSED as MediaRequests[M][1]);
    return new Promise((settle) => {
      entry.waiting.set(++seq, settle as (output: unknown) => void);
      entry.post({ media, seq, input } as FromAgent);
    });
  }

  return {
    count: () => tabs.size,
    names: () => [...tabs.keys()],
    received(post, frame, known) {
      if ('mediaReply' in frame) {
        const name = known ?? names.get(post) ?? '';
        const waiting = tabs.get(name)?.waiting;
        waiting?.get(frame.mediaReply)?.(frame.output);
        waiting?.delete(frame.mediaReply);
        return;
      }
      if (frame.command === 'hello') join(frame.input.tab, post);
      const name = known ?? names.get(post) ?? '';
      const run = events.command as (command: string, input: unknown, tab: string) => Promise<unknown>;
      run(frame.command, frame.input, name).then(
        (output) => {
          post({ reply: frame.seq, output });
        },
        (error: unknown) => {
          events.log(
            `${frame.command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          );
          post({
            reply: frame.seq,
            output: { ok: false, why: 'Something went wrong in Parley. Please try again.' },
          });
        },
      );
    },
    tell(fact) {
      for (const tab of tabs.values()) tab.post({ fact });
    },
    request,
    mediaOf(tab, call, standing) {
      // One step later: the call has its id by then.
      const ask: Ask = async (verb, input) => {
        await Promise.resolve();
        return request(tab, verb, { ...input, call: call() } as never);
      };
      return portOf(ask, ({ video, iceRestart }) => {
        const before = standing?.();
        return ask('get-description', { video, iceRestart, ...(before && { standing: before }) });
      });
    },
    fileMediaOf(tab, call, file) {
      const ask: Ask = (verb, input) => request(tab, verb, { ...input, call } as never);
      return portOf(ask, ({ iceRestart }) => ask('describe-file', { file: file(), iceRestart }));
    },
  };
}

type Ask = <M extends Exclude<keyof MediaRequests, 'upload-file'>>(
  verb: M,
  input: Omit<MediaRequests[M][0], 'call'>,
) => Promise<MediaRequests[M][1]>;

function portOf(
  ask: Ask,
  describe: (options: { video: boolean; iceRestart: boolean }) => Promise<Outcome<{ sdp: string }>>,
): MediaPort {
  return {
    async getDescription(options) {
      const made = await describe(options);
      if (!made.ok) throw new Error(made.why);
      return made.value.sdp;
    },
    async setDescription(sdp) {
      const taken = await ask('set-description', { sdp });
      if (!taken.ok) throw new Error(taken.why);
    },
    async rollback() {
      await ask('rollback', {});
    },
    async sendDtmf(tones) {
      await ask('send-dtmf', { tones });
    },
    close() {
      void ask('close', {});
    },
  };
}
