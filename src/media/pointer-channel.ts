import { channelIn, withChannel } from '../protocol/media-lines.ts';
import { decodePointer, encodePointer, POINTER_PROTOCOL, type PointerMessage } from '../protocol/pointer.ts';

const STREAM = 0;
/** More in a second than a hand moves a pointer: the rest is let go. */
const MOST_PER_SECOND = 200;
/** Octets that may wait here before pointing is slowed down: a pointer that lags is worse than one that jumps. */
const MOST_WAITING = 16_384;

/** What is drawn or pointed at, for whoever paints it. */
type Mark = Exclude<PointerMessage, { readonly is: 'paused' }>;

/**
 * The data channel over which the one who looks at a screen points and draws (RFC 8864, subprotocol `parley-pointer`).
 * Whoever shares offers it in the re-INVITE that brings the screen; it stays for the rest of the call, and tells also
 * that the screen stands still on purpose.
 */
export class PointerChannel {
  readonly #connection: Pick<RTCPeerConnection, 'createDataChannel'>;
  readonly #changed: () => void;
  #channel: RTCDataChannel | null = null;
  /** Their description names it too. */
  #isAgreed = false;
  #listener: ((mark: Mark) => void) | null = null;
  #isPausedByThem = false;
  #toldPaused = false;
  #second = 0;
  #count = 0;

  constructor(connection: Pick<RTCPeerConnection, 'createDataChannel'>, changed: () => void) {
    this.#connection = connection;
    this.#changed = changed;
  }

  get isOpen(): boolean {
    return this.#isAgreed && this.#channel?.readyState === 'open';
  }

  /** Their screen stands still because they want it to. */
  get isPausedByThem(): boolean {
    return this.#isPausedByThem;
  }

  /** Whether ours does: told when it changes, or as soon as there is a way to tell. */
  tellPaused(on: boolean): void {
    if (!this.isOpen || on === this.#toldPaused) return;
    this.#toldPaused = on;
    this.send({ is: 'paused', on });
  }

  /** Asks for it in the next offer. */
  offer(): void {
    this.#channel ??= this.#open(STREAM);
  }

  /** Reads their description, already applied. */
  heed(sdp: string): void {
    const stream = channelIn(sdp, POINTER_PROTOCOL);
    this.#isAgreed = stream !== null;
    if (stream !== null) this.#channel ??= this.#open(stream);
  }

  outgoing(sdp: string): string {
    const stream = this.#channel?.id ?? null;
    return stream === null ? sdp : withChannel(sdp, stream, POINTER_PROTOCOL);
  }

  send(message: PointerMessage): void {
    if (!this.isOpen || !this.#channel) return;
    if (message.is === 'at' && this.#channel.bufferedAmount > MOST_WAITING) return;
    this.#channel.send(encodePointer(message));
  }

  /** One listener. Returns how to stop. */
  listen(listener: (mark: Mark) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = null;
    };
  }

  #open(id: number): RTCDataChannel {
    const channel = this.#connection.createDataChannel(POINTER_PROTOCOL, {
      ...{ negotiated: true, id, protocol: POINTER_PROTOCOL },
    });
    channel.onopen = this.#changed;
    channel.onclose = this.#changed;
    channel.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    return channel;
  }

  #receive(data: unknown): void {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) [this.#second, this.#count] = [second, 0];
    if ((this.#count += 1) > MOST_PER_SECOND) return;
    const message = decodePointer(data);
    if (message?.is === 'paused') {
      this.#isPausedByThem = message.on;
      this.#changed();
    } else if (message) this.#listener?.(message);
  }
}
