/** The calls of one person on several devices, as dialogs that these tell each other of (RFC 4235). Pure. */
import type { DialogInfo, DialogNames, DialogState } from '../../protocol/dialog-info.ts';
import { deviceOf } from '../../protocol/refer-to.ts';
import { replacedBy } from '../../protocol/replaced-words.ts';
import { formatReplaces, replacesOf, type Replaces } from '../../protocol/replaces.ts';
import { shownName } from '../../protocol/shown-name.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { SipDialog } from '../../sip/contract.ts';
import type { CallElsewhere, CallSnapshot } from '../contract-values.ts';

/** A call of this device. `takes`: the dialog on another device whose place it takes. */
export interface OwnCall {
  readonly snapshot: CallSnapshot;
  readonly dialog: SipDialog | null;
  readonly takes: DialogNames | null;
}

/** A call of another device. */
export interface OtherCall {
  readonly shown: CallElsewhere;
  /** How to take its place; null: it cannot be. */
  readonly way: { readonly target: string; readonly replaces: Replaces; readonly takes: DialogNames } | null;
}

/** Begins the id of every dialog of this device, the same after a restart. */
export function deviceMark(instanceId: string): string {
  return `${instanceId.replace(/^urn:uuid:/i, '').replace(/\W/g, '')}.`;
}

/**
 * What others are told of a call: nothing before it is up, unless it takes the place of one of theirs. What would let them
 * take its place is only there where the far end knows how (RFC 3891).
 */
export function toldOf({ snapshot, dialog, takes }: OwnCall, me: string, mark: string): DialogState[] {
  const isUp = snapshot.state === 'established' && dialog !== null;
  const isComing = takes !== null && snapshot.state !== 'ended';
  if (!isUp && !isComing) return [];
  const { peer, peerName } = snapshot;
  const movable = isUp && dialog.takesReplaces ? dialog : null;
  return [
    {
      id: mark + snapshot.id,
      state: isUp ? 'confirmed' : 'trying',
      ...(movable && {
        callId: movable.callId,
        localTag: movable.localTag,
        remoteTag: movable.remoteTag,
      }),
      direction: snapshot.direction === 'out' ? 'initiator' : 'recipient',
      ...(takes && { replaces: takes }),
      local: { identity: me },
      remote: {
        identity: peer,
        ...(peerName && { displayName: shownName(peerName) }),
        ...(movable?.target && { target: movable.target }),
      },
    },
  ];
}

/** Dialogs of other devices, of whatever maker. */
export function ofOthers({ dialogs }: DialogInfo, mark: string): readonly DialogState[] {
  return dialogs.filter(({ id }) => !id.startsWith(mark));
}

/** What there is to show of them: calls that are up, and with whom. */
export function othersIn(dialogs: readonly DialogState[]): OtherCall[] {
  return dialogs.flatMap((one) => {
    const peer = aorOf(one.remote?.identity ?? '');
    if (one.state !== 'confirmed' || peer === null) return [];
    const peerName = shownName(one.remote?.displayName ?? '');
    const way = wayOf(one, peer);
    return [{ shown: { id: one.id, peer, peerName, canMove: way !== null }, way }];
  });
}

function wayOf({ callId, localTag, remoteTag, remote }: DialogState, peer: string): OtherCall['way'] {
  if (callId === undefined || localTag === undefined || remoteTag === undefined) return null;
  const takes = { callId, localTag, remoteTag };
  const replaces = replacesOf(takes);
  return formatReplaces(replaces) === null
    ? null
    : { target: deviceOf(peer, remote?.target ?? ''), replaces, takes };
}

/**
 * Whether a call that the far end has ended goes on at another device of this person: the far end says so, or that device
 * is up in the place of this one.
 */
export function wentOn(
  others: readonly DialogState[],
  me: string,
  ended: { readonly dialog: SipDialog | null; readonly reason: string },
): boolean {
  const { dialog, reason } = ended;
  if (replacedBy(reason) === me) return true;
  return others.some(
    ({ state, replaces }) =>
      state === 'confirmed' &&
      replaces !== undefined &&
      replaces.callId === dialog?.callId &&
      replaces.localTag === dialog.localTag &&
      replaces.remoteTag === dialog.remoteTag,
  );
}
