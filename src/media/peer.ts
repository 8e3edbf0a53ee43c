import { offersPicture } from '../protocol/media-lines.ts';
import { refused, type CaptureChoice, type CaptureSource, type Taken, type TakenTrack } from './capture.ts';
import type { CaptureKind } from './device-faults.ts';
import { sends } from './directions.ts';
import { gathered } from './gathering.ts';
import { raiseDefinition } from './high-definition.ts';
import { Lines } from './lines.ts';
import { OwnScreen } from './own-screen.ts';
import { OwnTracks } from './own-tracks.ts';
import { PathWatch, type Path, type PathEvents } from './path-watch.ts';
import { PointerChannel } from './pointer-channel.ts';
import { RemoteTracks } from './remote-tracks.ts';
import type { Standing } from '../protocol/call-standing.ts';

/**
 * How far the exchange of descriptions is. A remote description that comes while our offer is still being prepared is
 * an offer and wins; ours is then asked for again when stable (RFC 3261 §14.1; a 491 at that point was tried, worse).
 *
 *   stable --describe--> preparing --sdp leaves--> offered --apply(answer)--> stable
 *     |                      | apply(offer)            | rollback
 *     | apply(offer)         v                         v
 *     +----------------> answering --describe--> stable
 *   any --close--> closed
 */
type Phase = 'stable' | 'preparing' | 'offered' | 'answering' | 'closed';

export interface PeerOptions extends PathEvents {
  readonly iceServers: readonly RTCIceServer[];
  readonly source: CaptureSource | undefined;
  readonly choice: () => CaptureChoice;
  /** What the connection whose place this one takes was like; null for the first of a call. */
  readonly after?: Standing | null;
  /** A sentence for the person: a device was refused or went away. */
  readonly problem: (kind: CaptureKind, why: string | null) => void;
  /** What was shared is shared no more, and not by us: the browser's own bar, a closed window. */
  readonly screenEnded: () => void;
}

const SUPERSEDED = 'The other side asked for a change at the same moment; theirs came first.';

