import type { AgentLink, Aor, CallSnapshot, Outcome } from '../../agent/contract.ts';
import type { Path } from '../../media/path-watch.ts';
import type { Peer } from '../../media/peer.ts';
import type { PeerConnections } from '../../media/peer-connections.ts';
import type { Detail } from '../../media/call-details.ts';
import type { Measuring } from '../../media/measuring.ts';
import type { Flow, Quality } from '../../media/statistics.ts';

import { Sharing } from './sharing.svelte.ts';

/** What a sentence for the person is about. */
/** `call` goes with the next agreement; `transfer` stays until it is read or tried again. */
type Subject = 'call' | 'transfer' | 'microphone' | 'camera' | 'screen';
const NONE = { call: null, transfer: null, microphone: null, camera: null, screen: null };

/**
 * One call as this window shows it. The agent holds the dialog and says what it is; the media is here only when this
 * window is the owner.
 *
 *   dialling -> ringing -> established -> ended
 *   incoming -> answering -> established -> ended
 */
export class Call {
  readonly id: string;
  /** When this window first heard of it, by its own clock. */
  readonly seenAt = Date.now();
  readonly sharing: Sharing;
  readonly #link: AgentLink;
  readonly #peers: PeerConnections;
  #snapshot = $state.raw<CallSnapshot>() as CallSnapshot;
  #establishedAt = $state<number | null>(null);
  #isMuted = $state(false);
  #isHeld = $state(false);
  #heldAt = $state<number | null>(null);
  #isHeldByThem = $state(false);
  #hasCamera = $state(false);
  #isBusy = $state(false);
  #path = $state<Path>('new');
  #sound = $state.raw<MediaStream | null>(null);
  #picture = $state.raw<MediaStream | null>(null);
  #selfView = $state.raw<MediaStream | null>(null);
  #flow = $state.raw<Flow | null>(null);
  #quality = $state.raw<Quality | null>(null);
  #problems = $state.raw<Readonly<Record<Subject, string | null>>>(NONE);
  #measuring: Measuring | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #standing = '';

  /** `shares`: this call begins or ceases to show a screen of ours. */
  constructor(
    snapshot: CallSnapshot,
    link: AgentLink,
    peers: PeerConnections,
    shares: (on: boolean) => void = () => undefined,
  ) {
    this.id = snapshot.id;
    this.#link = link;
    this.#peers = peers;
    this.sharing = new Sharing({
      peer: () => this.#peer,
      agree: () => this.#agree(),
      problem: (why) => this.readProblem('screen', why),
      told: shares,
    });
    this.apply(snapshot);
  }

