/**
 * The life of a file on its way between two people. Pure: (transfer, event) to (transfer, effects).
 *
 *   mine:   preparing --hashed--> offered --200--> accepted --first octets--> moving --report--> done
 *   theirs:                       offered --Accept--> accepted --first octets--> moving --hash right--> done
 *
 *   accepted, moving --channel or dialog gone--> interrupted --the receiver asks for the rest--> accepted
 *   offered --nobody there, takes none--> moving by way of the server, where that keeps files
 *   offered --Decline--> declined      any --Cancel, their "stop"--> cancelled      any --fault--> failed
 *
 * After a cut it is the receiver who calls: only there is known which octet is missing (RFC 5547 §8.2.3).
 */
import { omit } from '../../store/omit.ts';
import type { TransferState } from '../../store/rows.ts';
import type { CallEnded } from './call-end.ts';

export interface Transfer {
  /** file-transfer-id, and the id of its row. */
  readonly id: string;
  readonly conversation: string;
  readonly mine: boolean;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly hash: string | null;
  readonly thumbnail?: string;
  readonly state: TransferState;
  readonly via: 'peer' | 'server';
  /** Octets that are through, or read while preparing. */
  readonly octets: number;
  /** The tab that holds the file or its place. */
  readonly owner: string | null;
  /** Attempts since the last octet. */
  readonly tries: number;
  /** A device of the other side has the offer. */
  readonly rang: boolean;
  /** A sentence for the person. */
  readonly why?: string;
}

export type TransferEvent =
  /** The file was read: `hash` null when it could not be. */
  | { readonly is: 'hashed'; readonly hash: string | null }
  | { readonly is: 'hashing' | 'moving'; readonly octets: number }
  | { readonly is: 'accepted'; readonly tab: string }
  | { readonly is: 'declined' | 'cancelled' | 'tab-gone' }
  /** The other side asks for the rest of it. */
  | { readonly is: 'asked-again' }
  | { readonly is: 'ringing' | 'established' }
  | { readonly is: 'cut' | 'whole' | 'stopped' }
  | { readonly is: 'failed'; readonly why: string }
  | ({ readonly is: 'ended' } & CallEnded)
  | { readonly is: 'uploaded'; readonly why: string | null }
  | { readonly is: 'woken' };

export type TransferEffect =
  | { readonly do: 'invite' | 'accept' | 'hang-up' | 'upload' }
  | { readonly do: 'reject'; readonly status: number }
  | { readonly do: 'wake'; readonly inMs: number };

export interface TransferAround {
  /** Who it is with, as the person knows them. */
  readonly name: string;
  readonly canUpload: boolean;
}

export interface TransferStep {
  readonly transfer: Transfer;
  readonly effects: readonly TransferEffect[];
}

/** The receiver asks at these times after a cut, then gives up; the sender waits a little longer. Milliseconds. */
const ASK_AFTER = [300, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 60_000];
const WAIT_FOR_ASKING = 200_000;
const WAIT_AFTER_GOODBYE = 30_000;
/** The sender says goodbye; should that get lost, the receiver does. */
const GOODBYE = 10_000;
/** For the channel to say that somebody cancelled, before the dialog ends. */
const LAST_WORDS = 600;

/** Nothing happens to it any more by itself. */
export function isOver({ state }: Pick<Transfer, 'state'>): boolean {
  return state === 'done' || state === 'declined' || state === 'cancelled' || state === 'failed';
}

export function stepTransfer(transfer: Transfer, event: TransferEvent, around: TransferAround): TransferStep {
  const { state, mine } = transfer;
  const stay: TransferStep = { transfer, effects: [] };
  const bare = omit(transfer, 'why');
  const to = (change: Partial<Transfer>, ...effects: TransferEffect[]): TransferStep => ({
    transfer: { ...bare, ...change },
    effects,
  });
  const hangUp: TransferEffect = { do: 'hang-up' };
  if (isOver(transfer)) {
    if (event.is === 'woken') return { transfer, effects: [hangUp] };
    return stay;
  }
  switch (event.is) {
    case 'hashing':
      return state === 'preparing' ? { transfer: { ...transfer, octets: event.octets }, effects: [] } : stay;
    case 'hashed':
      if (state !== 'preparing') return stay;
      if (event.hash === null)
        return to({ state: 'failed', why: 'The file cannot be read any more. Choose it again.' });
      return to({ state: 'offered', hash: event.hash, octets: 0 }, { do: 'invite' });
    case 'accepted':
      if (mine || state !== 'offered') return stay;
      return to({ state: 'accepted', owner: event.tab }, { do: 'accept' });
    case 'declined':
      if (mine || state !== 'offered') return stay;
      return to({ state: 'declined' }, { do: 'reject', status: 603 });
    case 'cancelled':
      // The channel is told first, if there is one: a dialog that ends could also be a cut.
      return to(
        { state: 'cancelled', why: 'You cancelled it.' },
        state === 'moving' || state === 'accepted' ? { do: 'wake', inMs: LAST_WORDS } : hangUp,
      );
    case 'tab-gone':
      if (!mine && state === 'offered') return stay;
      return to({ state: 'failed', why: closedWords(mine) }, hangUp);
    case 'asked-again':
      if (!mine || transfer.via === 'server' || state === 'preparing' || state === 'offered') return stay;
      return to({ state: 'accepted' }, { do: 'accept' });
    case 'ringing':
      return { transfer: { ...transfer, rang: true }, effects: [] };
    case 'established':
      return state === 'offered' || state === 'interrupted' ? to({ state: 'accepted' }) : stay;
    case 'moving':
      if (state === 'preparing' || (state === 'offered' && !mine)) return stay;
      return to({ state: 'moving', octets: event.octets, tries: 0 });
    case 'whole':
      return to({ state: 'done', octets: transfer.size }, mine ? hangUp : { do: 'wake', inMs: GOODBYE });
    case 'stopped':
      return to({ state: 'cancelled', why: `${around.name} cancelled it.` }, hangUp);
    case 'failed':
      return to({ state: 'failed', why: event.why }, hangUp);
    case 'cut':
      return state === 'accepted' || state === 'moving' ? cut(transfer, to, [hangUp]) : stay;
    case 'uploaded':
      if (transfer.via !== 'server') return stay;
      return event.why === null
        ? to({ state: 'done', octets: transfer.size })
        : to({ state: 'failed', why: event.why });
    case 'woken':
      if (state !== 'interrupted') return stay;
      if (mine) return to({ state: 'failed', why: `The connection to ${around.name} was lost. Try again.` });
      return { transfer, effects: [{ do: 'invite' }] };
    case 'ended':
      return dialogEnded(transfer, event, around, to);
  }
}

