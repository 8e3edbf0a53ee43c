import type { AgentLink, Aor } from '../../agent/contract.ts';

/** A row that scrolls out and in again keeps its subscription this long, milliseconds. */
const LINGER = 3_000;

/**
 * Who outside the list is looked at, over all rows and cards of this window: the agent hears of the first and of the
 * last one only.
 */
export class Watches {
  readonly #link: AgentLink;
  readonly #counts = new Map<Aor, number>();
  readonly #leaving = new Map<Aor, ReturnType<typeof setTimeout>>();

  constructor(link: AgentLink) {
    this.#link = link;
  }

  /** Returns how to stop; stopping twice does nothing. */
  begin(aor: Aor): () => void {
    const count = this.#counts.get(aor) ?? 0;
    this.#counts.set(aor, count + 1);
    const leaving = this.#leaving.get(aor);
    if (leaving !== undefined) {
      clearTimeout(leaving);
      this.#leaving.delete(aor);
    } else if (count === 0) void this.#link.send('watch', { aor, on: true });
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#end(aor);
    };
  }

  #end(aor: Aor): void {
    const left = (this.#counts.get(aor) ?? 1) - 1;
    if (left > 0) {
      this.#counts.set(aor, left);
      return;
    }
    this.#counts.delete(aor);
    const leave = (): void => {
      this.#leaving.delete(aor);
      void this.#link.send('watch', { aor, on: false });
    };
    this.#leaving.set(aor, setTimeout(leave, LINGER));
  }
}
