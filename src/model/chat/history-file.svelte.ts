import type { AgentLink, Outcome } from '../../agent/contract.ts';
import type { Database } from '../../store/database.ts';

/** What this browser keeps. `octets`: of everything Parley keeps here, as far as the browser says. */
export interface HistorySize {
  readonly messages: number;
  readonly calls: number;
  readonly octets: number | null;
}

/** The history of this browser as a whole: how much there is, taken out, brought in, deleted. */
export class HistoryFile {
  readonly #link: AgentLink;
  readonly #open: () => Promise<Database>;
  #size = $state.raw<HistorySize | null>(null);
  #isBusy = $state(false);

  constructor(link: AgentLink, open: () => Promise<Database>) {
    this.#link = link;
    this.#open = open;
  }

  /** Null until it has been measured. */
  get size(): HistorySize | null {
    return this.#size;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }

  async measure(): Promise<void> {
    try {
      const db = await this.#open();
      const [messages, calls, estimate] = await Promise.all([
        db.count('messages'),
        db.count('calls'),
        navigator.storage.estimate(),
      ]);
      this.#size = { messages, calls, octets: estimate.usage ?? null };
    } catch {
      this.#size = null;
    }
  }

  /** The file, and a sentence. */
  async take(): Promise<Outcome<{ file: Blob; words: string }>> {
    return this.#busy(async () => {
      const outcome = await this.#link.send('export-history', { all: true });
      if (!outcome.ok) return outcome;
      const { file, messages } = outcome.value;
      return { ok: true, value: { file, words: `${counted(messages, 'message')} exported.` } };
    });
  }

  async bring(file: Blob): Promise<Outcome<string>> {
    return this.#busy(async () => {
      const outcome = await this.#link.send('import-history', { file });
      await this.measure();
      if (!outcome.ok) return outcome;
      const { added, known, left } = outcome.value;
      const rest = left > 0 ? ` ${counted(left, 'line')} could not be read and were left out.` : '';
      return { ok: true, value: `${added} added, ${known} were here already.${rest}` };
    });
  }

  async delete(): Promise<Outcome> {
    return this.#busy(async () => {
      const outcome = await this.#link.send('delete-history', { all: true });
      await this.measure();
      return outcome;
    });
  }

  async #busy<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`;
}
