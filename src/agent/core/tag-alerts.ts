/**
 * Who asked to be told of whom (features.md P28), and when there is something to tell:
 *
 *   nothing known --first word--> settled --another state--> changing --held for 5 s--> settled, and told
 *                                    ^                          |
 *                                    +------the old state-------+
 *
 * What is heard without a connection or just after it came back is settled at once: what changed meanwhile is no news.
 * Being idle for a while is no other state, and neither is not knowing.
 */
import type { Availability, Presence } from '../../protocol/availability.ts';
import type { Clock } from '../../sip/contract.ts';
import type { Aor } from '../../store/rows.ts';

export interface TagAlerts {
  /** Who is tagged now. `of`: what is known of somebody, from which the next state differs. */
  follow(tagged: Iterable<Aor>, of: (aor: Aor) => Presence | undefined): void;
  heard(changes: readonly (readonly [Aor, Presence])[]): void;
  online(): void;
  offline(): void;
}

/** States shorter than this are on the way to another, milliseconds. */
const HOLDS = 5_000;
/** So long a list takes to say everything anew over a slow line, milliseconds. */
const CATCHES_UP = 20_000;

const SAME: Readonly<Record<Availability, string | null>> = {
  ...{ available: 'available', inactive: 'available', busy: 'busy', 'busy-inactive': 'busy' },
  ...{ dnd: 'dnd', urgent: 'dnd', away: 'away', oof: 'away', offline: 'offline' },
  ...{ blocked: null, unknown: null },
};

interface Followed {
  settled: string | null;
  changing: { readonly to: string; readonly cancel: () => void } | null;
}

export function createTagAlerts(
  clock: Pick<Clock, 'after' | 'now'>,
  tell: (aor: Aor, presence: Presence) => void,
): TagAlerts {
  const followed = new Map<Aor, Followed>();
  let quietUntil = Infinity;
  const still = (one: Followed): void => {
    one.changing?.cancel();
    one.changing = null;
  };

  function hear(aor: Aor, one: Followed, presence: Presence): void {
    const state = stateOf(presence);
    if (state === null || one.changing?.to === state) return;
    still(one);
    if (one.settled === null || clock.now() < quietUntil) one.settled = state;
    if (one.settled === state) return;
    const cancel = clock.after(HOLDS, () => {
      one.changing = null;
      one.settled = state;
      tell(aor, presence);
    });
    one.changing = { to: state, cancel };
  }

  return {
    follow(tagged, of) {
      const wanted = new Set(tagged);
      for (const [aor, one] of followed) {
        if (wanted.has(aor)) continue;
        still(one);
        followed.delete(aor);
      }
      for (const aor of wanted) {
        if (followed.has(aor)) continue;
        const now = of(aor);
        followed.set(aor, { settled: now ? stateOf(now) : null, changing: null });
      }
    },
    heard(changes) {
      for (const [aor, presence] of changes) {
        const one = followed.get(aor);
        if (one) hear(aor, one, presence);
      }
    },
    online() {
      quietUntil = clock.now() + CATCHES_UP;
    },
    offline() {
      quietUntil = Infinity;
      for (const one of followed.values()) still(one);
    },
  };
}

/** States that are told apart; `null` for none. */
function stateOf({ availability, customId, custom }: Presence): string | null {
  const kind = SAME[availability];
  return kind === null ? null : `${kind} ${customId ?? custom ?? ''}`;
}
