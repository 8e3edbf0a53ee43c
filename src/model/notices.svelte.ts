import type { Fact } from '../agent/contract.ts';

export interface Notice {
  readonly id: number;
  readonly level: 'info' | 'problem';
  readonly words: string;
  /** One thing to do about it, e.g. to take it back. */
  readonly deed?: { readonly words: string; readonly run: () => void } | undefined;
}

/** Short sentences in the corner: what happened, then what to do. The same words never stand twice. */
export class Notices {
  #list = $state.raw<readonly Notice[]>([]);
  #last = 0;

  get list(): readonly Notice[] {
    return this.#list;
  }

  apply(fact: Fact): void {
    if (fact.fact === 'notice') this.say(fact.level, fact.words);
  }

  say(level: Notice['level'], words: string, deed?: Notice['deed']): void {
    this.#last += 1;
    this.#list = [
      ...this.#list.filter((notice) => notice.words !== words),
      { id: this.#last, level, words, deed },
    ].slice(-3);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }
}
