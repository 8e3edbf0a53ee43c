import type { Aor } from '../../agent/contract.ts';

/** Who is typing in a conversation, each until they stop or their time is over. */
export class Typers {
  #people = $state.raw<readonly Aor[]>([]);
  #ends: Readonly<Record<Aor, ReturnType<typeof setTimeout>>> = {};

  get people(): readonly Aor[] {
    return this.#people;
  }

  /** `until`: milliseconds since the epoch, null when the typing ended. */
  heard(sender: Aor, until: number | null): void {
    clearTimeout(this.#ends[sender]);
    const left = until === null ? 0 : Math.max(0, until - Date.now());
    const others = this.#people.filter((one) => one !== sender);
    if (left > 0) {
      this.#ends = { ...this.#ends, [sender]: setTimeout(() => this.heard(sender, null), left) };
      this.#people = [...others, sender];
    } else if (others.length < this.#people.length) this.#people = others;
  }
}
