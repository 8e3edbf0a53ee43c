/** Calls that wait for somebody of the Team to pick them up, as the own presence says it. Pure. */
import type { ParkedCall } from '../../protocol/parked-call.ts';
import { replacesOf } from '../../protocol/replaces.ts';
import type { SipDialog } from '../../sip/contract.ts';
import type { CallSnapshot } from '../contract-values.ts';

/** `nameOf`: who waits, as this person knows them. */
export function parkedIn(
  calls: readonly { readonly snapshot: CallSnapshot; readonly sip: { readonly dialog: SipDialog | null } }[],
  nameOf: (peer: string) => string | undefined,
): ParkedCall[] {
  return calls.flatMap(({ snapshot: { id, peer, peerName, state, parking }, sip: { dialog } }) => {
    if (state !== 'established' || parking !== 'parked' || dialog?.takesReplaces !== true) return [];
    const target = dialog.target ?? peer;
    return [{ id, peer, peerName: nameOf(peer) ?? peerName, target, replaces: replacesOf(dialog) }];
  });
}
