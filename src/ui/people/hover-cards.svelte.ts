import { createContext } from 'svelte';
import type { Attachment } from 'svelte/attachments';

/** The pointer rests this long before a card opens, and may leave this long before it closes. */
const REST = 350;
const GRACE = 250;

export interface OpenCard {
  readonly aor: string;
  readonly anchor: HTMLElement;
  /** Opened from the keyboard: the card takes the focus and gives it back. */
  readonly byKey: boolean;
}

/** One hover card at a time for the whole window. */
export class HoverCards {
  #card = $state.raw<OpenCard | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The same function for the same person: a row that is drawn anew keeps its card open. */
  readonly #made: Record<string, Attachment<HTMLElement>> = {};

  get card(): OpenCard | null {
    return this.#card;
  }

  /** Gives an element the hover card of a person. Touch has no hover: there the menu and the card page serve. */
  on(aor: string): Attachment<HTMLElement> {
    return (this.#made[aor] ??= this.#make(aor));
  }

  #make(aor: string): Attachment<HTMLElement> {
    return (node) => {
      const enter = (event: PointerEvent): void => {
        if (event.pointerType === 'mouse') this.#later(REST, { aor, anchor: node, byKey: false });
      };
      const leave = (): void => this.release();
      const press = (): void => this.#stop();
      node.addEventListener('pointerenter', enter);
      node.addEventListener('pointerleave', leave);
      node.addEventListener('pointerdown', press);
      return () => {
        node.removeEventListener('pointerenter', enter);
        node.removeEventListener('pointerleave', leave);
        node.removeEventListener('pointerdown', press);
        if (this.#card?.anchor === node) this.close();
      };
    };
  }

  openByKey(anchor: HTMLElement, aor: string): void {
    this.#stop();
    this.#card = { aor, anchor, byKey: true };
  }

  /** The pointer is in the card. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  release(): void {
    if (this.#card?.byKey) this.#stop();
    else this.#later(GRACE, null);
  }

  close(): void {
    this.#stop();
    const { card } = this;
    this.#card = null;
    if (card?.byKey && card.anchor.isConnected) card.anchor.focus();
  }

  #later(delay: number, card: OpenCard | null): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#card = card;
    }, delay);
  }

  #stop(): void {
    clearTimeout(this.#timer);
  }
}

export const [useHoverCards, provideHoverCards] = createContext<HoverCards>();