/** One RTCPeerConnection: the tab's half of a session description handler, each transceiver by itself. */
export class Peer {
  readonly remote = new RemoteTracks();
  readonly own: OwnTracks;
  readonly screen: OwnScreen;
  readonly pointer: PointerChannel;
  #phase: Phase = 'stable';
  #turn = 0;
  #met = false;
  #after: Standing | null = null;
  #held = false;
  /** Who wanted no picture in this call: we, they, or nobody. */
  #voiceOnly: 'us' | 'them' | null = null;
  #heldByThem = false;
  /** A track came after the lines were agreed: nobody hears or sees it until they are agreed anew. */
  #owesOffer = false;
  readonly #lines: Lines;
  readonly #path: PathWatch;
  readonly #options: PeerOptions;
  readonly #connection: RTCPeerConnection;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.own = new OwnTracks(options.source, options.choice, {
      lost: (kind) => void this.#replaceLost(kind),
      late: (kind, taken) => void this.#use(kind, taken, true),
      silenced: (kind, why) => options.problem(kind, why),
    });
    this.#connection = new RTCPeerConnection({
      iceServers: [...options.iceServers],
      iceCandidatePoolSize: 1,
    });
    this.screen = new OwnScreen(this.#connection, () => options.screenEnded());
    this.pointer = new PointerChannel(this.#connection, options.changed);
    this.#lines = new Lines(this.#connection, this.screen);
    this.#path = new PathWatch(this.#connection, options);
    if (options.after) this.#stand(options.after);
  }

  get path(): Path {
    return this.#path.path;
  }
  get held(): boolean {
    return this.#held;
  }
  /** The far end put us on hold: it neither wants nor sends sound. */
  get heldByThem(): boolean {
    return this.#heldByThem;
  }

  get standing(): Standing {
    const { muted, camera } = this.own;
    return {
      muted,
      held: this.#held,
      camera: camera !== null,
      picture: this.#lines.first('picture') !== null,
    };
  }

  /** True when the far end must be asked before what we have is sent. */
  get owesOffer(): boolean {
    return this.#owesOffer;
  }

  /** Our offer, or our answer when theirs is waiting. `video` counts for the first description only. */
  async describe(wanted: { video: boolean; iceRestart: boolean }): Promise<Taken<{ sdp: string }>> {
    if (this.#phase === 'closed') return { ok: false, why: 'The call has ended.' };
    const turn = ++this.#turn;
    const answering = this.#phase === 'answering';
    if (!answering) this.#phase = 'preparing';
    try {
      if (!this.#met) await this.#meet(wanted.video, answering);
      if (turn !== this.#turn) return { ok: false, why: SUPERSEDED };
      if (wanted.iceRestart) this.#connection.restartIce();
      this.#direct();
      this.#owesOffer = false;
      // Synchronous up to here: a remote offer applied from now on queues behind ours and rolls it back.
      await this.#connection.setLocalDescription();
      if (answering) this.#settle();
      const complete = await gathered(this.#connection);
      if (turn !== this.#turn) return { ok: false, why: SUPERSEDED };
      if (!answering) this.#phase = 'offered';
      if (!complete) this.#sendLateCandidates();
      const sdp = this.#connection.localDescription?.sdp;
      return sdp
        ? { ok: true, value: { sdp: this.pointer.outgoing(this.#lines.outgoing(sdp)) } }
        : { ok: false, why: 'The call has ended.' };
    } catch (error) {
      if (turn === this.#turn && this.#phase === 'preparing') this.#phase = 'stable';
      return { ok: false, why: `This browser could not prepare the call (${String(error)}).` };
    }
  }

  /** Takes an answer when our offer is out, else an offer. */
  async apply(sdp: string): Promise<Taken<null>> {
    if (this.#phase === 'closed') return { ok: false, why: 'The call has ended.' };
    const type = this.#phase === 'offered' ? 'answer' : 'offer';
    const before = this.#phase;
    if (type === 'offer') {
      this.#turn += 1;
      this.#phase = 'answering';
      // They took note of our "voice only" once their offer no longer sends a picture; a later one is a new wish. Who
      // wanted none themselves and offers one has changed their mind.
      if (this.#voiceOnly === (offersPicture(sdp) ? 'them' : 'us')) this.#voiceOnly = null;
    }
    try {
      await this.#connection.setRemoteDescription({ type, sdp });
      this.#lines.heed(sdp);
      this.pointer.heed(sdp);
      if (type === 'answer') this.#settle();
      return { ok: true, value: null };
    } catch (error) {
      this.#phase = before === 'preparing' ? 'stable' : before;
      return { ok: false, why: `The other side's call could not be understood (${String(error)}).` };
    }
  }

  /** Takes back an offer that was refused or crossed theirs (488, 491), or a remote one that will not be answered. */
  async rollback(): Promise<void> {
    this.#turn += 1;
    if (this.#phase === 'closed') return;
    const state = this.#connection.signalingState;
    if (state === 'have-local-offer') await this.#connection.setLocalDescription({ type: 'rollback' });
    if (state === 'have-remote-offer') await this.#connection.setRemoteDescription({ type: 'rollback' });
    this.#phase = 'stable';
    this.#options.changed();
  }

  /** On: taken here first, shown once the far end has agreed to a new offer. Off: the light goes out at once. The caller sees to the offer. */
  async setCamera(on: boolean): Promise<Taken<null>> {
    if (on) {
      const taken = await this.own.retake('camera');
      if (taken && !taken.ok) return taken;
      if (this.#isClosed()) return { ok: false, why: 'The call has ended.' };
      this.#voiceOnly = null;
      await this.#send(this.#lines.pictures(this.own.stream), this.#picture);
    } else {
      this.own.dropCamera();
      await this.#lines.first('picture')?.sender.replaceTrack(this.#picture);
    }
    this.#direct();
    this.#options.changed();
    return { ok: true, value: null };
  }

  setMuted(on: boolean): void {
    this.own.mute(on);
    this.#options.changed();
  }

  /** Silent at once; the far end learns it by the next offer, which the caller sees to. */
  setHeld(on: boolean): void {
    this.#held = on;
    this.own.silence(on);
    this.screen.silence(on);
    this.#direct();
    this.#options.changed();
  }

  /** Shares a screen on a line of its own; the caller sees to the offer, then looks whether it is `screen.isTaken`. */
  async share(track: MediaStreamTrack): Promise<void> {
    await this.screen.show(track);
    // Telephones that bundle nothing know of no data channels either, and some refuse the whole offer.
    if (/^a=group:BUNDLE/m.test(this.#connection.remoteDescription?.sdp ?? '')) this.pointer.offer();
    if (this.screen.isInPlace) await this.#send(this.#lines.pictures(this.own.stream), this.#picture);
    this.screen.silence(this.#held);
    this.#direct();
    this.#options.changed();
  }

  /** They take one picture only: the screen is sent instead of the camera. The caller sees to the offer where it `needsOffer`. */
  async shareInPlace(): Promise<{ needsOffer: boolean }> {
    this.screen.takePlace();
    this.#voiceOnly = null;
    await this.#send(this.#lines.pictures(this.own.stream), this.#picture);
    this.#direct();
    this.#options.changed();
    return { needsOffer: !this.sendsPicture };
  }

  async pauseScreen(on: boolean): Promise<void> {
    await this.screen.pause(on);
    if (this.screen.isInPlace) await this.#lines.first('picture')?.sender.replaceTrack(this.#picture);
    this.#options.changed();
  }

  /** The caller sees to the offer. */
  async unshare(): Promise<void> {
    await this.screen.drop();
    await this.#lines.first('picture')?.sender.replaceTrack(this.#picture);
    this.#direct();
    this.#options.changed();
  }

  /** They agreed to look at our picture. */
  get sendsPicture(): boolean {
    return sends(this.#lines.first('picture')?.currentDirection ?? null);
  }

  /** After another device was chosen. A refusal keeps the old one. */
  async changeDevice(kind: CaptureKind): Promise<void> {
    if (kind === 'camera' && !this.own.camera && !this.own.missing(false).includes('camera')) return;
    const isFirst = this.own.track(kind) === null;
    await this.#use(kind, await this.own.retake(kind), isFirst);
  }

  /** What is wanted and could not be had is tried again: something was plugged in (`byItself`), or the person asks. */
  async takeMissing(byItself: boolean): Promise<void> {
    for (const kind of this.own.missing(byItself)) await this.changeDevice(kind);
  }

  sendDtmf(tones: string): void {
    this.#lines.first('sound')?.sender.dtmf?.insertDTMF(tones);
  }

  /** The network moved under us: start ICE anew (45 ms measured), in the same dialog. */
  networkChanged(): void {
    if (this.#met && this.#phase !== 'closed') this.#options.wantsOffer(true);
  }

  statistics(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#turn += 1;
    this.#path.stop();
    this.own.close();
    this.screen.close();
    this.#connection.close();
    this.remote.clear();
    this.#options.changed();
  }

  #stand(after: Standing): void {
    this.#after = after;
    this.#held = after.held;
    this.own.mute(after.muted);
    this.own.silence(after.held);
  }

  /** The first description: ask for devices and lay the lines that carry them. */
  async #meet(video: boolean, answering: boolean): Promise<void> {
    const theirs = this.#lines.first('picture') !== null;
    const after = this.#after;
    if (answering && theirs && !(after?.picture ?? video)) this.#voiceOnly = 'us';
    const turn = this.#turn;
    const camera = (after?.camera ?? video) && (!answering || theirs);
    const taken = await this.own.take({ microphone: true, camera });
    if (turn !== this.#turn) return;
    this.#met = true;
    this.#options.problem(
      'microphone',
      taken.microphone && !taken.microphone.ok ? taken.microphone.why : null,
    );
    this.#options.problem('camera', taken.camera && !taken.camera.ok ? taken.camera.why : null);
    if (!answering) {
      this.#connection.addTransceiver('audio', { streams: [this.own.stream] });
      if (after?.picture ?? video) this.#connection.addTransceiver('video', { streams: [this.own.stream] });
    }
    for (const [kind, track] of [
      ['sound', this.own.microphone],
      ['picture', this.#picture],
    ] as const) {
      const transceiver = this.#lines.first(kind);
      if (transceiver && track) await this.#send(transceiver, track);
    }
    this.#options.changed();
  }

  async #send(transceiver: RTCRtpTransceiver, track: MediaStreamTrack | null): Promise<void> {
    transceiver.sender.setStreams(this.own.stream);
    if (track && track === this.own.camera) void raiseDefinition(track);
    await transceiver.sender.replaceTrack(track);
  }

  /** What the other side sees on the line of pictures. */
  get #picture(): MediaStreamTrack | null {
    return this.screen.isInPlace ? this.screen.sent : this.own.camera;
  }

  #direct(): void {
    this.#lines.direct({
      microphone: this.own.microphone !== null,
      camera: this.own.camera !== null || this.screen.isInPlace,
      screen: this.screen.isOnLine,
      held: this.#held,
      voiceOnly: this.#voiceOnly !== null,
    });
  }

  /** Both descriptions agree: read from the lines what flows now. */
  #settle(): void {
    this.#phase = 'stable';
    this.remote.read(this.#lines);
    const sound = this.#lines.first('sound');
    this.#heldByThem = sound !== null && sends(sound.direction) && !sends(sound.currentDirection);
    if (!this.#heldByThem && !this.#held) this.#heedRefusedPicture();
    this.#options.changed();
  }

  /** They answered with voice only, or rejected the line: the camera has nobody to look at. */
  #heedRefusedPicture(): void {
    const picture = this.#lines.first('picture');
    // Null: our line has not been offered yet, as after a rollback.
    if (!this.own.camera || (picture && picture.currentDirection !== 'inactive')) return;
    this.own.dropCamera();
    void picture?.sender.replaceTrack(this.#picture);
    this.#voiceOnly = picture && 'them';
    this.#direct();
  }

  /** Candidates that came after the limit are told by one more offer, if the path has not been found without them. */
  #sendLateCandidates(): void {
    const turn = this.#turn;
    void gathered(this.#connection, 10_000).then((complete) => {
      if (!complete || this.#isClosed() || turn !== this.#turn) return;
      if (this.#phase === 'stable' && this.path !== 'connected') this.#options.wantsOffer(false);
    });
  }

  async #replaceLost(kind: CaptureKind): Promise<void> {
    const line = this.#lines.first(kind === 'microphone' ? 'sound' : 'picture');
    const taken = await this.own.retake(kind);
    if (taken && !taken.ok && !this.#isClosed())
      await line?.sender.replaceTrack(kind === 'microphone' ? null : this.#picture);
    const isGone = taken && !taken.ok && taken.fault === 'none';
    await this.#use(kind, isGone ? refused(kind, 'lost') : taken, false);
  }

  /** Sends a device that was taken, or says why it was not. `isFirst`: none of its kind was sent before, so the far end must agree. */
  async #use(kind: CaptureKind, taken: TakenTrack | null, isFirst: boolean): Promise<void> {
    if (!taken || this.#isClosed()) return;
    this.#options.problem(kind, taken.ok ? null : taken.why);
    if (taken.ok && this.#met) {
      const line = kind === 'microphone' ? this.#lines.first('sound') : this.#lines.pictures(this.own.stream);
      // What is held by now: two changes at once end with the later device, not with a track that was stopped.
      if (line) await this.#send(line, kind === 'microphone' ? this.own.microphone : this.#picture);
      if (isFirst) {
        if (kind === 'camera') this.#voiceOnly = null;
        this.#direct();
        this.#owesOffer = true;
        this.#options.wantsOffer(false);
      }
    }
    this.#options.changed();
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }
}
