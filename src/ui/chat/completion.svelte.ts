/** What completes `:short` and `@name` while they are typed. */
import type { EmojiList } from './emoji-list.ts';

export interface Nameable {
  readonly aor: string;
  readonly name: string;
}

export interface Option {
  readonly key: string;
  /** A sign before the words. */
  readonly sign: string;
  readonly words: string;
  readonly hint: string;
  readonly chosen:
    { readonly is: 'emoji'; readonly sign: string } | { readonly is: 'mention'; readonly who: Nameable };
}

const EMOJI = /(?:^|[\s(])(:([a-z0-9_+-]{2,30}))$/i;
const WHOLE = /(?:^|[\s(]):([a-z0-9_+-]{2,30}):$/i;
const MENTION = /(?:^|[\s(])(@([\p{L}\p{N}._'-]{0,30}))$/u;
const MOST = 6;

export class Completion {
  readonly #people: () => readonly Nameable[];
  readonly #tone: () => string;
  #options = $state.raw<readonly Option[]>([]);
  #active = $state(0);
  /** Characters before the caret that the choice replaces. */
  #length = 0;
  /** Closed by Escape for this beginning. */
  #refused: string | null = null;
  #turn = 0;
  #begun: string | null = null;
  #emojis: Promise<{ list: EmojiList; withTone: (sign: string, tone: string) => string }> | null = null;

  constructor(people: () => readonly Nameable[], tone: () => string) {
    this.#people = people;
    this.#tone = tone;
  }

  get options(): readonly Option[] {
    return this.#options;
  }
  get active(): number {
    return this.#active;
  }
  get length(): number {
    return this.#length;
  }

  /** `before`: the words before the caret. Gives the sign of a finished `:short:`, which is put in at once. */
  async look(before: string): Promise<{ readonly sign: string; readonly length: number } | null> {
    const turn = (this.#turn += 1);
    const whole = WHOLE.exec(before);
    if (whole) {
      this.close();
      const { list, withTone } = await this.#emoji();
      const sign = list.named(whole[1] ?? '');
      return sign && turn === this.#turn
        ? { sign: withTone(sign, this.#tone()), length: (whole[1]?.length ?? 0) + 2 }
        : null;
    }
    const emoji = EMOJI.exec(before);
    const mention = emoji ? null : MENTION.exec(before);
    const [, begun, typed] = emoji ?? mention ?? [];
    if (begun === undefined || typed === undefined || begun === this.#refused) {
      if (begun === undefined) this.#refused = null;
      this.#set([], 0);
      return null;
    }
    const options = emoji ? await this.#short(typed) : this.#named(typed);
    if (turn === this.#turn) this.#set(options, begun.length, begun);
    return null;
  }

  move(by: 1 | -1): void {
    const count = this.#options.length;
    this.#active = (this.#active + by + count) % count;
  }
  close(): void {
    this.#set([], 0);
  }
  /** Closed by the person: not again for the same beginning. */
  refuse(): void {
    this.#refused = this.#begun;
    this.close();
  }
  #set(options: readonly Option[], length: number, begun: string | null = null): void {
    this.#options = options;
    this.#active = 0;
    this.#length = length;
    this.#begun = begun;
  }

  #emoji(): Promise<{ list: EmojiList; withTone: (sign: string, tone: string) => string }> {
    this.#emojis ??= import('./emoji-list.ts').then(({ EmojiList, withTone }) => ({
      list: new EmojiList(),
      withTone,
    }));
    return this.#emojis;
  }
  async #short(typed: string): Promise<readonly Option[]> {
    const { list, withTone } = await this.#emoji();
    return list.complete(typed, MOST).map(({ emoji, name }) => {
      const sign = withTone(emoji.sign, this.#tone());
      return { key: emoji.sign, sign, words: `:${name}:`, hint: '', chosen: { is: 'emoji', sign } };
    });
  }

  #named(typed: string): readonly Option[] {
    const begun = typed.toLowerCase();
    return this.#people()
      .filter(({ name, aor }) =>
        [...name.toLowerCase().split(/\s+/), name.toLowerCase(), aor.replace(/^sips?:/, '')].some((word) =>
          word.startsWith(begun),
        ),
      )
      .slice(0, MOST)
      .map((who) => ({
        key: who.aor,
        sign: '@',
        words: who.name,
        hint: who.aor.replace(/^sips?:/, ''),
        chosen: { is: 'mention', who },
      }));
  }
}
