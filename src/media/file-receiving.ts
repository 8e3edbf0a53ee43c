import type { FileSession } from '../protocol/file-offer.ts';
import { type MsrpRequest, readMsrp, writeMsrpRequest, writeMsrpResponse } from '../protocol/msrp.ts';
import { sameMsrpUri } from '../protocol/msrp-uri.ts';
import { transactionId } from './file-sending.ts';
import type { FileSink } from './file-sink.ts';

export interface FileReceiving {
  readonly channel: RTCDataChannel;
  readonly ours: string;
  readonly theirs: FileSession;
  readonly sink: FileSink;
  /** What the offer promised. */
  readonly size: number;
  readonly hash: string | null;
  /** Octets of the file that are here. */
  readonly moved: (octets: number) => void;
  readonly ended: (how: ReceivingEnd) => void;
}

export type ReceivingEnd =
  | { readonly is: 'whole' }
  /** The other side left off on purpose. */
  | { readonly is: 'stopped' }
  /** `why`: a sentence for the person. */
  | { readonly is: 'failed'; readonly why: string };

const DAMAGED = 'The file arrived damaged and was thrown away. Ask for it again.';
const WRONG = 'The other side sent something other than it promised. Nothing was kept.';

/** Puts the chunks of a message into a sink, in order, never more than was promised, and reports how it ended. */
export class FileReceiver {
  readonly #options: FileReceiving;
  #ended = false;

  constructor(options: FileReceiving) {
    this.#options = options;
  }

  take(octets: Uint8Array<ArrayBuffer>): void {
    if (this.#ended) return;
    const reading = readMsrp(octets);
    // Each message of the channel is one whole chunk (RFC 8873 §5.2).
    if (reading.is !== 'message' || reading.next !== octets.length) return this.#fail(WRONG);
    const { message } = reading;
    if (message.is === 'response') return;
    const { ours, theirs } = this.#options;
    if (!sameMsrpUri(message.toPath[0] ?? '', ours) || !sameMsrpUri(message.fromPath[0] ?? '', theirs.path))
      return this.#refuse(message, 481, 'Session does not exist');
    if (message.method === 'REPORT') return;
    if (message.method !== 'SEND') return this.#refuse(message, 501, 'Not implemented');
    this.#chunk(message);
  }

  /** This side wants no more of it (RFC 4975 §10.5). */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#report(413, 'Stop sending');
  }

  /** Takes no more of it, without a word: the rest may come another way. */
  abandon(): void {
    this.#ended = true;
  }

  #chunk(message: MsrpRequest): void {
    const { sink, size, moved } = this.#options;
    // A view into what the channel gave us, which is no shared memory.
    const body = (message.body ?? new Uint8Array()) as Uint8Array<ArrayBuffer>;
    const { start, total } = message.byteRange;
    if (message.flag === '#') return this.#end({ is: 'stopped' });
    const fits =
      start === sink.taken + 1 && sink.taken + body.length <= size && (total === null || total === size);
    if (!fits) return this.#fail(WRONG);
    sink.write(body);
    moved(sink.taken);
    if (message.failureReport === 'yes') this.#send(writeMsrpResponse(message, 200, 'OK'));
    if (sink.taken === size) void this.#finish();
    else if (message.flag === '$') this.#fail(WRONG);
  }

  async #finish(): Promise<void> {
    const { sink, hash } = this.#options;
    this.#ended = true;
    const kept = await sink.finish(hash);
    if (kept === 'kept') {
      this.#report(200, 'OK');
      this.#options.ended({ is: 'whole' });
    } else {
      this.#report(400, 'Not whole');
      this.#options.ended({ is: 'failed', why: kept === 'damaged' ? DAMAGED : kept.why });
    }
  }

  #refuse(message: MsrpRequest, code: number, comment: string): void {
    if (message.method !== 'REPORT') this.#send(writeMsrpResponse(message, code, comment));
  }

  #fail(why: string): void {
    this.#report(400, 'Bad request');
    this.#end({ is: 'failed', why });
  }

  #end(how: ReceivingEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.ended(how);
  }

  #report(code: number, comment: string): void {
    const { ours, theirs, size, sink } = this.#options;
    this.#send(
      writeMsrpRequest({
        ...{ id: transactionId(), method: 'REPORT', messageId: theirs.id, flag: '$' },
        ...{ toPath: [theirs.path], fromPath: [ours], status: { code, comment } },
        byteRange: { start: 1, end: sink.taken, total: size },
      }),
    );
  }

  #send(octets: Uint8Array<ArrayBuffer>): void {
    const { channel } = this.#options;
    if (channel.readyState === 'open') channel.send(octets);
  }
}
