/** Says "is typing" to the far end no oftener than it needs to hear it (RFC 3994 §3.2, refresh and idle). Times in milliseconds. */
const REFRESH = 10_000;
const IDLE = 15_000;

/**
 *   quiet --typed--> active --idle, emptied, sent--> quiet
 */
export class TypingNotice {
  readonly #tell: (active: boolean) => void;
  #toldAt: number | null = null;
  #idle: ReturnType<typeof setTimeout> | null = null;

  constructor(tell: (active: boolean) => void) {
    this.#tell = tell;
  }

  typed(now = Date.now()): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stopped(), IDLE);
    if (this.#toldAt !== null && now - this.#toldAt < REFRESH) return;
    this.#toldAt = now;
    this.#tell(true);
  }

  /** The text was emptied, or nothing was typed for a while. */
  stopped(): void {
    const was = this.#toldAt !== null;
    this.sent();
    if (was) this.#tell(false);
  }

  /** The message itself tells the far end that the typing is over. */
  sent(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    this.#toldAt = null;
  }
}
