import type { CaptureChoice, CaptureSource, Taken } from './capture.ts';
import { Peer } from './peer.ts';
import { callOf, type Standing } from '../protocol/call-standing.ts';

export interface PeerEvents {
  changed(call: string): void;
  wantsOffer(call: string, iceRestart: boolean): void;
  problem(call: string, kind: 'microphone' | 'camera', why: string | null): void;
}

/**
 * The peer connections of this tab by name: the id of their call, or one that continues it. The five verbs that the user agent speaks over the port each find
 * their peer here; the first to name a call makes it.
 */
export class PeerConnections {
  readonly #peers = new Map<string, Peer>();
  readonly #iceServers: readonly RTCIceServer[];
  readonly #source: CaptureSource | undefined;
  readonly #choice: () => CaptureChoice;
  #events: PeerEvents | null = null;

  constructor(
    iceServers: readonly RTCIceServer[],
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

  describe(input: {
    call: string;
    video: boolean;
    iceRestart: boolean;
    standing?: Standing;
  }): Promise<Taken<{ sdp: string }>> {
    return this.#of(input.call, input.standing).describe(input);
  }
  apply(input: { call: string; sdp: string }): Promise<Taken<null>> {
    return this.#of(input.call).apply(input.sdp);
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

  #of(call: string, standing?: Standing): Peer {
    const known = this.#peers.get(call);
    if (known) return known;
    const before = [...this.#peers].findLast(([name]) => callOf(name) === callOf(call))?.[1];
    const peer = new Peer({
      after: before?.standing ?? standing ?? null,
      iceServers: this.#iceServers,
      source: this.#source,
      choice: this.#choice,
      changed: () => this.#events?.changed(call),
      wantsOffer: (iceRestart) => this.#events?.wantsOffer(call, iceRestart),
      problem: (kind, why) => this.#events?.problem(call, kind, why),
    });
    this.#peers.set(call, peer);
    return peer;
  }
}
