import type { AgentLink, CallLogRow } from '../../agent/contract.ts';

/** A note is written down once the person pauses, milliseconds. */
const PAUSE = 600;

/** The person's own words about a call (features.md H02), kept while they are typed. */
export class CallNote {
  readonly #link: AgentLink;
  readonly #id: string;
  #told = $state('');
  #waiting: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(link: AgentLink, row: Pick<CallLogRow, 'id'>) {
    this.#link = link;
    this.#id = row.id;
  }

  /** Whether it is kept, in words; '' while somebody types. */
  get told(): string {
    return this.#told;
  }

  type(text: string): void {
    this.#waiting = text;
    this.#told = '';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.keep(), PAUSE);
  }

  /** Keeps what waits, at once. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.#waiting;
    if (text === null) return;
    this.#waiting = null;
    const outcome = await this.#link.send('note-call', { id: this.#id, text });
    // Typed on meanwhile: that is told when it is kept.
    if (this.#waiting === null) this.#told = outcome.ok ? 'Kept' : outcome.why;
  }
}
