import type { FileSession } from '../protocol/file-offer.ts';
import { type MsrpFlag, writeMsrpRequest } from '../protocol/msrp.ts';

/** How much of a file a chunk holds: the fastest that was measured, octets. */
const CHUNK = 65_536;
/** What the headers of a chunk take at most, octets. */
const HEAD = 2048;
/** Read from disk at once, octets. */
const BLOCK = 1_048_576;
/** More than this is never queued in the channel; below the second it is filled up again, octets. */
const HIGH_WATER = 4_194_304;
const LOW_WATER = 1_048_576;

export interface FileSending {
  readonly file: Blob;
  /** First octet, counted from 1. */
  readonly from: number;
  readonly channel: RTCDataChannel;
  readonly ours: string;
  readonly theirs: FileSession;
  readonly messageId: string;
  /** Octets of the file that have left this browser. */
  readonly moved: (octets: number) => void;
}

export type Sent = 'all' | 'stopped' | 'unreadable';

/**
 * A file as chunks of one MSRP message (RFC 4975 §5.1), read and sent no faster than the channel takes them, so that
 * memory stays flat. `stop()` leaves off with a chunk that says so.
 */
export class FileSender {
  readonly #options: FileSending;
  #stopped = false;
  #abandoned = false;
  #wake: () => void = () => undefined;

  constructor(options: FileSending) {
    this.#options = options;
    options.channel.bufferedAmountLowThreshold = LOW_WATER;
    options.channel.addEventListener('bufferedamountlow', () => this.#wake());
    options.channel.addEventListener('close', () => this.#wake());
  }

  /** Octets that have left. */
  get #left(): number {
    return Math.max(0, this.#queued - this.#options.channel.bufferedAmount);
  }
  #queued = 0;

  /** Leaves off for good, and says so. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Leaves off without a word: it may go on elsewhere. */
  abandon(): void {
    this.#abandoned = true;
    this.#wake();
  }

  /** Settles when everything is in the channel's hands; what the other side makes of it comes as a report. */
  async run(): Promise<Sent> {
    const { file, from, channel, theirs, moved } = this.#options;
    const most = Math.max(1024, Math.min(CHUNK, theirs.mostOctets - HEAD));
    let at = from - 1;
    this.#queued = at;
    let next = this.#read(at);
    do {
      const block = await next;
      if (block === null) {
        this.#send(at, new Uint8Array(), '#');
        return 'unreadable';
      }
      // The disk reads on while the network sends.
      if (at + block.length < file.size) next = this.#read(at + block.length);
      for (let offset = 0; offset < block.length || file.size === 0; offset += most) {
        if (channel.bufferedAmount > HIGH_WATER) await this.#drained();
        if (this.#isOver()) return this.#leave(at);
        const body = block.subarray(offset, offset + most);
        this.#send(at, body, at + body.length >= file.size ? '$' : '+');
        at += body.length;
        this.#queued = at;
        moved(this.#left);
        if (file.size === 0) break;
      }
    } while (at < file.size);
    while (channel.bufferedAmount > 0 && !this.#isOver()) {
      channel.bufferedAmountLowThreshold = 0;
      await this.#drained();
      moved(this.#left);
    }
    return this.#isOver() ? 'stopped' : 'all';
  }

  #isOver(): boolean {
    return this.#stopped || this.#abandoned || this.#options.channel.readyState !== 'open';
  }

  #leave(at: number): Sent {
    if (this.#stopped) this.#send(at, new Uint8Array(), '#');
    return 'stopped';
  }

  async #read(at: number): Promise<Uint8Array | null> {
    try {
      return new Uint8Array(await this.#options.file.slice(at, at + BLOCK).arrayBuffer());
    } catch {
      // Deleted or changed since it was picked.
      return null;
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      // The event may have come between the look and the listening; a closed channel fires none.
      const { channel } = this.#options;
      if (this.#isOver() || channel.bufferedAmount <= channel.bufferedAmountLowThreshold) resolve();
    });
  }

  #send(at: number, body: Uint8Array, flag: MsrpFlag): void {
    const { channel, ours, theirs, messageId, file } = this.#options;
    if (channel.readyState !== 'open') return;
    channel.send(
      writeMsrpRequest({
        ...{ id: transactionId(), method: 'SEND', messageId, flag, body },
        ...{ toPath: [theirs.path], fromPath: [ours], contentType: theirs.type },
        // An ordered, reliable channel: only how it ended has to be told (RFC 4975 §7.1.1).
        ...{ successReport: true, failureReport: 'no' },
        byteRange: { start: at + 1, end: at + body.length, total: file.size },
      }),
    );
  }
}

/** 96 random bits: no file holds the end-line that they make (RFC 4975 §7.1). */
export function transactionId(): string {
  const words = crypto.getRandomValues(new Uint32Array(3));
  return `p${[...words].map((word) => word.toString(36)).join('')}`;
}
