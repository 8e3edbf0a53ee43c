import type { FileNews, FilePlace, FileWork } from './file-work.ts';

/** Starts the worker of one file. */
export type OpenFileWorker = () => Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

const FULL = 'The file could not be written. Free some space, or choose another place, and try again.';

/** Where a received file goes while it comes: in a worker that hashes and writes it. Outlives a cut. */
export class FileSink {
  readonly #worker: ReturnType<OpenFileWorker>;
  #taken = 0;
  #failed: string | null = null;
  #finished: ((how: 'kept' | 'damaged' | { why: string }) => void) | null = null;

  constructor(openWorker: OpenFileWorker, place: FilePlace) {
    this.#worker = openWorker();
    this.#worker.onmessage = ({ data }: MessageEvent<FileNews>) => this.#heard(data);
    this.#worker.onerror = () => this.#heard({ is: 'full' });
    this.#post({ do: 'open', place });
  }

  /** Octets given to it: what was taken is in order and without gaps. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes the octets' buffer away from its owner. */
  write(octets: Uint8Array<ArrayBuffer>): void {
    this.#taken += octets.length;
    const { buffer, byteOffset, byteLength } = octets;
    if (byteLength > 0)
      this.#post({ do: 'write', buffer, from: byteOffset, to: byteOffset + byteLength }, [buffer]);
  }

  /** Keeps the file if it has this hash (hexadecimal SHA-256; null: not known), else throws it away. */
  finish(hash: string | null): Promise<'kept' | 'damaged' | { why: string }> {
    if (this.#failed !== null) return Promise.resolve({ why: this.#failed });
    return new Promise((resolve) => {
      this.#finished = (how) => {
        this.#worker.terminate();
        resolve(how);
      };
      this.#post({ do: 'finish', hash });
    });
  }

  /** Nothing of it is kept. */
  abort(): void {
    this.#post({ do: 'abort' });
    // The worker ends by itself when what it was told is done; a second on is long enough for that.
    setTimeout(() => this.#worker.terminate(), 1000);
  }

  #heard(news: FileNews): void {
    if (news.is === 'kept' || news.is === 'damaged') this.#finished?.(news.is);
    else if (news.is === 'full') {
      this.#failed = FULL;
      this.#finished?.({ why: FULL });
    }
  }

  /** Why it can take no more, null while it can. */
  get failed(): string | null {
    return this.#failed;
  }

  #post(work: FileWork, give: Transferable[] = []): void {
    this.#worker.postMessage(work, give);
  }
}
