import type { Contact } from '../people/contact.svelte.ts';
import type { Call } from './call.svelte.ts';

/** Whom a call is passed on to. */
export type PassedTo = Pick<Contact, 'aor' | 'name'>;

interface Waiting {
  readonly call: Call;
  readonly to: PassedTo;
}

/** What becomes of a call that is passed on. */
export interface PassingEnds {
  /** They have answered, with `other`. */
  answered(call: Call, to: PassedTo, other: Call): void;
  /** They were not reached: `why` in a sentence, null when the person gave it up. */
  failed(call: Call, why: string | null): void;
}

/**
 * Calls that wait while somebody is called to take them over. Whom a delegate calls is the manager, not those who ring
 * for the manager (src/protocol/plan-call.ts); a caller sent there by themselves would reach the delegates again.
 *
 *   waits (on hold) --the other call is up--> answered
 *         |  the other call ends--> failed
 *         +--hung up meanwhile--> the other call is a call like any
 */
export class Passing {
  readonly #waiting = new Map<string, Waiting>();
  /** Being passed on: a second press changes nothing. */
  readonly #passed = new Set<Call>();
  readonly #ends: PassingEnds;

  constructor(ends: PassingEnds) {
    this.#ends = ends;
  }

  /** False: it is being passed on already. Else `leave` or an end follows. */
  begin(call: Call): boolean {
    if (this.#passed.has(call)) return false;
    this.#passed.add(call);
    return true;
  }
  leave(call: Call): void {
    this.#passed.delete(call);
  }

  /** `id`: of the call to whom it is passed. */
  wait(id: string, call: Call, to: PassedTo): void {
    this.#waiting.set(id, { call, to });
  }

  /** Something of a call has changed. */
  hear(other: Call): void {
    const waiting = this.#waiting.get(other.id);
    if (!waiting || (other.state !== 'established' && other.state !== 'ended')) return;
    const { call, to } = waiting;
    this.#waiting.delete(other.id);
    this.#passed.delete(call);
    if (call.state !== 'established') return;
    if (other.state === 'established') this.#ends.answered(call, to, other);
    else this.#ends.failed(call, other.snapshot.why ?? null);
  }
}
