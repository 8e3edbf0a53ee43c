import {
  type FileOffer,
  type FileSession,
  readFileSession,
  withFileSession,
} from '../protocol/file-offer.ts';
import { dataChannelUri } from '../protocol/msrp-uri.ts';
import type { Taken } from './capture.ts';
import { gathered } from './gathering.ts';

export interface FileChannelEvents {
  /** Both ends can speak. `theirs`: what the other end said of itself. */
  opened(channel: RTCDataChannel, ours: string, theirs: FileSession): void;
  message(octets: Uint8Array<ArrayBuffer>): void;
  /** The path is broken: a new offer in the same dialog may heal it. */
  weak(): void;
  /** It will not come back. Told once, and not after `close()`. */
  lost(): void;
}

/** Candidates beyond the first may well be waited for: nobody is ringing, milliseconds. */
const GATHERING = 2000;
/** How long a broken path may heal by itself, and then with our help, milliseconds. */
const PATIENCE = 2000;
const GIVE_UP = 12_000;
const STREAM = 0;

/**
 * One peer connection with one negotiated data channel (RFC 8864): a file session. The lines that say so are written
 * into the description that the browser returns, for it would not keep them (RFC 8873 §5.1).
 *
 *   new --describe--> offered --apply--> agreed --channel opens--> open --path or channel gone--> lost
 *    \--apply--> asked --describe--/
 */
export class FileChannel {
  readonly #connection: RTCPeerConnection;
  readonly #events: FileChannelEvents;
  readonly #ours = dataChannelUri(crypto.randomUUID().replaceAll('-', ''));
  #channel: RTCDataChannel | null = null;
  #theirs: FileSession | null = null;
  /** Who wrote the first offer: it is `active` (RFC 4145). */
  #isCaller = true;
  #isTold = false;
  #ended = false;
  #healing: ReturnType<typeof setTimeout> | null = null;

  constructor(iceServers: readonly RTCIceServer[], events: FileChannelEvents) {
    this.#events = events;
    this.#connection = new RTCPeerConnection({ iceServers: [...iceServers] });
    this.#connection.oniceconnectionstatechange = () => this.#watchPath();
    this.#connection.onconnectionstatechange = () => {
      if (this.#connection.connectionState === 'failed') this.#lose(GIVE_UP);
    };
  }

  /** Our offer, or our answer when theirs is waiting. */
  async describe(file: FileOffer, iceRestart: boolean): Promise<Taken<{ sdp: string }>> {
    const connection = this.#connection;
    try {
      this.#channel ??= this.#open(this.#theirs?.stream ?? STREAM);
      if (iceRestart) connection.restartIce();
      await connection.setLocalDescription();
      await gathered(connection, GATHERING);
      const session = { ...file, stream: this.#channel.id ?? STREAM, path: this.#ours };
      const sdp = withFileSession(connection.localDescription?.sdp ?? '', session, this.#isCaller);
      return sdp === null ? { ok: false, why: 'The transfer has ended.' } : { ok: true, value: { sdp } };
    } catch {
      return { ok: false, why: 'This browser could not prepare the transfer.' };
    }
  }

  /** Takes an answer when our offer is out, else an offer. */
  async apply(sdp: string): Promise<Taken<null>> {
    const session = readFileSession(sdp);
    if (!session.ok) return { ok: false, why: 'The other side cannot take files this way.' };
    const type = this.#connection.signalingState === 'have-local-offer' ? 'answer' : 'offer';
    try {
      if (!this.#theirs && type === 'offer') this.#isCaller = false;
      this.#theirs = session.value;
      await this.#connection.setRemoteDescription({ type, sdp });
      this.#tell();
      return { ok: true, value: null };
    } catch {
      return { ok: false, why: 'The other side could not be understood.' };
    }
  }

  async rollback(): Promise<void> {
    const state = this.#connection.signalingState;
    if (state === 'have-local-offer') await this.#connection.setLocalDescription({ type: 'rollback' });
    if (state === 'have-remote-offer') await this.#connection.setRemoteDescription({ type: 'rollback' });
  }

  close(): void {
    this.#ended = true;
    if (this.#healing) clearTimeout(this.#healing);
    this.#connection.oniceconnectionstatechange = null;
    this.#connection.onconnectionstatechange = null;
    if (this.#channel) this.#channel.onclose = null;
    this.#connection.close();
  }

  #open(id: number): RTCDataChannel {
    const channel = this.#connection.createDataChannel('file', { negotiated: true, id, protocol: 'msrp' });
    channel.binaryType = 'arraybuffer';
    channel.onopen = () => this.#tell();
    channel.onclose = () => this.#lose(0);
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      const octets = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
      if (!this.#ended) this.#events.message(octets);
    };
    return channel;
  }

  /** The channel may be open before the answer is, in terms of events, and the other way round. */
  #tell(): void {
    if (this.#isTold || this.#ended || !this.#theirs || this.#channel?.readyState !== 'open') return;
    this.#isTold = true;
    this.#events.opened(this.#channel, this.#ours, this.#theirs);
  }

  #watchPath(): void {
    const state = this.#connection.iceConnectionState;
    if (state === 'connected' || state === 'completed') {
      if (this.#healing) clearTimeout(this.#healing);
      this.#healing = null;
    } else if (state === 'disconnected' || state === 'failed') {
      this.#healing ??= setTimeout(() => {
        this.#events.weak();
        this.#lose(GIVE_UP);
      }, PATIENCE);
    }
  }

  #lose(inMs: number): void {
    if (this.#ended) return;
    if (this.#healing) clearTimeout(this.#healing);
    this.#healing = setTimeout(() => {
      if (this.#ended) return;
      this.close();
      this.#events.lost();
    }, inMs);
  }
}
