import { untrack } from 'svelte';
import type { AgentLink, Aor, Boot, CallEnd, CallSnapshot, Fact, Outcome } from '../../agent/contract.ts';
import type { PeerConnections } from '../../media/peer-connections.ts';
import { Once } from '../chat/once.ts';
import { Call } from './call.svelte.ts';
import { CallLock } from './call-lock.ts';
import type { CallLog } from './call-log.svelte.ts';
import { serveMedia, type FileMedia } from './media-port.ts';
import type { Ringer } from './ringer.ts';

export interface CallsOptions {
  readonly link: AgentLink;
  readonly peers: PeerConnections;
  readonly ringer: Ringer;
  /** Serves the channels of files. */
  readonly files?: FileMedia;
  readonly log: CallLog;
  /** True while nothing of this person may sound: Do not disturb. */
  readonly isQuiet: (from: Aor) => boolean;
}

/** How long "Call ended" stays, milliseconds. Ends that need a decision stay until the person leaves them. */
const FAREWELL = 1500;
const STAYS: readonly CallEnd[] = ['declined', 'busy', 'no-answer', 'unreachable', 'lost', 'failed'];

/** Told once of every call that starts to ring here, and once of every call that ends. */
export interface CallWatcher {
  rang(call: Call): void;
  ended(call: Call): void;
}

/** Every call this browser knows of: the ones that ring, and the one on the stage. */
export class Calls {
  readonly log: CallLog;
  readonly #link: AgentLink;
  readonly #peers: PeerConnections;
  readonly #ringer: Ringer;
  readonly #isQuiet: (from: Aor) => boolean;
  readonly #known: Once<{ call: Call | null }>;
  readonly #lock = new CallLock();
  #live = $state.raw<readonly Call[]>([]);
  #isMinimised = $state(false);
  #shown = $state(0);
  #problem = $state<string | null>(null);
  #wantsRestart: readonly string[] = [];
  #watchers: readonly CallWatcher[] = [];

  constructor(options: CallsOptions) {
    this.log = options.log;
    this.#link = options.link;
    this.#peers = options.peers;
    this.#ringer = options.ringer;
    this.#isQuiet = options.isQuiet;
    this.#known = new Once(() => ({ call: null }));
    serveMedia(options.link, options.peers, options.files ?? null);
    options.peers.listen({
      changed: (id) => this.#known.of(id).call?.readMedia(),
      wantsOffer: (id, iceRestart) => void this.#renegotiate(id, iceRestart),
      problem: (id, kind, why) => this.#known.of(id).call?.readProblem(kind, why),
    });
  }

  boot(boot: Pick<Boot, 'calls'>): void {
    for (const snapshot of boot.calls) this.#take(snapshot);
  }

  apply(fact: Fact): void {
    if (fact.fact === 'call') this.#take(fact.call);
    else if (fact.fact === 'call-logged') this.log.add(fact.row);
    else if (fact.fact === 'calls-logged') this.log.add(...fact.rows);
    else if (fact.fact === 'calls-gone') this.log.remove(fact.ids);
    else if (fact.fact === 'connection' && fact.state.is === 'online') this.#heal();
  }

  /** Calls that ring here and wait for a decision, the oldest first. */
  get incoming(): readonly Call[] {
    return this.#live.filter((call) => call.state === 'incoming');
  }

  /** The call on the stage, or just ended there; null when there is none. */
  get current(): Call | null {
    const mine = this.#live.filter((call) => call.state !== 'incoming' && call.isHere);
    return mine.findLast((call) => call.state !== 'ended') ?? mine.at(-1) ?? null;
  }

  /** A call that another window of this browser holds. */
  get elsewhere(): Call | null {
    const up = (call: Call): boolean => call.state !== 'incoming' && call.state !== 'ended';
    return this.#live.find((call) => !call.isHere && up(call)) ?? null;
  }

  /** True while the person works elsewhere and the call is only a bar. */
  get isMinimised(): boolean {
    return this.#isMinimised;
  }
  minimise(on: boolean): void {
    this.#isMinimised = on;
  }