type To = (change: Partial<Transfer>, ...effects: TransferEffect[]) => TransferStep;

function cut(
  transfer: Transfer,
  to: To,
  effects: readonly TransferEffect[],
  by: CallEnded['by'] = 'network',
): TransferStep {
  // Who says goodbye and still wants it asks at once; who does not ask has closed the window.
  const wait = by === 'them' ? WAIT_AFTER_GOODBYE : WAIT_FOR_ASKING;
  if (transfer.mine) return to({ state: 'interrupted' }, ...effects, { do: 'wake', inMs: wait });
  const inMs = ASK_AFTER[transfer.tries];
  if (inMs === undefined)
    return to(
      { state: 'failed', why: 'The connection was lost before the file was whole. Ask for it again.' },
      ...effects,
    );
  return to({ state: 'interrupted', tries: transfer.tries + 1 }, ...effects, { do: 'wake', inMs });
}

function dialogEnded(transfer: Transfer, end: CallEnded, around: TransferAround, to: To): TransferStep {
  const { state, mine, via } = transfer;
  const { name } = around;
  if (via === 'server' || state === 'preparing') return { transfer, effects: [] };
  if (state === 'offered')
    return mine ? offerEnded(transfer, end, around, to) : theirOfferEnded(end, name, to);
  if (state === 'interrupted' && !mine) {
    // The sender knows nothing of it any more, or wants no more of it.
    if (end.by === 'them' && end.status === 603)
      return to({ state: 'cancelled', why: `${name} cancelled it.` });
    if (end.by === 'them' && (end.status === 410 || end.status === 403))
      return to({ state: 'failed', why: `${name} closed the window that sent it. Ask for it again.` });
  }
  if (end.by === 'us' && end.status === 488)
    return to({ state: 'failed', why: 'This browser could not prepare the transfer. Try again.' });
  return cut(transfer, to, [], end.by);
}

function theirOfferEnded(end: CallEnded, name: string, to: To): TransferStep {
  if (end.elsewhere) return to({ state: 'cancelled', why: 'You answered on another device.' });
  if (end.by === 'us')
    return to({ state: 'cancelled', why: `The offer has lapsed. Ask ${name} to send it again.` });
  if (end.by === 'network')
    return to({ state: 'cancelled', why: `The connection was lost. Ask ${name} to send it again.` });
  return to({ state: 'cancelled', why: `${name} took it back.` });
}

/** Our offer came to nothing: by way of the server then, where there is one. */
function offerEnded(
  transfer: Transfer,
  end: CallEnded,
  { name, canUpload }: TransferAround,
  to: To,
): TransferStep {
  const { status, by } = end;
  if (status === 603 && transfer.rang) return to({ state: 'declined', why: `${name} declined it.` });
  if (status === 403)
    return to({ state: 'failed', why: `The server does not let you send files to ${name}.` });
  if (by === 'us' && status === 488)
    return to({ state: 'failed', why: 'This browser could not prepare the transfer. Try again.' });
  if (by === 'network' && status === null)
    return to({
      state: 'failed',
      why: 'The connection to the server was lost. Try again when you are online.',
    });
  if (canUpload) return to({ state: 'moving', via: 'server', octets: 0 }, { do: 'upload' });
  return to({ state: 'failed', why: refusalWords(status, by, name) });
}

function refusalWords(status: number | null, by: CallEnded['by'], name: string): string {
  if (by === 'us') return `${name} did not answer. Try again later.`;
  switch (status) {
    case 405:
    case 415:
    case 420:
    case 488:
    case 501:
    case 603:
    case 606:
      return `${name}'s device takes no files, and this server keeps none. Send a link instead.`;
    default:
      return `${name} is not there. This server keeps no files, so ${name} has to be online. Try again then.`;
  }
}

function closedWords(mine: boolean): string {
  return mine
    ? 'The window that sent it was closed. Send it again.'
    : 'The window that received it was closed. Ask for it again.';
}
