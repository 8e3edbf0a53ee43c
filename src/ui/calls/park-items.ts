import type { Call } from '../../model/calls/call.svelte.ts';
import type { Account } from '../../model/people/account.svelte.ts';
import type { MenuItem } from '../parts/menu-item.ts';

/** What stands beside Hold: to let the Team have the call; with the reason where nobody could take it. */
export function parkItems(call: Call, me: Pick<Account, 'levelsKept' | 'manual'>): readonly MenuItem[] {
  const why = whyNotPark(call, me);
  return [{ is: 'action', label: 'Park for your Team', why, run: () => void call.park() }];
}

/** A sentence; undefined: the Team can pick it up. */
export function whyNotPark(call: Call, me: Pick<Account, 'levelsKept' | 'manual'>): string | undefined {
  if (call.parking === 'parked') return 'It is parked already.';
  if (call.isTied) return 'The device at the other end cannot go on with somebody else.';
  if (!me.levelsKept) return 'This server cannot tell your Team alone.';
  return me.manual === 'offline' ? 'Your Team cannot see it while you appear offline.' : undefined;
}
