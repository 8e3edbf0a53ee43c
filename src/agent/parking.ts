/**
 * A call that waits on hold for whoever of the Team picks it up:
 *
 *   none --park--> parked --picked up--> ended, another goes on with it
 *     ^              |  3 min
 *     +--taken back--+----> back: it rings at whoever parked it
 */
import type { Clock, SipCall } from '../sip/contract.ts';
import type { CallSnapshot, Outcome } from './contract.ts';

interface Parkable {
  readonly sip: SipCall;
  readonly snapshot: CallSnapshot;
}

export interface Parking<T extends Parkable> {
  park(live: T, on: boolean): Outcome;
}

/** Milliseconds: then whoever waits has waited long enough. */
const WAIT = 3 * 60_000;

export function createParking<T extends Parkable>(
  clock: Pick<Clock, 'after'>,
  update: (live: T, change: Pick<CallSnapshot, 'parking'>) => void,
): Parking<T> {
  /** How to stop waiting for somebody. */
  const waiting = new Map<T, () => void>();

  function settle(live: T, parking: 'none' | 'back'): void {
    waiting.get(live)?.();
    waiting.delete(live);
    const { state, parking: before = 'none' } = live.snapshot;
    if (state === 'established' && before !== parking) update(live, { parking });
  }

  return {
    park(live, on) {
      const { snapshot, sip } = live;
      if (!on) {
        settle(live, 'none');
        return { ok: true, value: null };
      }
      if (snapshot.state !== 'established')
        return { ok: false, why: 'Only a call that is up can be parked.' };
      if (sip.dialog?.takesReplaces !== true)
        return {
          ok: false,
          why: 'Nobody could pick this call up: the device at the other end does not know how.',
        };
      waiting.get(live)?.();
      waiting.set(
        live,
        clock.after(WAIT, () => {
          settle(live, 'back');
        }),
      );
      update(live, { parking: 'parked' });
      return { ok: true, value: null };
    },
  };
}
