import type { CaptureChoice, CaptureSource, Taken } from './capture.ts';
import type { Peer } from './peer.ts';
import { callOf, type Standing } from '../protocol/call-standing.ts';

export interface PeerEvents {
  changed(call: string): void;
  wantsOffer(call: string, iceRestart: boolean): void;
  /** Nothing comes any more from the far end of a call. */
  silent(): void;
  problem(call: string, kind: 'microphone' | 'camera', why: string | null): void;
  /** What this call showed is shown no more, and not by us. */
  screenEnded(call: string): void;
}

/**
 * The peer connections of this tab by name: the id of their call, or one that continues it. The five verbs that the user agent speaks over the port each find
 * their peer here; the first to name a call makes it.
 */
export class PeerConnections {
  readonly #peers = new Map<string, Peer>();
  /** Also those whose code is still on its way. */
  readonly #coming = new Map<string, Promise<Peer>>();
  readonly #iceServers: () => readonly RTCIceServer[];
  readonly #source: CaptureSource | undefined;
  readonly #choice: () => CaptureChoice;
  #events: PeerEvents | null = null;

  constructor(
    iceServers: () => readonly RTCIceServer[],
    choice: () => CaptureChoice,
    source: CaptureSource | undefined = navigator.mediaDevices,
  ) {
    this.#iceServers = iceServers;
    this.#choice = choice;
    this.#source = source;
  }

  /** Who is told; one listener, set when the tab is built. */
  listen(events: PeerEvents): void {
    this.#events = events;
  }

  find(call: string): Peer | null {
    return this.#peers.get(call) ?? null;
  }

  get all(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** A call is about to be made or answered: what it takes is fetched, once. */
  prepare(): void {
    void load().catch(() => undefined);
  }

  async describe(input: {
    call: string;
    video: boolean;
    iceRestart: boolean;
    standing?: Standing;
  }): Promise<Taken<{ sdp: string }>> {
    const peer = await this.#of(input.call, input.standing);
    return peer ? peer.describe(input) : NOT_HERE;
  }
  async apply(input: { call: string; sdp: string }): Promise<Taken<null>> {
    const peer = await this.#of(input.call);
    return peer ? peer.apply(input.sdp) : NOT_HERE;
  }
  async rollback(input: { call: string }): Promise<null> {
    await this.find(input.call)?.rollback();
    return null;
  }
  sendDtmf(input: { call: string; tones: string }): null {
    this.find(input.call)?.sendDtmf(input.tones);
    return null;
  }
  close(input: { call: string }): null {
    this.find(input.call)?.close();
    this.#peers.delete(input.call);
    this.#coming.delete(input.call);
    return null;
  }

  /** Another microphone or camera was chosen: every call of this tab takes it. */
  async changeDevice(kind: 'microphone' | 'camera'): Promise<void> {
    await Promise.all(this.all.map((peer) => peer.changeDevice(kind)));
  }

  /** Something was plugged in or allowed: calls that go on without a device try again. */
  async takeMissing(byItself: boolean): Promise<void> {
    await Promise.all(this.all.map((peer) => peer.takeMissing(byItself)));
  }

  networkChanged(): void {
    for (const peer of this.all) peer.networkChanged();
  }

  /** The peer of a call, made by who asks first; null when its code could not be fetched. */
  async #of(call: string, standing?: Standing): Promise<Peer | null> {
    const coming = this.#coming.get(call) ?? this.#make(call, standing);
    try {
      return await coming;
    } catch {
      this.#coming.delete(call);
      return null;
    }
  }

  #make(call: string, standing?: Standing): Promise<Peer> {
    const before = [...this.#peers].findLast(([name]) => callOf(name) === callOf(call))?.[1];
    const after = before?.standing ?? standing ?? null;
    const coming = load().then((CallPeer) => {
      const peer = new CallPeer({
        after,
        iceServers: this.#iceServers(),
        source: this.#source,
        choice: this.#choice,
        changed: () => this.#events?.changed(call),
        wantsOffer: (iceRestart) => this.#events?.wantsOffer(call, iceRestart),
        silent: () => this.#events?.silent(),
        problem: (kind, why) => this.#events?.problem(call, kind, why),
        screenEnded: () => this.#events?.screenEnded(call),
      });
      // Closed meanwhile: what still asks finds a call that has ended.
      if (this.#coming.get(call) === coming) this.#peers.set(call, peer);
      else peer.close();
      return peer;
    });
    this.#coming.set(call, coming);
    return coming;
  }
}

/** Most windows never make a call. */
async function load(): Promise<typeof Peer> {
  return (await import('./peer.ts')).Peer;
}
const NOT_HERE = {
  ok: false,
  why: 'This part of Parley is not here yet. It is fetched once: connect to the network and try again.',
} as const;
