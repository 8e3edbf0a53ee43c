import { midsOf, slidesIn, withOpusWishes, withSlides } from '../protocol/media-lines.ts';
import { direction, kindOf, type Role, type Wish } from './directions.ts';
import type { OwnScreen } from './own-screen.ts';

/** The m-lines of one connection: which is for what, which way each goes, and what is said of them in the text that travels. */
export class Lines {
  readonly #connection: RTCPeerConnection;
  readonly #screen: OwnScreen;
  /** `a=mid` of the lines on which they show a screen. Once said it holds: answers need not repeat it. */
  readonly #slides = new Set<string>();

  constructor(connection: RTCPeerConnection, screen: OwnScreen) {
    this.#connection = connection;
    this.#screen = screen;
  }

  get all(): readonly RTCRtpTransceiver[] {
    return this.#connection.getTransceivers();
  }

  role(transceiver: RTCRtpTransceiver): Role {
    if (kindOf(transceiver) === 'audio') return 'sound';
    return this.#screen.owns(transceiver) || this.#slides.has(transceiver.mid ?? '') ? 'slides' : 'picture';
  }

  /** The line that carries our own track of that kind; null before there is one. */
  first(role: Role): RTCRtpTransceiver | null {
    return this.all.find((each) => each.direction !== 'stopped' && this.role(each) === role) ?? null;
  }

  /** The line of our picture, made where there is none. */
  pictures(stream: MediaStream): RTCRtpTransceiver {
    return this.first('picture') ?? this.#connection.addTransceiver('video', { streams: [stream] });
  }

  direct(wish: Wish): void {
    for (const each of this.all) {
      if (each.direction === 'stopped') continue;
      const role = this.role(each);
      const isOurs = role === 'slides' ? this.#screen.owns(each) : each === this.first(role);
      each.direction = direction(role, isOurs, wish);
    }
  }

  /** Remembers which lines of the other side's description, already applied, show a screen. */
  heed(sdp: string): void {
    // The browser drops what it does not know, but gives a `mid` to lines that came without.
    const mids = midsOf(this.#connection.remoteDescription?.sdp ?? '');
    for (const mid of slidesIn(sdp).map((at) => mids[at])) if (mid) this.#slides.add(mid);
  }

  /** Our description as it travels: with what the browser would not keep. */
  outgoing(sdp: string): string {
    const { mid } = this.#screen;
    return withOpusWishes(mid === null ? sdp : withSlides(sdp, mid));
  }
}
