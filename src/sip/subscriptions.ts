/** All subscriptions of this device: who a NOTIFY belongs to, and how many ask at the same time. */
import type { SipRequest } from '../protocol/sip-message.ts';
import type { ResponseParts } from '../protocol/sip-writer.ts';
import type { Subscription, SubscriptionFact, SubscriptionOptions } from './contract.ts';
import { SubscriptionMachine, type SubscriptionContext } from './subscription.ts';

/** A thousand contacts without a list server are asked for in twenty waves, not in one. */
const MOST_ASKING = 50;

export class Subscriptions {
  readonly #context: SubscriptionContext;
  readonly #machines = new Map<string, SubscriptionMachine>();
  #asking = 0;
  #turns: ((over: () => void) => void)[] = [];

  constructor(context: Omit<SubscriptionContext, 'turn'>) {
    this.#context = { ...context, turn: (run) => this.#take(run) };
  }

  get size(): number {
    return this.#machines.size;
  }

  subscribe(options: SubscriptionOptions, listener: (fact: SubscriptionFact) => void): Subscription {
    const machine = new SubscriptionMachine(this.#context, options, listener, () =>
      this.#machines.delete(machine.callId),
    );
    this.#machines.set(machine.callId, machine);
    if (this.#context.online()) machine.online();
    return { close: () => machine.close() };
  }

  /** `null` when the NOTIFY belongs to none. */
  notify(request: SipRequest): ResponseParts | null {
    const machine = this.#machines.get(request.callId);
    if (!machine || request.to.params.get('tag') !== machine.localTag) return null;
    return machine.notify(request);
  }

  online(): void {
    for (const machine of this.#machines.values()) machine.online();
  }

  offline(why: string): void {
    this.#asking = 0;
    this.#turns = [];
    for (const machine of this.#machines.values()) machine.offline(why);
  }

  closeAll(): void {
    for (const machine of [...this.#machines.values()]) machine.close();
  }

  #take(run: (over: () => void) => void): void {
    if (this.#asking >= MOST_ASKING) {
      this.#turns.push(run);
      return;
    }
    this.#asking++;
    let running = true;
    run(() => {
      if (!running) return;
      running = false;
      this.#asking = Math.max(0, this.#asking - 1);
      const next = this.#turns.shift();
      if (next) this.#take(next);
    });
  }
}
