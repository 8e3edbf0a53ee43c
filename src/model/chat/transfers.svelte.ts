import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type {
  AgentLink,
  Boot,
  Fact,
  FileRef,
  MediaRequests,
  MessageRow,
  TransferSnapshot,
} from '../../agent/contract.ts';
import type { OpenFileWorker } from '../../media/file-sink.ts';
import type { FileTransfers } from '../../media/file-transfers.ts';
import { Pace } from './transfer-pace.ts';

/** Several files at once are sent one after another only where it is one server; so many may be offered together. */
const MOST_AT_ONCE = 20;
const GONE = { ok: false, why: 'This file is no longer held by this window.' } as const;

/** How far a file is, as a row shows it. */
export interface Moving {
  readonly octets: number;
  /** Octets a second over the last seconds; null while it is not known. */
  readonly pace: number | null;
}

/**
 * Files on their way, and what this window can do with them. Facts say how far each is; the files and the places they
 * go to are here.
 */
export class Transfers {
  readonly #link: AgentLink;
  readonly #iceServers: () => readonly RTCIceServer[];
  readonly #openWorker: OpenFileWorker;
  readonly #roots: () => readonly string[];
  readonly #all = new SvelteMap<string, TransferSnapshot>();
  readonly #paces = new SvelteMap<string, Pace>();
  /** Received files on this browser's own disk, to be saved from there. */
  readonly #own = new SvelteSet<string>();
  readonly #saving = new SvelteMap<string, number>();
  readonly #problems = new SvelteMap<string, string>();
  readonly #uploads = new SvelteMap<string, AbortController>();
  /** What somebody picked here, for as long as the window lives: a try again needs no second search for it. */
  readonly #picked = new SvelteMap<string, File>();
  #ownRead = false;
  #media: Promise<FileTransfers> | null = null;

  /** `roots`: our own services. */
  constructor(
    link: AgentLink,
    iceServers: () => readonly RTCIceServer[],
    openWorker: OpenFileWorker,
    roots: () => readonly string[],
  ) {
    this.#link = link;
    this.#roots = roots;
    this.#iceServers = iceServers;
    this.#openWorker = openWorker;
  }

  boot(boot: Pick<Boot, 'transfers'>): void {
    for (const transfer of boot.transfers) this.#all.set(transfer.id, transfer);
  }