  apply(snapshot: CallSnapshot): void {
    const before: CallSnapshot | undefined = this.#snapshot;
    const moved = before !== undefined && snapshot.connection !== before.connection;
    this.#snapshot = snapshot;
    if (moved) {
      this.#measuring?.forget();
      this.readMedia();
    }
    if (snapshot.state === 'established') {
      // Our own clock counts the seconds we saw; what began before this page, or elsewhere, began when the agent says.
      const isNew = this.#establishedAt === null;
      const isSeen = this.isHere && before !== undefined;
      this.#establishedAt ??= isSeen ? Date.now() : (snapshot.establishedAt ?? Date.now());
      if (this.isHere && !this.#timer) void this.#beginMeasuring();
      // Put aside while it was being answered, or the microphone was allowed meanwhile: the other side has still to hear of it.
      if (isNew && (this.#peer?.held || this.#peer?.owesOffer)) void this.#agree();
    }
    if (snapshot.state === 'ended') this.#stopMeasuring();
  }

  /** The media layer changed something of this call. */
  readMedia(): void {
    const peer = this.#peer;
    this.#path = this.#pathOf(peer);
    if (peer && this.#path === 'connected') this.#keepStanding(peer);
    this.#isMuted = peer?.own.muted ?? this.#isMuted;
    this.#isHeld = peer?.held ?? false;
    if (!this.#isHeld) this.#heldAt = null;
    else this.#heldAt ??= Date.now();
    this.#isHeldByThem = peer?.heldByThem ?? false;
    this.#sound = peer?.remote.audio ?? null;
    this.#picture = peer?.remote.video ?? null;
    const camera = peer?.own.camera ?? null;
    this.#hasCamera = camera !== null;
    if (camera !== (this.#selfView?.getTracks()[0] ?? null))
      this.#selfView = camera && new MediaStream([camera]);
    this.sharing.read();
  }

  readProblem(kind: Subject, why: string | null): void {
    this.#problems = { ...this.#problems, [kind]: why };
  }

  get peer(): Aor {
    return this.#snapshot.peer;
  }
  get peerName(): string {
    return this.#snapshot.peerName;
  }
  get direction(): 'in' | 'out' {
    return this.#snapshot.direction;
  }
  get state(): CallSnapshot['state'] {
    return this.#snapshot.state;
  }
  get snapshot(): CallSnapshot {
    return this.#snapshot;
  }
  /** The caller offers, or we asked for, a picture. */
  get isVideo(): boolean {
    return this.#snapshot.video;
  }
  /** Whether it waits for somebody of the Team; `back`: nobody came in time. */
  get parking(): 'none' | 'parked' | 'back' {
    return this.#snapshot.parking ?? 'none';
  }
  /** It is being handed on to somebody, in words; null when it is not. */
  get handingOn(): string | null {
    const { transfer } = this.#snapshot;
    return transfer && !transfer.failed ? transfer.words : null;
  }
  get subject(): string {
    return this.#snapshot.subject ?? '';
  }
  /** True in the window whose microphone is used. */
  get isHere(): boolean {
    return this.#snapshot.owner === this.#link.tab;
  }
  /** It is up in this window, and ends with it. */
  get isTied(): boolean {
    return this.isHere && this.state === 'established' && this.#snapshot.isTied === true;
  }
  get startedAt(): number {
    return this.#snapshot.startedAt;
  }
  /** By this computer's clock, milliseconds; null before. */
  get establishedAt(): number | null {
    return this.#establishedAt;
  }
  get isMuted(): boolean {
    return this.#isMuted;
  }
  get isHeld(): boolean {
    return this.#isHeld;
  }
  /** Since when this window holds it, by its own clock; null while it does not. */
  get heldAt(): number | null {
    return this.#heldAt;
  }
  get isHeldByThem(): boolean {
    return this.#isHeldByThem;
  }
  get hasCamera(): boolean {
    return this.#hasCamera;
  }
  /** A camera or hold change is being agreed with the other side. */
  get isBusy(): boolean {
    return this.#isBusy;
  }
  get path(): Path {
    return this.#path;
  }
  get sound(): MediaStream | null {
    return this.#sound;
  }
  get picture(): MediaStream | null {
    return this.#picture;
  }
  get selfView(): MediaStream | null {
    return this.#selfView;
  }
  get flow(): Flow | null {
    return this.#flow;
  }
  get quality(): Quality | null {
    return this.#quality;
  }
  /** The technical details now, for a list that somebody has opened; empty when the media is not here. */
  async details(): Promise<readonly Detail[]> {
    const report = await this.#peer?.statistics();
    return (report && this.#measuring?.details(report)) ?? [];
  }

  /** Sentences for the person, at most one per device. */
  get problems(): readonly string[] {
    const { call, transfer, microphone, camera, screen } = this.#problems;
    return [call, transfer, microphone, camera, screen].filter((why) => why !== null);
  }

  /** Claims the call for this window; another may have been faster, then the outcome says so. */
  async answer(video: boolean): Promise<Outcome> {
    this.#isBusy = true;
    const outcome = await this.#link.send('answer', { id: this.id, video, tab: this.#link.tab });
    this.#isBusy = false;
    if (!outcome.ok) this.readProblem('call', outcome.why);
    return outcome;
  }
  decline(): Promise<Outcome> {
    return this.#link.send('decline', { id: this.id });
  }
  /** While it rings: the caller is to call somebody else instead. */
  async redirect(to: Aor): Promise<Outcome> {
    const outcome = await this.#link.send('redirect', { id: this.id, to });
    if (!outcome.ok) this.readProblem('call', outcome.why);
    return outcome;
  }
  hangUp(): Promise<Outcome> {
    return this.#link.send('hang-up', { id: this.id });
  }

  setMuted(on: boolean): void {
    this.#peer?.setMuted(on);
  }

  async setCamera(on: boolean): Promise<void> {
    const peer = this.#peer;
    if (!peer || this.#isBusy) return;
    this.#isBusy = true;
    const changed = await peer.setCamera(on);
    this.readProblem('camera', changed.ok ? null : changed.why);
    if (changed.ok && !(await this.#agree()) && on) await peer.setCamera(false);
    this.#isBusy = false;
  }

  /**
   * Silent, or heard again, at once; the other side is asked afterwards. `firmly`: also while another change is being
   * agreed, and it stays so when the other side does not take it, because another call is heard instead.
   */
  async setHeld(on: boolean, firmly = false): Promise<void> {
    const peer = this.#peer;
    if (!peer || peer.held === on || (this.#isBusy && !firmly)) return;
    this.#isBusy = true;
    if (!on && this.parking !== 'none') void this.#link.send('park', { id: this.id, on: false });
    peer.setHeld(on);
    if (!(await this.#agree()) && !firmly) peer.setHeld(!on);
    this.#isBusy = false;
  }

  /** On hold until somebody of the Team picks it up. */
  async park(): Promise<void> {
    await this.setHeld(true, true);
    const outcome = await this.#link.send('park', { id: this.id, on: true });
    if (!outcome.ok) this.readProblem('call', outcome.why);
  }

  /** Keys of the telephone keypad: 0 to 9, *, #. */
  sendTones(tones: string): void {
    this.#peer?.sendDtmf(tones);
  }

  /** True when one of the problems is of a device, so that another try may help. */
  get lacksDevice(): boolean {
    return this.#problems.microphone !== null || this.#problems.camera !== null;
  }
  async tryDevices(): Promise<void> {
    await this.#peer?.takeMissing(false);
  }

  dismissProblems(): void {
    this.#peer?.own.forgo('camera');
    this.#problems = NONE;
  }

  /** The lines changed here: the other side is asked. False when it refused. */
  async #agree(): Promise<boolean> {
    if (this.state !== 'established') return true;
    const outcome = await this.#link.send('renegotiate', { id: this.id });
    this.readProblem('call', outcome.ok ? null : outcome.why);
    return outcome.ok;
  }

  /** A call that is being taken up again has a path that is interrupted, not one that is new. */
  #pathOf(peer: Peer | null): Path {
    const path = peer?.path ?? 'new';
    const isFirst = this.#snapshot.connection === undefined;
    return isFirst || path === 'connected' || path === 'failed' ? path : 'interrupted';
  }

  /** Tells the agent what a page after a reload would have to begin with. */
  #keepStanding({ standing }: Peer): void {
    const text = JSON.stringify(standing);
    if (text === this.#standing || this.state !== 'established' || !this.isHere) return;
    this.#standing = text;
    void this.#link.send('keep-standing', { id: this.id, standing });
  }

  async #beginMeasuring(): Promise<void> {
    this.#timer = setInterval(() => void this.#measure(), 1000);
    // Without it, as when the network is gone, the call goes on unmeasured.
    const part = await import('../../media/measuring.ts').catch(() => null);
    if (part && this.#timer) this.#measuring = new part.Measuring();
  }

  async #measure(): Promise<void> {
    const measuring = this.#measuring;
    const report = await this.#peer?.statistics();
    if (!report || !measuring || measuring !== this.#measuring) return;
    const isListening = !this.#isHeld && !this.#isHeldByThem;
    const situation = { picture: this.#picture !== null, isMuted: this.#isMuted };
    const { flow, quality } = measuring.read(report, isListening ? situation : null);
    this.#flow = flow;
    this.#quality = quality;
  }

  #stopMeasuring(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#quality = null;
    const measured = this.#measuring?.finish();
    this.#measuring = null;
    if (measured) void this.#link.send('call-quality', { id: this.id, measured });
  }

  get #peer(): Peer | null {
    return this.#peers.find(this.#snapshot.connection ?? this.id);
  }
}
