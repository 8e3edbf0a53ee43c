import type { Clock } from '../sip/contract.ts';

/**
 * Many things that each end at some time, under one timer. Ends are noticed within a second; a thing set again is
 * moved, not doubled.
 */
export interface Deadlines<T> {
  /** `at` in milliseconds since the epoch. */
  set(thing: T, at: number): void;
  delete(thing: T): void;
  stop(): void;
}

const TICK = 1000;

/** `due` is called once for each thing whose time has come; what it throws goes to `failed`, and the others have theirs. */
export function createDeadlines<T>(
  clock: Clock,
  due: (thing: T) => void,
  failed: (error: unknown) => void,
): Deadlines<T> {
  const slots = new Map<number, Set<T>>();
  const slotOf = new Map<T, number>();
  let cancel: (() => void) | null = null;

  const remove = (thing: T): void => {
    const slot = slotOf.get(thing);
    if (slot === undefined) return;
    slotOf.delete(thing);
    const things = slots.get(slot);
    things?.delete(thing);
    if (things?.size === 0) slots.delete(slot);
  };
  const tick = (): void => {
    cancel = null;
    const now = Math.floor(clock.now() / TICK);
    const over: T[] = [];
    for (const [slot, things] of slots) if (slot <= now) over.push(...things);
    for (const thing of over) remove(thing);
    wind();
    for (const thing of over) {
      try {
        due(thing);
      } catch (error) {
        failed(error);
      }
    }
  };
  const wind = (): void => {
    if (cancel === null && slotOf.size > 0) cancel = clock.after(TICK, tick);
  };

  return {
    set(thing, at) {
      remove(thing);
      const slot = Math.ceil(at / TICK);
      slotOf.set(thing, slot);
      const things = slots.get(slot);
      if (things === undefined) slots.set(slot, new Set([thing]));
      else things.add(thing);
      wind();
    },
    delete: remove,
    stop() {
      cancel?.();
      cancel = null;
      slots.clear();
      slotOf.clear();
    },
  };
}
