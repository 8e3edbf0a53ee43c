/** Every emoji with its names, by group. The data is large: loaded when somebody opens the picker or types `:`. */
import { gemoji } from 'gemoji';

export interface Emoji {
  readonly sign: string;
  /** For people: "grinning face". */
  readonly words: string;
  /** `:short:` names, the usual one first. */
  readonly names: readonly string[];
  readonly group: string;
  readonly hasTone: boolean;
}

/** Signs that take a skin tone; of several people only the first would, which nobody means. */
const TONED = /^\p{Emoji_Modifier_Base}\ufe0f?(?:\u200d[^\p{Emoji_Modifier_Base}]*)?$/u;

/** The tones there are, the first is none. */
export const TONES = ['', '\u{1f3fb}', '\u{1f3fc}', '\u{1f3fd}', '\u{1f3fe}', '\u{1f3ff}'] as const;

export class EmojiList {
  readonly all: readonly Emoji[];
  readonly groups: readonly { readonly name: string; readonly list: readonly Emoji[] }[];
  readonly #search: readonly { readonly emoji: Emoji; readonly text: string }[];

  constructor() {
    this.all = gemoji.map(({ emoji, names, description, category }) => ({
      sign: emoji,
      words: description,
      names,
      group: category,
      hasTone: TONED.test(emoji),
    }));
    this.groups = Object.entries(Object.groupBy(this.all, ({ group }) => group)).map(([name, list]) => ({
      name,
      list: list ?? [],
    }));
    this.#search = gemoji.map(({ names, tags, description }, at) => ({
      emoji: this.all[at] as Emoji,
      text: ` ${[...names, ...tags, description].join(' ').replaceAll('_', ' ').toLowerCase()}`,
    }));
  }

  bySign(sign: string): Emoji | null {
    const bare = withTone(sign, '');
    return this.all.find((one) => one.sign === sign || withTone(one.sign, '') === bare) ?? null;
  }

  /** Those whose names, tags or description have words that begin with each of what was typed. */
  search(typed: string, most = 200): readonly Emoji[] {
    const words = typed.toLowerCase().replaceAll('_', ' ').split(/\s+/).filter(Boolean);
    return this.#search
      .filter(({ text }) => words.every((word) => text.includes(` ${word}`)))
      .slice(0, most)
      .map(({ emoji }) => emoji);
  }

  /** For `:short`: names that begin so, then names that have a word which does. */
  complete(short: string, most: number): readonly { readonly emoji: Emoji; readonly name: string }[] {
    const begun = short.toLowerCase();
    const found: { emoji: Emoji; name: string; rank: number }[] = [];
    for (const emoji of this.all) {
      const name =
        emoji.names.find((one) => one.startsWith(begun)) ??
        emoji.names.find((one) => one.includes(`_${begun}`));
      if (name === undefined) continue;
      const rank = name === begun ? 0 : name.startsWith(begun) ? 1 : 2;
      found.push({ emoji, name, rank });
    }
    return found.sort((one, other) => one.rank - other.rank).slice(0, most);
  }

  /** The sign of an exact `:short:` name. */
  named(short: string): string | null {
    return this.all.find(({ names }) => names.includes(short.toLowerCase()))?.sign ?? null;
  }
}

/** A sign in a skin tone; unchanged where it takes none. */
export function withTone(sign: string, tone: string): string {
  const bare = sign.replace(/[\u{1f3fb}-\u{1f3ff}]/gu, '');
  if (tone === '' || !TONED.test(bare)) return tone === '' ? bare : sign;
  return bare.replace(/^(\p{Emoji_Modifier_Base})\ufe0f?/u, `$1${tone}`);
}
