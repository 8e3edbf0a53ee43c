/** The server's clock, in whole milliseconds, as far as we know it: ours plus an offset taken from its Date headers. */
import type { Clock } from '../sip/contract.ts';

export interface ServerTime {
  now(): number;
  readonly offset: number;
  /** A new offset, milliseconds. */
  learn(offset: number): void;
}

export function createServerTime(clock: Clock, offset: number): ServerTime {
  let known = offset;
  return {
    now: () => Math.round(clock.now() + known),
    get offset() {
      return known;
    },
    learn(fresh) {
      known = Math.round(fresh);
    },
  };
}

/** A Date header in milliseconds, null when it is missing or senseless. */
export function dateOf(headers: readonly { readonly name: string; readonly value: string }[]): number | null {
  const date = headers.find((one) => one.name === 'Date');
  const ms = date ? Date.parse(date.value) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
