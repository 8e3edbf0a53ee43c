/** A call that somebody has parked goes on here: the other side is asked in their name (RFC 3891, RFC 3892). */
import type { ParkedCall } from '../protocol/parked-call.ts';
import type { Calling } from './calling.ts';
import type { Aor, Outcome } from './contract.ts';

/** `by`: whoever parked it, and as this person knows them; `parked`: what their presence says of it. */
export function pickUp(
  calling: Pick<Calling, 'call'>,
  parked: ParkedCall | undefined,
  by: { readonly aor: Aor; readonly name: string },
  here: { readonly tab: string; readonly isBegun: (id: string) => void },
): Outcome<{ id: string }> {
  if (!parked)
    return { ok: false, why: 'This call waits no longer. Somebody has picked it up, or it has ended.' };
  const { peer, peerName, target, replaces } = parked;
  return calling.call(
    { peer, video: false, tab: here.tab },
    {
      ...{ target, replaces, peerName, passed: `Picked up from ${by.name}`, referredBy: by.aor },
      isBegun: here.isBegun,
    },
  );
}