  /** True while a stage shows the call. */
  get isShown(): boolean {
    return this.#shown > 0 && !this.#isMinimised;
  }
  /** A stage is on screen from now on. Returns how to say that it no longer is. */
  show(): () => void {
    // Counted, not watched: the effect that shows must not depend on the count.
    untrack(() => (this.#shown += 1));
    return () => untrack(() => (this.#shown -= 1));
  }

  /** Why the last attempt to call did not even start. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Calls a person. Ends the call that is up first: one at a time has the microphone. */
  async place(peer: Aor, video: boolean, subject?: string): Promise<Outcome<{ id: string }>> {
    await this.#endCurrent();
    this.#isMinimised = false;
    const tab = this.#link.tab;
    const outcome = await this.#link.send('call', { peer, video, tab, ...(subject ? { subject } : {}) });
    this.#problem = outcome.ok ? null : outcome.why;
    return outcome;
  }

  /** Answers, ending the call that is up. */
  async answer(call: Call, video: boolean): Promise<void> {
    await this.#endCurrent();
    this.#isMinimised = false;
    const outcome = await call.answer(video);
    this.#problem = outcome.ok ? null : outcome.why;
  }

  /** Leaves the screen of a call that has ended. */
  dismiss(call: Call): void {
    this.#forget(call);
  }

  /** Returns how to stop. */
  watch(watcher: CallWatcher): () => void {
    this.#watchers = [...this.#watchers, watcher];
    return () => {
      this.#watchers = this.#watchers.filter((each) => each !== watcher);
    };
  }

  /** Watches the browser's network (a call whose path moved starts ICE anew) and for the press that allows sound. Returns how to stop. */
  listen(page: Window): () => void {
    const moved = (): void => this.#peers.networkChanged();
    const deaf = this.#ringer.listen(page);
    const path: unknown = Reflect.get(page.navigator, 'connection');
    const target = path instanceof EventTarget ? path : null;
    page.addEventListener('online', moved);
    target?.addEventListener('change', moved);
    return () => {
      deaf();
      page.removeEventListener('online', moved);
      target?.removeEventListener('change', moved);
    };
  }

  #take(snapshot: CallSnapshot): void {
    const place = this.#known.of(snapshot.id);
    const before = place.call?.state ?? null;
    if (place.call) place.call.apply(snapshot);
    else if (snapshot.state === 'ended') return;
    else place.call = new Call(snapshot, this.#link, this.#peers);
    const { call } = place;
    if (!this.#live.includes(call) && before !== 'ended') this.#live = [...this.#live, call];
    if (snapshot.state === 'incoming' && before === null)
      for (const watcher of this.#watchers) watcher.rang(call);
    if (snapshot.state === 'ended' && before !== 'ended') this.#ended(call, snapshot.end ?? 'hung-up');
    this.#follow();
  }

  #ended(call: Call, end: CallEnd): void {
    for (const watcher of this.#watchers) watcher.ended(call);
    if (!call.isHere) this.#forget(call);
    else if (call.direction === 'in' && call.establishedAt === null) this.#forget(call);
    else if (!STAYS.includes(end)) setTimeout(() => this.#forget(call), FAREWELL);
  }

  #forget(call: Call): void {
    this.#live = this.#live.filter((each) => each !== call);
    this.#follow();
  }

  async #endCurrent(): Promise<void> {
    const { current } = this;
    if (!current) return;
    if (current.state !== 'ended') await current.hangUp();
    this.#forget(current);
  }

  /** What stands outside the screen follows the calls: sound, and the lock that holds updates back. */
  #follow(): void {
    const { current } = this;
    const isTalking = current !== null && current.state !== 'ended';
    this.#lock.hold(isTalking);
    if (!isTalking && this.incoming.some((call) => !this.#isQuiet(call.peer))) this.#ringer.want('ring');
    else if (current?.state === 'ringing') this.#ringer.want('ringback');
    else if (current?.state === 'ended' && current.snapshot.end === 'busy') this.#ringer.want('busy');
    else this.#ringer.want(null);
  }

  async #renegotiate(id: string, iceRestart: boolean): Promise<void> {
    const call = this.#known.of(id).call;
    if (!call || call.state !== 'established') return;
    const outcome = await this.#link.send('renegotiate', { id, iceRestart });
    // Without a socket nothing can be agreed now: again when the connection is back.
    if (!outcome.ok && iceRestart && !this.#wantsRestart.includes(id))
      this.#wantsRestart = [...this.#wantsRestart, id];
  }

  #heal(): void {
    const waiting = this.#wantsRestart;
    this.#wantsRestart = [];
    for (const id of waiting) void this.#renegotiate(id, true);
  }
}
