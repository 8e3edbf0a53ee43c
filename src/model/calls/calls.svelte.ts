import { untrack } from 'svelte';
import type {
  AgentLink,
  Aor,
  Boot,
  CallElsewhere,
  CallEnd,
  CallSnapshot,
  Commands,
  Fact,
  Outcome,
} from '../../agent/contract.ts';
import { callOf } from '../../protocol/call-standing.ts';
import type { PeerConnections } from '../../media/peer-connections.ts';
import { Once } from '../chat/once.ts';
import { Call } from './call.svelte.ts';
import { CallLock } from './call-lock.ts';
import type { CallLog } from './call-log.svelte.ts';
import { Passing, type PassedTo } from './passing.ts';
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
  /** A screen of this window is seen by others, or no longer. */
  readonly shares?: (on: boolean) => void;
}

/** How long "Call ended" stays, milliseconds. Ends that need a decision stay until the person leaves them. */
const FAREWELL = 1500;
/** The same with a sentence to read. */
const LONG_FAREWELL = 3000;
const STAYS: readonly CallEnd[] = ['declined', 'busy', 'no-answer', 'unreachable', 'lost', 'failed'];

/** What a call of ours says beside whom it is to. */
export type PlacedAbout = Pick<Commands['call'][0], 'subject' | 'behalf'>;

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
  readonly #shares: (on: boolean) => void;
  readonly #known: Once<{ call: Call | null }>;
  readonly #lock = new CallLock();
  readonly #passing = new Passing({
    answered: (call, to, other) => void this.#handOver(call, to, other),
    failed: (call, why) => (why === null ? void this.resume(call) : this.#cameBack(call, why)),
  });
  #live = $state.raw<readonly Call[]>([]);
  #onOthers = $state.raw<readonly CallElsewhere[]>([]);
  /** The call on the stage: the others of this window are on hold. */
  #audible = $state<string | null>(null);
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
    this.#shares = options.shares ?? (() => undefined);
    this.#known = new Once(() => ({ call: null }));
    serveMedia(options.link, options.peers, options.files ?? null);
    options.peers.listen({
      changed: (name) => this.#known.of(callOf(name)).call?.readMedia(),
      wantsOffer: (name, iceRestart) => void this.#renegotiate(callOf(name), iceRestart),
      silent: () => void options.link.send('path-silent', null),
      problem: (name, kind, why) => this.#known.of(callOf(name)).call?.readProblem(kind, why),
      screenEnded: (name) => void this.#known.of(callOf(name)).call?.sharing.stop(),
    });
  }

  boot(boot: Pick<Boot, 'calls' | 'elsewhere'>): void {
    this.#onOthers = boot.elsewhere;
    for (const snapshot of boot.calls) this.#take(snapshot);
  }

  apply(fact: Fact): void {
    if (fact.fact === 'call') this.#take(fact.call);
    else if (fact.fact === 'calls-elsewhere') this.#onOthers = fact.calls;
    else if (fact.fact === 'call-logged') this.log.add(fact.row);
    else if (fact.fact === 'calls-logged') this.log.add(...fact.rows);
    else if (fact.fact === 'calls-gone') this.log.remove(fact.ids);
    else if (fact.fact === 'connection' && fact.state.is === 'online') this.#heal();
  }

  /** Calls that ring here and wait for a decision, the oldest first. */
  get incoming(): readonly Call[] {
    return this.#live.filter((call) => call.state === 'incoming');
  }

  /** The call on the stage, or just ended there; null when there is none. The one that is heard. */
  get current(): Call | null {
    const here = this.#here;
    const running = here.filter((call) => call.state !== 'ended');
    return here.find((call) => call.id === this.#audible) ?? running.at(-1) ?? here.at(-1) ?? null;
  }

  /** Calls of this window that wait while the current one is heard, in the order they came. */
  get held(): readonly Call[] {
    const { current } = this;
    return this.#here.filter((call) => call !== current && call.state !== 'ended');
  }

  get #here(): readonly Call[] {
    return this.#live.filter((call) => call.state !== 'incoming' && call.isHere);
  }

  /** A call that another window of this browser holds. */
  get elsewhere(): Call | null {
    const up = (call: Call): boolean => call.state !== 'incoming' && call.state !== 'ended';
    return this.#live.find((call) => !call.isHere && up(call)) ?? null;
  }

  /** Calls that the person has on other devices. */
  get onOtherDevices(): readonly CallElsewhere[] {
    return this.#onOthers;
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

  /**
   * Calls a person. The call that is up is put on hold: one at a time has the microphone. `behalf`: in the name of
   * somebody whose delegate I am (features.md CD1).
   */
  async place(peer: Aor, video: boolean, about: PlacedAbout = {}): Promise<Outcome<{ id: string }>> {
    await this.#makeRoom();
    const tab = this.#link.tab;
    const outcome = await this.#link.send('call', { peer, video, tab, ...about });
    this.#problem = outcome.ok ? null : outcome.why;
    return outcome;
  }

  /** Goes on here with a call of another device; the call that is up is put on hold. */
  async moveHere({ id }: CallElsewhere): Promise<Outcome<{ id: string }>> {
    await this.#makeRoom();
    return this.#link.send('move-call', { id, tab: this.#link.tab });
  }

  /** Takes the place of somebody in a call that they have parked; the call that is up is put on hold. */
  async pickUp(from: Aor, id: string): Promise<Outcome<{ id: string }>> {
    await this.#makeRoom();
    return this.#link.send('pick-up', { from, id, tab: this.#link.tab });
  }

  /** Answers, and puts the call that is up on hold. */
  async answer(call: Call, video: boolean): Promise<void> {
    await this.#putAside();
    this.#isMinimised = false;
    const outcome = await call.answer(video);
    this.#problem = outcome.ok ? null : outcome.why;
  }

  /** Takes a call up again; the one that is heard goes on hold. */
  async resume(call: Call): Promise<void> {
    if (call !== this.current) await this.#putAside();
    this.#audible = call.id;
    await call.setHeld(false, true);
    this.#follow();
  }

  /**
   * Asks the other side to go on with somebody (RFC 5589): on hold first, and taken up again when it fails. `joins`:
   * with the far end of that call, which has been asked before.
   */
  async transfer(call: Call, to: PassedTo, joins?: Call): Promise<Outcome> {
    call.readProblem('transfer', null);
    await call.setHeld(true, true);
    const { aor, name } = to;
    const wish = { id: call.id, to: aor, name, ...(joins && { joins: joins.id }) };
    const outcome = await this.#link.send('transfer', wish);
    if (!outcome.ok) this.#cameBack(call, outcome.why);
    return outcome;
  }

  /**
   * Passes the call on the stage to whom it was for, in one step: they are called while it waits, and the two are
   * connected as soon as they answer. It comes back when they do not.
   */
  async pass(call: Call, to: PassedTo, subject: string): Promise<void> {
    if (!this.#passing.begin(call)) return;
    call.readProblem('transfer', null);
    const placed = await this.place(to.aor, false, { subject });
    if (!placed.ok) {
      this.#passing.leave(call);
      return this.#cameBack(call, placed.why);
    }
    const { id } = placed.value;
    this.#passing.wait(id, call, to);
    // It may have ended before anybody waited for it.
    const other = this.#known.of(id).call;
    if (other) this.#passing.hear(other);
  }

  async #handOver(call: Call, to: PassedTo, other: Call): Promise<void> {
    const outcome = await this.transfer(call, to, other);
    if (outcome.ok) return;
    await other.hangUp();
    await this.resume(call);
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
    // The browser asks whether they mean it.
    const leaving = (event: Event): void => {
      if (this.#live.some((call) => call.isTied)) event.preventDefault();
    };
    const deaf = this.#ringer.listen(page);
    const path: unknown = Reflect.get(page.navigator, 'connection');
    const target = path instanceof EventTarget ? path : null;
    page.addEventListener('online', moved);
    page.addEventListener('beforeunload', leaving);
    target?.addEventListener('change', moved);
    return () => {
      deaf();
      page.removeEventListener('online', moved);
      page.removeEventListener('beforeunload', leaving);
      target?.removeEventListener('change', moved);
    };
  }

  #take(snapshot: CallSnapshot): void {
    const place = this.#known.of(snapshot.id);
    const before = place.call?.state ?? null;
    const wasParked = place.call?.parking === 'parked';
    const wasFailed = place.call?.snapshot.transfer?.failed === true;
    if (place.call) place.call.apply(snapshot);
    else if (snapshot.state === 'ended') return;
    else place.call = new Call(snapshot, this.#link, this.#peers, () => this.#tellSharing());
    const { call } = place;
    if (!this.#live.includes(call) && before !== 'ended') this.#live = [...this.#live, call];
    this.#hear(call, before);
    this.#passing.hear(call);
    if (snapshot.state === 'incoming') this.#peers.prepare();
    if (snapshot.transfer?.failed && !wasFailed && call.isHere) this.#cameBack(call, snapshot.transfer.words);
    if (call.parking === 'back' && wasParked && call.isHere) this.#rangBack(call);
    if (snapshot.state === 'incoming' && before === null) {
      for (const watcher of this.#watchers) watcher.rang(call);
      // Somebody is being listened to: one short tone instead of a ring.
      if (this.current && !this.#isQuiet(call.peer)) this.#ringer.once('message');
    }
    if (snapshot.state === 'ended' && before !== 'ended') this.#ended(call, snapshot.end ?? 'hung-up');
    this.#follow();
  }

  #ended(call: Call, end: CallEnd): void {
    for (const watcher of this.#watchers) watcher.ended(call);
    if (!call.isHere) this.#forget(call);
    else if (call.direction === 'in' && call.establishedAt === null) this.#forget(call);
    else if (!STAYS.includes(end))
      setTimeout(() => this.#forget(call), call.snapshot.why ? LONG_FAREWELL : FAREWELL);
  }

  #forget(call: Call): void {
    this.#live = this.#live.filter((each) => each !== call);
    this.#follow();
  }

  /** Whoever has just called or answered is heard; in another window of this browser, too. */
  #hear(call: Call, before: CallSnapshot['state'] | null): void {
    if (call.state !== 'dialling' && call.state !== 'answering') return;
    if (before !== null && before !== 'incoming') return;
    if (call.isHere) this.#audible = call.id;
    else void this.current?.setHeld(true, true);
  }

  /** A call that could not be handed on is heard again, unless another is (features.md AC2). */
  #cameBack(call: Call, why: string): void {
    const { current } = this;
    call.readProblem('transfer', why);
    this.#ringer.once('message');
    if (current && current !== call && current.state !== 'ended') return;
    this.#isMinimised = false;
    void this.resume(call);
  }

  /** Nobody has picked it up: it rings, or sounds once while another is heard. It stays on hold until it is taken back. */
  #rangBack(call: Call): void {
    const { current } = this;
    if (call === current) this.#isMinimised = false;
    else if (current?.state === 'established' && !current.isHeld) this.#ringer.once('message');
    else this.#audible = call.id;
  }

  /** Another call of mine begins: the stage is for it. */
  async #makeRoom(): Promise<void> {
    this.#peers.prepare();
    await this.#putAside();
    this.#isMinimised = false;
  }

  /** Puts the call that is up on hold. One that nobody has answered yet cannot wait: it is cancelled. */
  async #putAside(): Promise<void> {
    const { current } = this;
    if (!current) return;
    if (current.state === 'ended') return this.#forget(current);
    if (current.state === 'established' || current.state === 'answering')
      return void current.setHeld(true, true);
    await current.hangUp();
    this.#forget(current);
  }

  /** What stands outside the screen follows the calls: sound, and the lock that holds updates back. */
  #follow(): void {
    const { current } = this;
    const isTalking = this.#here.some((call) => call.state !== 'ended');
    this.#lock.hold(isTalking);
    if (!isTalking && this.incoming.some((call) => !this.#isQuiet(call.peer))) this.#ringer.want('ring');
    else if (current?.state === 'established' && current.parking === 'back') this.#ringer.want('ring');
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

  #tellSharing(): void {
    this.#shares(this.#live.some((call) => call.sharing.own !== null));
  }

  #heal(): void {
    const waiting = this.#wantsRestart;
    this.#wantsRestart = [];
    for (const id of waiting) void this.#renegotiate(id, true);
  }
}
