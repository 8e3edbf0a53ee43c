import type { FileOffer } from '../protocol/file-offer.ts';
import type { Taken } from './capture.ts';
import type { TransferNews } from '../protocol/transfer-news.ts';
import { type Cargo, FileAttempt } from './file-attempt.ts';
import { FileSink, type OpenFileWorker } from './file-sink.ts';
import type { FileNews, FilePlace } from './file-work.ts';

/** At most so often is told how far a transfer is, milliseconds. */
const TOLD_EVERY = 250;
const GONE = { ok: false, why: 'This file is no longer held by this window.' } as const;

interface Entry {
  readonly cargo: Cargo;
  readonly attempts: Map<string, FileAttempt>;
  toldAt: number;
}

/**
 * The files that go out of this tab and come into it, by the id of their transfer. The user agent names an attempt
 * `file:<id>:<n>`; a `File` and a place on disk never leave the tab.
 */
export class FileTransfers {
  readonly #iceServers: readonly RTCIceServer[];
  readonly #openWorker: OpenFileWorker;
  readonly #news: (id: string, news: TransferNews) => void;
  readonly #entries = new Map<string, Entry>();

  constructor(
    iceServers: readonly RTCIceServer[],
    openWorker: OpenFileWorker,
    news: (id: string, news: TransferNews) => void,
  ) {
    this.#iceServers = iceServers;
    this.#openWorker = openWorker;
    this.#news = news;
  }

  /** A file that somebody picked here. */
  send(id: string, file: Blob): void {
    this.#entries.set(id, { cargo: { file }, attempts: new Map(), toldAt: 0 });
  }

  /** A file that was accepted here goes there. */
  receive(
    id: string,
    promised: { readonly size: number; readonly hash: string | null },
    place: FilePlace,
  ): void {
    const { size, hash } = promised;
    const cargo = { sink: new FileSink(this.#openWorker, place), size, hash };
    this.#entries.set(id, { cargo, attempts: new Map(), toldAt: 0 });
  }

  /** The picked file, null when it is not of this window (any more). */
  fileOf(id: string): Blob | null {
    const cargo = this.#entries.get(id)?.cargo;
    return cargo && 'file' in cargo ? cargo.file : null;
  }

  /** SHA-256 of a picked file in hexadecimal, null when it cannot be read. */
  async hash(id: string): Promise<string | null> {
    const file = this.fileOf(id);
    if (!file) return null;
    return this.#ask({ do: 'hash', file }, (news) => {
      if (news.is === 'hashing') this.#tell(id, { is: 'hashing', octets: news.octets });
      return news.is === 'hashed' ? { done: news.hash } : null;
    });
  }

  /** A small picture as a `data:` address, null for what is no image. */
  thumbnail(file: Blob): Promise<string | null> {
    if (!file.type.startsWith('image/')) return Promise.resolve(null);
    return this.#ask({ do: 'thumbnail', file }, (news) =>
      news.is === 'thumbnail' ? { done: news.data } : null,
    );
  }

  describe(input: { call: string; file: FileOffer; iceRestart: boolean }): Promise<Taken<{ sdp: string }>> {
    return this.#attempt(input.call)?.describe(input.file, input.iceRestart) ?? Promise.resolve(GONE);
  }
  apply(input: { call: string; sdp: string }): Promise<Taken<null>> {
    return this.#attempt(input.call)?.apply(input.sdp) ?? Promise.resolve(GONE);
  }
  async rollback(input: { call: string }): Promise<null> {
    await this.#find(input.call)?.rollback();
    return null;
  }
  close(input: { call: string }): null {
    const attempt = this.#find(input.call);
    this.#entries.get(idOf(input.call))?.attempts.delete(input.call);
    attempt?.close();
    return null;
  }

  /** Leaves off: nothing that was received is kept. */
  stop(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    for (const attempt of entry.attempts.values()) attempt.stop();
    if ('sink' in entry.cargo) {
      entry.cargo.sink.abort();
      this.#entries.delete(id);
    }
  }

  /** Its last word has been said; a picked file stays for another try. */
  forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry && 'sink' in entry.cargo) this.#entries.delete(id);
  }

  #find(call: string): FileAttempt | null {
    return this.#entries.get(idOf(call))?.attempts.get(call) ?? null;
  }

  #attempt(call: string): FileAttempt | null {
    const id = idOf(call);
    const entry = this.#entries.get(id);
    if (!entry) return null;
    const known = entry.attempts.get(call);
    if (known) return known;
    const attempt = new FileAttempt({
      iceServers: this.#iceServers,
      cargo: entry.cargo,
      news: (news) => this.#tell(id, news),
    });
    entry.attempts.set(call, attempt);
    return attempt;
  }

  #tell(id: string, news: TransferNews): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    if (news.is === 'moving' || news.is === 'hashing') {
      const now = performance.now();
      if (now - entry.toldAt < TOLD_EVERY) return;
      entry.toldAt = now;
    }
    if ('sink' in entry.cargo) {
      // A disk that is full is known here first.
      const { failed } = entry.cargo.sink;
      if (failed !== null && news.is === 'moving') {
        this.stop(id);
        return this.#news(id, { is: 'failed', why: failed });
      }
    }
    this.#news(id, news);
  }

  #ask<T>(work: object, read: (news: FileNews) => { readonly done: T } | null): Promise<T | null> {
    return new Promise((resolve) => {
      const worker = this.#openWorker();
      const end = (value: T | null): void => {
        worker.terminate();
        resolve(value);
      };
      worker.onmessage = ({ data }: MessageEvent<FileNews>) => {
        const answer = read(data);
        if (answer) end(answer.done);
      };
      worker.onerror = () => end(null);
      worker.postMessage(work);
    });
  }
}

/** `file:<id>:<n>` */
function idOf(call: string): string {
  return call.slice('file:'.length, call.lastIndexOf(':'));
}
