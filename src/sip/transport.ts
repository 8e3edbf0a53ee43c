/**
 * One connection to the server, kept alive (RFC 7118, RFC 5626 §3.5.1):
 *
 *   idle --start--> opening --open--> up --closed, silent--> waiting --time, network--> opening
 *                     |  refused, 5 s: next address, then waiting
 *                     +--stop--> idle (from anywhere)
 *
 * A socket that does not answer a keep-alive in time is dead: it is let go without waiting for its close and a new
 * one is opened. Nothing a listener throws can change that.
 */
import type { Clock, Socket } from './contract.ts';

/** Half-open is noticed within PING + PONG, below 20 s (reliability.md §8, target 12). */
const PING = 14_000;
const PONG = 4_000;
const PROBE = 3_000;
/** Where there is another sign that the path is dead: so many times what an answer took, but not less, as servers are busy. */
const TRIPS = 4;
const SUSPECT = 600;
/** Before an answer was timed. */
const USUAL_TRIP = 250;
const OPEN = 5_000;
/** A timer this late means that the machine slept. */
const LATE = 5_000;
/** A connection that lasted this long clears the failures before it. */
const STEADY = 10_000;
/** Reconnections without delay: so many at once, one more every five seconds. */
const INSTANT = 3;
const REFILL = 5_000;
/** Longest wait after a path that had worked broke again and again. */
const BROKEN = 1_500;
const MAX_BUFFERED = 4 * 1024 * 1024;

const KEEP_ALIVE = '\r\n\r\n';

export type TransportState =
  | { readonly is: 'idle' }
  | { readonly is: 'opening'; readonly address: string; readonly attempt: number }
  | { readonly is: 'up'; readonly address: string }
  /** `retryAt` is null while the browser says that there is no network. */
  | { readonly is: 'waiting'; readonly retryAt: number | null; readonly why: string };

export interface TransportOptions {
  readonly servers: readonly string[];
  readonly clock: Clock;
  readonly openSocket: (address: string) => Socket;
  readonly log: (line: string) => void;
  /** Milliseconds to wait before attempt number `failures + 1`. */
  readonly delay: (failures: number, random: number) => number;
  readonly onState: (state: TransportState) => void;
  readonly onMessage: (data: string | ArrayBuffer) => void;
  /** The server does not answer CRLF: send a request instead; any answer to it is a sign of life. */
  readonly ping: () => void;
}

