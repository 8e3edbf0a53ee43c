import type { FileOffer, FileSession } from '../protocol/file-offer.ts';
import type { TransferNews } from '../protocol/transfer-news.ts';
import { readMsrp } from '../protocol/msrp.ts';
import type { Taken } from './capture.ts';
import { FileChannel } from './file-channel.ts';
import { FileReceiver } from './file-receiving.ts';
import { FileSender } from './file-sending.ts';
import type { FileSink } from './file-sink.ts';

/** What goes through: a file of this tab, or into a sink what was promised. */
export type Cargo =
  { readonly file: Blob } | { readonly sink: FileSink; readonly size: number; readonly hash: string | null };

export interface AttemptOptions {
  readonly iceServers: readonly RTCIceServer[];
  readonly cargo: Cargo;
  readonly news: (news: TransferNews) => void;
}

/** How long the other side may write and check after the last octet, milliseconds. */
const REPORT_LIMIT = 120_000;
/** What was said last needs that long to leave, milliseconds. */
const LAST_WORDS = 500;

/** One attempt at a transfer: one dialog, one channel. After a cut there is another, from where this one ended. */
export class FileAttempt {
  readonly #channel: FileChannel;
  readonly #options: AttemptOptions;
  #sender: FileSender | null = null;
  #receiver: FileReceiver | null = null;
  #octets = 0;
  #isOver = false;
  #reportTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#channel = new FileChannel(options.iceServers, {
      opened: (channel, ours, theirs) => this.#start(channel, ours, theirs),
      message: (octets) => (this.#receiver ? this.#receiver.take(octets) : this.#report(octets)),
      weak: () => options.news({ is: 'weak' }),
      lost: () => this.#end({ is: 'cut', octets: this.#octets }),
    });
  }

  /** `file`: what the offer says; where it begins and which way it goes is known here. */
  describe(file: FileOffer, iceRestart: boolean): Promise<Taken<{ sdp: string }>> {
    const { cargo } = this.#options;
    const sends = 'file' in cargo;
    const from = sends ? 1 : cargo.sink.taken + 1;
    return this.#channel.describe({ ...file, sends, from, ...(!sends && { icon: null }) }, iceRestart);
  }
  apply(sdp: string): Promise<Taken<null>> {
    return this.#channel.apply(sdp);
  }
  rollback(): Promise<void> {
    return this.#channel.rollback();
  }

  /** Leaves off, and says so to the other side while it can hear it. */
  stop(): void {
    this.#isOver = true;
    this.#sender?.stop();
    this.#receiver?.stop();
  }

  /** Nothing is told of it any more; what was said last still goes out. */
  close(): void {
    this.#isOver = true;
    if (this.#reportTimer) clearTimeout(this.#reportTimer);
    this.#sender?.abandon();
    this.#receiver?.abandon();
    setTimeout(() => this.#channel.close(), LAST_WORDS);
  }

  #start(channel: RTCDataChannel, ours: string, theirs: FileSession): void {
    const { cargo } = this.#options;
    const moved = (octets: number): void => {
      this.#octets = octets;
      if (!this.#isOver) this.#options.news({ is: 'moving', octets });
    };
    if ('sink' in cargo) {
      const { sink, size, hash } = cargo;
      moved(sink.taken);
      this.#receiver = new FileReceiver({
        ...{ channel, ours, theirs, sink, size, hash, moved },
        ended: (how) => this.#end(how),
      });
      return;
    }
    const { file } = cargo;
    moved(theirs.from - 1);
    this.#sender = new FileSender({
      file,
      from: theirs.from,
      channel,
      ours,
      theirs,
      messageId: theirs.id,
      moved,
    });
    void this.#sender.run().then((sent) => {
      if (sent === 'unreadable')
        this.#end({ is: 'failed', why: 'The file was changed or removed meanwhile. Choose it again.' });
      if (sent === 'all' && !this.#isOver)
        this.#reportTimer = setTimeout(() => this.#end({ is: 'cut', octets: this.#octets }), REPORT_LIMIT);
    });
  }

  /** The sender hears how it went (RFC 4975 §7.1.2). */
  #report(octets: Uint8Array): void {
    const reading = readMsrp(octets);
    if (reading.is !== 'message' || !this.#sender) return;
    const { message } = reading;
    const status = message.is === 'response' || message.method === 'REPORT' ? message.status : null;
    if (status === null || (message.is === 'response' && status < 400)) return;
    if (status === 200) this.#end({ is: 'whole' });
    else if (status === 413) this.#end({ is: 'stopped' });
    else this.#end({ is: 'failed', why: 'The file did not arrive whole. Send it again.' });
  }

  #end(news: TransferNews): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#reportTimer) clearTimeout(this.#reportTimer);
    this.#sender?.abandon();
    this.#receiver?.abandon();
    this.#options.news(news);
  }
}
