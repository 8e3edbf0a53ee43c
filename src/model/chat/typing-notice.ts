/** A key is reported this often at the most: the agent counts the rest (RFC 3994 §3.2). Milliseconds. */
const PAUSE = 1_000;

/** Tells the agent of keys in the field, and that it was emptied. When to tell the far end is the agent's to decide. */
export class TypingNotice {
  readonly #tell: (active: boolean) => void;
  #toldAt: number | null = null;

  constructor(tell: (active: boolean) => void) {
    this.#tell = tell;
  }

  typed(now = Date.now()): void {
    if (this.#toldAt !== null && now - this.#toldAt < PAUSE) return;
    this.#toldAt = now;
    this.#tell(true);
  }

  emptied(): void {
    if (this.#toldAt !== null) this.#tell(false);
    this.#toldAt = null;
  }

  /** The message itself tells the far end that the typing is over. */
  sent(): void {
    this.#toldAt = null;
  }
}