export class Transport {
  readonly #options: TransportOptions;
  #state: TransportState = { is: 'idle' };
  #socket: Socket | null = null;
  #cancelTimer: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;
  /** Pings that are still to be answered: how to call each off. */
  readonly #verdicts = new Set<() => void>();
  #failures = 0;
  #tried = 0;
  #nextServer = 0;
  #upSince = 0;
  #settled = false;
  #heard = 0;
  #pongs = 0;
  /** When the last keep-alive went out that is not answered yet, and what the last answers took. */
  #askedAt: number | null = null;
  #trip = USUAL_TRIP;
  #instants = INSTANT;
  #refilledAt = 0;
  #networkUp = true;
  /** Addresses that were seen to leave CRLF unanswered (Asterisk behind `ws:`). */
  readonly #deafToCrlf = new Set<string>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  get state(): TransportState {
    return this.#state;
  }

  start(): void {
    if (this.#state.is !== 'idle') return;
    this.#refilledAt = this.#options.clock.now();
    this.#open();
  }

  /** Closes without waiting. */
  stop(): void {
    this.#letGo();
    this.#failures = 0;
    this.#enter({ is: 'idle' });
  }

  /** False when there is no socket; the text is then gone. */
  send(text: string): boolean {
    const socket = this.#socket;
    if (this.#state.is !== 'up' || !socket) return false;
    if (socket.bufferedAmount > MAX_BUFFERED) {
      this.#lost('the server takes nothing any more', true);
      return false;
    }
    try {
      socket.send(text);
      return true;
    } catch (error) {
      this.#lost(`sending failed: ${String(error)}`, true);
      return false;
    }
  }

  /** The server has accepted this device on the present socket. */
  settled(): void {
    this.#settled = true;
  }

  /** The server is there but of no use (registration refused or unanswered): drop the socket and try later. */
  giveUp(why: string): void {
    if (this.#state.is === 'up') this.#lost(why, false);
  }

  networkChanged(online: boolean): void {
    this.#networkUp = online;
    if (this.#state.is === 'up') this.probe();
    else if (this.#state.is === 'waiting' && online) this.#open();
    else if (this.#state.is === 'waiting') {
      this.#cancelTimer?.();
      this.#enter({ is: 'waiting', retryAt: null, why: 'no network' });
    }
  }

  /** Keep-alive with an answer limit of 3 s; a socket that is awaited elsewhere is tried at once. */
  probe(): void {
    if (this.#state.is === 'up') this.#keepAlive(PROBE);
    else if (this.#state.is === 'waiting' && this.#networkUp) this.#open();
  }

  /** As `probe`; something else says that the path is dead, so that the answer is not waited for as long. */
  suspect(): void {
    if (this.#state.is !== 'up') this.probe();
    else this.#keepAlive(Math.min(PROBE, Math.max(SUSPECT, TRIPS * this.#trip)));
  }

  #open(): void {
    this.#letGo();
    const { servers, clock, openSocket } = this.#options;
    const address = servers[this.#nextServer % servers.length];
    if (address === undefined) return this.#enter({ is: 'waiting', retryAt: null, why: 'no server address' });
    this.#enter({ is: 'opening', address, attempt: this.#failures + 1 });
    if (this.#state.is !== 'opening') return;
    let socket: Socket;
    try {
      socket = openSocket(address);
    } catch (error) {
      return this.#failed(`cannot open ${address}: ${String(error)}`);
    }
    this.#socket = socket;
    this.#cancelTimer = clock.after(OPEN, () => this.#failed(`${address} does not answer`));
    socket.onopen = () => this.#opened(address);
    socket.onmessage = (data) => this.#received(address, data);
    socket.onclose = (code, reason) => {
      const why = `closed (${code}${reason && ` ${reason}`})`;
      if (this.#state.is !== 'up') this.#failed(why);
      // 1005 and 1006: no close frame came, the path broke. Anything else is the server's own wish.
      else this.#lost(why, code === 1005 || code === 1006);
    };
  }

  #opened(address: string): void {
    this.#cancelTimer?.();
    this.#tried = 0;
    this.#settled = false;
    this.#upSince = this.#options.clock.now();
    this.#tick();
    // Before anything else: whether CRLF is answered shows while the registration is under way.
    this.#enter({ is: 'up', address });
    if (this.#state.is === 'up') this.#keepAlive(PONG);
  }

  #received(address: string, data: string | ArrayBuffer): void {
    this.#heard++;
    if (data === '\r\n') {
      this.#pongs++;
      if (this.#askedAt !== null) this.#trip = (this.#trip + this.#options.clock.now() - this.#askedAt) / 2;
      this.#askedAt = null;
      this.#deafToCrlf.delete(address);
      return;
    }
    this.#guard(() => this.#options.onMessage(data));
  }

  #tick(): void {
    const { clock } = this.#options;
    const due = clock.now() + PING;
    this.#cancelTick = clock.after(PING, () => {
      const slept = clock.now() - due > LATE;
      this.#tick();
      this.#keepAlive(slept ? PROBE : PONG);
    });
  }

  #keepAlive(limit: number): void {
    if (this.#state.is !== 'up') return;
    const address = this.#state.address;
    const heard = this.#heard;
    const pongs = this.#pongs;
    if (this.#deafToCrlf.has(address)) this.#guard(this.#options.ping);
    else {
      this.#askedAt ??= this.#options.clock.now();
      this.send(KEEP_ALIVE);
    }
    if (this.#state.is !== 'up') return;
    // Each ping has a verdict of its own: an older one may have been answered before the path died.
    const verdict = this.#options.clock.after(limit, () => {
      this.#verdicts.delete(verdict);
      if (this.#heard === heard) this.#lost('the server has stopped answering', true);
      else if (this.#pongs === 0 && pongs === 0) this.#deafToCrlf.add(address);
    });
    this.#verdicts.add(verdict);
  }

  /** `broken`: by the network and not by the server, which a person waits out and which costs a server nothing. */
  #lost(why: string, broken: boolean): void {
    const { clock } = this.#options;
    const now = clock.now();
    if (now - this.#upSince >= STEADY) this.#failures = 0;
    const earned = Math.floor((now - this.#refilledAt) / REFILL);
    if (earned > 0) {
      this.#instants = Math.min(INSTANT, this.#instants + earned);
      this.#refilledAt = now;
    }
    if (this.#settled && this.#instants > 0) {
      this.#instants--;
      return this.#wait(why, 0);
    }
    if (this.#settled && broken) return this.#wait(why, BROKEN * (0.2 + 0.8 * clock.random()));
    this.#failures++;
    this.#wait(why, this.#delay());
  }

  #failed(why: string): void {
    this.#nextServer++;
    this.#tried++;
    if (this.#tried % this.#options.servers.length !== 0) return this.#wait(why, 0);
    this.#failures++;
    this.#wait(why, this.#delay());
  }

  #delay(): number {
    return this.#options.delay(this.#failures, this.#options.clock.random());
  }

  #wait(why: string, delay: number): void {
    this.#letGo();
    this.#options.log(`connection: ${why}`);
    if (!this.#networkUp) return this.#enter({ is: 'waiting', retryAt: null, why });
    const { clock } = this.#options;
    this.#cancelTimer = clock.after(delay, () => this.#open());
    this.#enter({ is: 'waiting', retryAt: clock.now() + delay, why });
  }

  /** The old socket is told to close and forgotten: a dead path takes minutes to say so. */
  #letGo(): void {
    this.#cancelTimer?.();
    this.#cancelTick?.();
    for (const cancel of this.#verdicts) cancel();
    this.#verdicts.clear();
    this.#cancelTimer = this.#cancelTick = this.#askedAt = null;
    this.#pongs = 0;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    this.#guard(() => socket.close());
  }

  #enter(state: TransportState): void {
    this.#state = state;
    this.#guard(() => this.#options.onState(state));
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.log(`connection: a listener failed: ${String(error)}`);
    }
  }
}
