import type { CallLogRow } from '../../agent/contract.ts';
import type { CallHistory } from './call-history.ts';
import { isMissed } from '../chat/call-outcome.ts';

const PAGE = 100;
const SEEN_KEY = 'parley.calls-seen';

/** The calls that were, newest first, and how many missed ones nobody has looked at. */
export class CallLog {
  readonly #history: CallHistory;
  readonly #told: (through: number) => void;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  #rows = $state.raw<readonly CallLogRow[]>([]);
  #isRead = $state(false);
  #hasEarlier = $state(false);
  #seenUntil = $state(0);
  readonly #missed = $derived(
    this.#rows.filter((row) => row.at > this.#seenUntil && row.seen !== true && isMissed(row)).length,
  );

  /** `storage` keeps until when the log was looked at on this device; `told` lets the other devices know. */
  constructor(
    history: CallHistory,
    storage: Pick<Storage, 'getItem' | 'setItem'> | null,
    told: (through: number) => void = () => undefined,
  ) {
    this.#told = told;
    this.#history = history;
    this.#storage = storage;
    this.#seenUntil = Number(storage?.getItem(SEEN_KEY)) || 0;
  }

  get rows(): readonly CallLogRow[] {
    return this.#rows;
  }
  get isRead(): boolean {
    return this.#isRead;
  }
  get hasEarlier(): boolean {
    return this.#hasEarlier;
  }
  /** Missed calls not looked at yet. */
  get missed(): number {
    return this.#missed;
  }

  /** Reads the newest page. */
  async open(): Promise<void> {
    await this.#read({ limit: PAGE });
    this.#isRead = true;
  }

  async loadEarlier(): Promise<void> {
    const oldest = this.#rows.at(-1);
    if (oldest && this.#hasEarlier) await this.#read({ before: oldest.at, limit: PAGE });
  }

  add(...rows: readonly CallLogRow[]): void {
    const ids = rows.map(({ id }) => id);
    this.#rows = [...rows, ...this.#rows.filter((each) => !ids.includes(each.id))].sort(
      (one, other) => other.at - one.at,
    );
  }

  remove(ids: readonly string[]): void {
    this.#rows = this.#rows.filter(({ id }) => !ids.includes(id));
  }

  /** The person looks at the log: nothing in it is news any more. */
  markSeen(): void {
    const [newest] = this.#rows;
    if (!newest || newest.at <= this.#seenUntil) return;
    this.#seenUntil = newest.at;
    this.#told(newest.at);
    try {
      this.#storage?.setItem(SEEN_KEY, String(newest.at));
    } catch {
      // Storage is full or forbidden: the mark holds until the window closes.
    }
  }

  async #read(page: { before?: number; limit: number }): Promise<void> {
    const rows = await this.#history.page(page).catch((): readonly CallLogRow[] => []);
    this.#hasEarlier = rows.length >= page.limit;
    const known = rows.filter((row) => !this.#rows.some((each) => each.id === row.id));
    this.#rows = [...this.#rows, ...known].sort((one, other) => other.at - one.at);
  }
}
