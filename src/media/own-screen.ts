import { sends } from './directions.ts';

/**
 * The screen that this end shares in one call: on a video line of its own that says "slides" (RFC 4796), or where the
 * other side takes one picture only, in the place of the camera's.
 *
 *   none --show--> on its line --takePlace--> in the camera's place
 *     ^----drop, or the browser's own bar-----------'
 */
export class OwnScreen {
  readonly #connection: Pick<RTCPeerConnection, 'addTransceiver'>;
  readonly #ended: () => void;
  #track: MediaStreamTrack | null = null;
  #line: RTCRtpTransceiver | null = null;
  #isInPlace = false;
  #isPaused = false;

  /** `ended`: the person stopped it in the browser's own bar, or closed what was shared. */
  constructor(connection: Pick<RTCPeerConnection, 'addTransceiver'>, ended: () => void) {
    this.#connection = connection;
    this.#ended = ended;
  }

  get track(): MediaStreamTrack | null {
    return this.#track;
  }
  /** Shown on the line of its own. */
  get isOnLine(): boolean {
    return this.#track !== null && !this.#isInPlace;
  }
  /** Shown where the camera's picture would go. */
  get isInPlace(): boolean {
    return this.#isInPlace;
  }
  get isPaused(): boolean {
    return this.#isPaused;
  }
  /** The other side agreed to look at the line. */
  get isTaken(): boolean {
    return this.isOnLine && sends(this.#line?.currentDirection ?? null);
  }
  /** `a=mid` of the line of its own, null before the first offer with it. */
  get mid(): string | null {
    return this.#line?.mid ?? null;
  }
  /** What leaves here now: nothing while paused, so that the last picture stays there. */
  get sent(): MediaStreamTrack | null {
    return this.#isPaused ? null : this.#track;
  }

  owns(transceiver: RTCRtpTransceiver): boolean {
    return transceiver === this.#line;
  }

  /** Puts a screen on the line, in the place of one already there. Nobody sees it before an offer says so. */
  async show(track: MediaStreamTrack): Promise<void> {
    this.#release();
    this.#track = track;
    this.#isPaused = false;
    track.addEventListener('ended', () => {
      if (track === this.#track) this.#ended();
    });
    if (this.#isInPlace) return;
    // A line is kept for the whole call and used again: each new one would stay in the description for ever. Only
    // addTransceiver makes a line that is surely not the camera's.
    if (isStopped(this.#line)) this.#line = null;
    this.#line ??= this.#connection.addTransceiver('video', { direction: 'sendonly' });
    this.#line.sender.setStreams(new MediaStream([track]));
    await this.#line.sender.replaceTrack(track);
  }

  /** The other side refused the line: from now on the screen goes where the camera's picture goes. */
  takePlace(): void {
    this.#isInPlace = this.#track !== null;
    const line = this.#line;
    this.#line = null;
    // One that no answer has agreed to would be offered, and refused, again.
    if (line?.currentDirection === null) line.stop();
    else void this.#put(line, null);
  }

  async pause(on: boolean): Promise<void> {
    this.#isPaused = on;
    if (!this.#isInPlace) await this.#put(this.#line, this.sent);
  }

  /** Black for the other side while the call is held. */
  silence(on: boolean): void {
    if (this.#track) this.#track.enabled = !on;
  }

  async drop(): Promise<void> {
    this.#release();
    this.#isInPlace = false;
    this.#isPaused = false;
    await this.#put(this.#line, null);
  }

  close(): void {
    this.#release();
    this.#line = null;
  }

  async #put(line: RTCRtpTransceiver | null, track: MediaStreamTrack | null): Promise<void> {
    if (!isStopped(line)) await line?.sender.replaceTrack(track);
  }

  #release(): void {
    const track = this.#track;
    this.#track = null;
    track?.stop();
  }
}

/** A line that was rejected is over; what is put on it is an error. */
function isStopped(line: RTCRtpTransceiver | null): boolean {
  return line?.direction === 'stopped' || line?.currentDirection === 'stopped';
}