  apply(fact: Fact): void {
    if (fact.fact === 'restarted') this.#all.clear();
    if (fact.fact !== 'transfer') return;
    const { transfer } = fact;
    this.#all.set(transfer.id, transfer);
    if (transfer.state === 'moving') this.#paceOf(transfer.id).saw(transfer.octets, performance.now());
    else this.#paces.delete(transfer.id);
    const isEnded = transfer.state === 'cancelled' || transfer.state === 'failed';
    if (!isEnded || transfer.owner !== this.#link.tab) return;
    // Cancelled from another window, or by the other side.
    this.#uploads.get(transfer.id)?.abort();
    if (!transfer.mine) {
      this.#own.delete(transfer.id);
      void this.#media?.then((media) => media.stop(transfer.id));
    }
  }

  /** How the transfer of a row stands now; null when nothing of it lives any more. */
  of(id: string): TransferSnapshot | null {
    return this.#all.get(id) ?? null;
  }
  moving(id: string): Moving | null {
    const saved = this.#saving.get(id);
    if (saved !== undefined) return { octets: saved, pace: null };
    const transfer = this.#all.get(id);
    if (!transfer || (transfer.state !== 'moving' && transfer.state !== 'preparing')) return null;
    return { octets: transfer.octets, pace: this.#paces.get(id)?.octetsPerSecond ?? null };
  }
  /** This window moves a file: it may not be reloaded now. */
  get isBusy(): boolean {
    const busy = ['preparing', 'accepted', 'moving', 'interrupted'];
    return [...this.#all.values()].some(
      ({ owner, state }) => owner === this.#link.tab && busy.includes(state),
    );
  }
  /** Why saving did not work, for its row. */
  problemOf(id: string): string | null {
    return this.#problems.get(id) ?? null;
  }
  /** The file lies on this browser's own disk and can be saved. */
  isOwn(id: string): boolean {
    return this.#own.has(id);
  }
  /** The picked file is still here, for another try. */
  canTryAgain(row: MessageRow): boolean {
    return row.mine && this.#picked.has(row.id);
  }

  /** The file lies on a server that this page may fetch from. */
  canFetch(url: string): boolean {
    return this.#roots().some((root) => url.startsWith(`${root}/files/`));
  }

  /** Looks once what this browser's own disk holds. */
  async look(): Promise<void> {
    if (this.#ownRead) return;
    this.#ownRead = true;
    const { ownFiles } = await import('../../media/file-places.ts');
    for (const id of await ownFiles(Date.now())) this.#own.add(id);
  }

  /** Offers files to whoever is in a conversation. Null, or a sentence why (some of) them were not taken. */
  async offer(conversation: string, files: readonly File[]): Promise<string | null> {
    let problem: string | null = null;
    if (files.length > MOST_AT_ONCE) problem = `Only the first ${MOST_AT_ONCE} files were taken.`;
    for (const file of files.slice(0, MOST_AT_ONCE)) {
      const id = crypto.randomUUID();
      this.#picked.set(id, file);
      (await this.#load()).send(id, file);
      problem = (await this.#announce(conversation, id, file, file.name)) ?? problem;
    }
    return problem;
  }

  async tryAgain(row: MessageRow): Promise<void> {
    const file = this.#picked.get(row.id);
    const name = row.files?.[0]?.name ?? 'file';
    const problem = file
      ? await this.#announce(row.conversation, row.id, file, name)
      : 'Choose the file again: this window does not hold it any more.';
    this.#say(row.id, problem);
  }

  /** From a click: asks where it should go, then for the file. */
  async accept(row: MessageRow): Promise<void> {
    const [file] = row.files ?? [];
    if (!file) return;
    this.#problems.delete(row.id);
    const media = await this.#load();
    const { pickPlace } = await import('../../media/file-places.ts');
    const picked = await pickPlace(row.id, file.name);
    if (!picked) return;
    media.receive(row.id, { size: file.size, hash: file.hash ?? null }, picked.place);
    const outcome = await this.#link.send('accept-file', { id: row.id });
    if (!outcome.ok) media.stop(row.id);
    else if (picked.isOwn) this.#own.add(row.id);
    this.#say(row.id, outcome.ok ? null : outcome.why);
  }

  async decline(row: MessageRow): Promise<void> {
    const outcome = await this.#link.send('decline-file', { id: row.id });
    this.#say(row.id, outcome.ok ? null : outcome.why);
  }

  async cancel(row: MessageRow): Promise<void> {
    this.#uploads.get(row.id)?.abort();
    (await this.#load()).stop(row.id);
    this.#own.delete(row.id);
    const outcome = await this.#link.send('cancel-file', { id: row.id });
    this.#say(row.id, outcome.ok ? null : outcome.why);
  }

  /** Saves a file that lies on this browser's own disk. */
  async save(row: MessageRow, file: FileRef): Promise<void> {
    const { ownFile, saveBlob } = await import('../../media/file-places.ts');
    const held = await ownFile(row.id);
    if (held) saveBlob(held, file.name);
    else {
      this.#own.delete(row.id);
      this.#say(row.id, 'This file is no longer kept here. Ask for it again.');
    }
  }

  /** Fetches a file from our server to where the person says. */
  async fetch(row: MessageRow, file: FileRef): Promise<void> {
    const { url, size, hash } = file;
    if (url === undefined || this.#saving.has(row.id)) return;
    this.#problems.delete(row.id);
    const [{ pickPlace }, { fetchFile }, { FileSink }] = await Promise.all([
      import('../../media/file-places.ts'),
      import('../../media/file-http.ts'),
      import('../../media/file-sink.ts'),
    ]);
    const picked = await pickPlace(row.id, file.name);
    if (!picked) return;
    this.#saving.set(row.id, 0);
    const sink = new FileSink(this.#openWorker, picked.place);
    const problem = await fetchFile(url, sink, { size, hash: hash ?? null }, (octets) => {
      this.#saving.set(row.id, octets);
    });
    this.#saving.delete(row.id);
    this.#say(row.id, problem);
    if (problem !== null || !picked.isOwn) return;
    this.#own.add(row.id);
    await this.save(row, file);
  }

  /** The whole picture is in this browser. */
  hasPicture(row: MessageRow): boolean {
    return this.#picked.has(row.id) || this.#own.has(row.id);
  }

  /** An address of it for a look; null when it is not here, or no picture. Who takes it gives it back. */
  async picture(row: MessageRow): Promise<string | null> {
    const { ownFile, pictureOf } = await import('../../media/file-places.ts');
    const file = this.#picked.get(row.id) ?? (await ownFile(row.id));
    return file && pictureOf(file, row.files?.[0]?.type ?? '');
  }

  /** The media verbs of `file:` calls (agent/contract.ts). */
  async describe(input: MediaRequests['describe-file'][0]): Promise<MediaRequests['describe-file'][1]> {
    return (await this.#load()).describe(input);
  }
  async applyDescription(
    input: MediaRequests['set-description'][0],
  ): Promise<MediaRequests['set-description'][1]> {
    return (await this.#load()).apply(input);
  }
  async rollback(input: MediaRequests['rollback'][0]): Promise<null> {
    return (await this.#load()).rollback(input);
  }
  async close(input: MediaRequests['close'][0]): Promise<null> {
    return (await this.#load()).close(input);
  }
  async upload(input: MediaRequests['upload-file'][0]): Promise<MediaRequests['upload-file'][1]> {
    const { transfer: id, url, headers } = input;
    const file = this.#picked.get(id);
    if (!file) return GONE;
    const { putFile } = await import('../../media/file-http.ts');
    const control = new AbortController();
    this.#uploads.set(id, control);
    let told = -Infinity;
    const moved = (octets: number): void => {
      const now = performance.now();
      if (now - told < 250) return;
      told = now;
      void this.#link.send('file-news', { id, news: { is: 'moving', octets } });
    };
    const done = await putFile({ file, url, headers, moved, signal: control.signal });
    this.#uploads.delete(id);
    return done;
  }

  async #announce(conversation: string, id: string, file: Blob, name: string): Promise<string | null> {
    const { size, type } = file;
    const media = await this.#load();
    const thumbnail = await media.thumbnail(file);
    const outcome = await this.#link.send('offer-file', {
      ...{ id, conversation, name, type, size },
      ...(thumbnail !== null && { thumbnail }),
    });
    if (!outcome.ok) return outcome.why;
    if (outcome.value.via === 'peer')
      void media.hash(id).then((hash) => this.#link.send('file-hashed', { id, hash }));
    return null;
  }

  /** The half that moves octets: most windows never need it. */
  #load(): Promise<FileTransfers> {
    this.#media ??= import('../../media/file-transfers.ts').then(({ FileTransfers }) => {
      const media = new FileTransfers(this.#iceServers(), this.#openWorker, (id, news) => {
        if (news.is === 'whole') media.forget(id);
        void this.#link.send('file-news', { id, news });
      });
      return media;
    });
    return this.#media;
  }

  #paceOf(id: string): Pace {
    const known = this.#paces.get(id) ?? new Pace();
    this.#paces.set(id, known);
    return known;
  }

  #say(id: string, problem: string | null): void {
    if (problem === null) this.#problems.delete(id);
    else this.#problems.set(id, problem);
  }
}
