import type { Aor, HistorySearch, HistoryStatus } from '../../agent/contract.ts';
import { callHit, joined, messageHit, type Hit } from './hits.ts';
import type { MessageSearch } from './message-search.ts';

export type SearchKind = NonNullable<HistorySearch['kind']> | 'call';

/** What narrows a search down; absent: everything. */
export interface SearchFilters {
  readonly conversation?: Aor;
  readonly by?: 'me' | 'others';
  readonly kind?: SearchKind;
  /** Milliseconds: at or after; before. */
  readonly since?: number;
  readonly until?: number;
}

const PAGE = 50;
/** The screen answers every key; the disk is asked when the hand rests, milliseconds. */
const PAUSE = 60;
/** Another machine is asked when the person has stopped. */
const SERVER_PAUSE = 350;

/**
 * Looks for messages, first on this device, then on the server where that has more:
 *
 *   closed -> open, nothing asked -> looking here -> here, and looking there -> done
 */
export class Search {
  readonly #search: MessageSearch;
  readonly #status: () => HistoryStatus;
  #isOpen = $state(false);
  #words = $state('');
  #filters = $state.raw<SearchFilters>({});
  #hits = $state.raw<readonly Hit[]>([]);
  #isLooking = $state(false);
  #isAsking = $state(false);
  #isPartial = $state(false);
  #problem = $state<string | null>(null);
  #next: number | null = null;
  #there: string | null = null;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(search: MessageSearch, status: () => HistoryStatus) {
    this.#search = search;
    this.#status = status;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }
  get words(): string {
    return this.#words;
  }
  get filters(): SearchFilters {
    return this.#filters;
  }
  /** Newest first. */
  get hits(): readonly Hit[] {
    return this.#hits;
  }
  /** Something is asked for: words, or a filter. */
  get isAsked(): boolean {
    return this.#words.trim() !== '' || Object.keys(this.#filters).length > 0;
  }
  get isLooking(): boolean {
    return this.#isLooking;
  }
  /** The server is being asked. */
  get isAsking(): boolean {
    return this.#isAsking;
  }
  /** More letters would find more. */
  get isPartial(): boolean {
    return this.#isPartial;
  }
  get hasMore(): boolean {
    return this.#next !== null || this.#there !== null;
  }
  get problem(): string | null {
    return this.#problem;
  }
  /** How far it reaches, for the person. */
  get reach(): string {
    const { kept, isWhole } = this.#status();
    if (this.#problem !== null) return this.#problem;
    if (kept !== 'server') return 'Searched what is on this device. This server keeps no history.';
    if (this.#isAsking) return 'Searching what is on this device, and on the server';
    return isWhole ? 'Searched everything.' : 'Searched what is on this device and on the server.';
  }

  open(words?: string): void {
    this.#isOpen = true;
    if (words !== undefined) this.type(words);
  }

  close(): void {
    this.#isOpen = false;
    this.#words = '';
    this.#filters = {};
    this.#begin();
  }

  type(words: string): void {
    if (words === this.#words) return;
    this.#words = words;
    this.#begin();
  }

  /** A value of undefined takes the filter away. */
  filter(change: { readonly [K in keyof SearchFilters]: SearchFilters[K] | undefined }): void {
    const entries = Object.entries({ ...this.#filters, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    this.#filters = Object.fromEntries(entries) as SearchFilters;
    this.#begin();
  }

  /** The next page, of this device and then of the server. */
  async more(): Promise<void> {
    if (this.#isLooking || this.#isAsking || !this.isAsked) return;
    if (this.#next !== null) await this.#lookHere(this.#round, this.#next);
    else if (this.#there !== null) await this.#lookThere(this.#round, this.#there);
  }

  #begin(): void {
    this.#round += 1;
    this.#next = null;
    this.#there = null;
    this.#problem = null;
    this.#isAsking = false;
    if (this.#timer) clearTimeout(this.#timer);
    if (!this.isAsked) {
      this.#hits = [];
      this.#isLooking = false;
      this.#isPartial = false;
      return;
    }
    this.#isLooking = true;
    const round = this.#round;
    this.#timer = setTimeout(() => void this.#first(round), PAUSE);
  }

  async #first(round: number): Promise<void> {
    await this.#lookHere(round);
    if (round !== this.#round || !this.#isBeyond()) return;
    this.#isAsking = true;
    this.#timer = setTimeout(() => void this.#lookThere(round), SERVER_PAUSE);
  }

  /** Whether the server may have what is not here. */
  #isBeyond(): boolean {
    const { kept, isWhole } = this.#status();
    return kept === 'server' && !isWhole && this.#filters.kind !== 'call';
  }

  #query(): HistorySearch {
    const { kind, ...rest } = this.#filters;
    return { words: this.#words, ...rest, ...(kind !== undefined && kind !== 'call' && { kind }) };
  }

  async #lookHere(round: number, next?: number): Promise<void> {
    this.#isLooking = true;
    try {
      const query = this.#query();
      const isCalls = this.#filters.kind === 'call';
      const page = isCalls ? { rows: [], next: null } : await this.#search.here(query, PAGE, next);
      const wantsCalls = isCalls || this.#filters.kind === undefined;
      const calls = next === undefined && wantsCalls ? await this.#search.calls(query, PAGE) : [];
      if (round !== this.#round) return;
      this.#next = page.next;
      this.#isPartial = 'isPartial' in page && page.isPartial === true;
      this.#put([...page.rows.map(messageHit), ...calls.map(callHit)], next === undefined);
    } catch {
      if (round === this.#round) this.#problem = 'What is kept on this device could not be read.';
    } finally {
      if (round === this.#round) this.#isLooking = false;
    }
  }

  async #lookThere(round: number, next?: string): Promise<void> {
    this.#isAsking = true;
    try {
      const page = await this.#search.there(this.#query(), next);
      if (round !== this.#round) return;
      this.#there = page.next;
      this.#put(page.rows.map(messageHit), false);
    } catch (error) {
      if (round === this.#round) this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (round === this.#round) this.#isAsking = false;
    }
  }

  #put(hits: readonly Hit[], isFresh: boolean): void {
    this.#hits = joined(isFresh ? [] : this.#hits, hits);
  }
}
