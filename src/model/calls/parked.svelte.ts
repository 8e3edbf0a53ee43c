import { SvelteMap } from 'svelte/reactivity';
import type { Aor, Boot, Fact } from '../../agent/contract.ts';
import type { ParkedCall } from '../../protocol/parked-call.ts';

/** Calls that people of the list have parked and that this person may pick up. */
export class Parked {
  readonly #byHolder = new SvelteMap<Aor, readonly ParkedCall[]>();

  boot({ presence }: Pick<Boot, 'presence'>): void {
    this.#byHolder.clear();
    this.#hear(presence);
  }

  apply(fact: Fact): void {
    if (fact.fact === 'presence') this.#hear(fact.changes);
  }

  get list(): readonly { readonly from: Aor; readonly call: ParkedCall }[] {
    return [...this.#byHolder].flatMap(([from, calls]) => calls.map((call) => ({ from, call })));
  }

  #hear(changes: Boot['presence']): void {
    for (const [aor, { parked }] of changes) {
      if (parked) this.#byHolder.set(aor, parked);
      else this.#byHolder.delete(aor);
    }
  }
}
