/**
 * Calls handed on (RFC 5589). We hand on: the other side is asked, says how far it is, and our call ends when it is
 * through; when it is not, the call is ours as before (features.md AC2). We are handed on: the same call, in the same
 * window, goes on with somebody else; when that fails, with the one who asked.
 */
import { replacesOf } from '../protocol/replaces.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { Clock, Referral, SipCall, SipUserAgent } from '../sip/contract.ts';
import { follow, nextMedia, type Continuable, type Continuing } from './continuing.ts';
import type { Aor, CallSnapshot, Outcome } from './contract.ts';
import { endOf, wordsOf } from './core/call-end.ts';

export interface Transferable extends Continuable {
  /** With whom the other side goes on. */
  passedTo: Aor | null;
}

export interface TransferWish<T extends Transferable> {
  readonly to: Aor;
  /** As the person sees it. */
  readonly name: string;
  /** The call of ours whose far end it is to be. */
  readonly joined: T | null;
}

/** As long as a call of our own rings. Milliseconds. */
const NO_ANSWER = 45_000;
/** How long the one who handed us on may take to leave. */
const LEAVE = 10_000;

export function transfer<T extends Transferable>(
  live: T,
  wish: TransferWish<T>,
  to: { update(live: T, change: Partial<CallSnapshot>): void; leave(live: T): void },
): Outcome {
  const { joined, name } = wish;
  const { snapshot } = live;
  if (snapshot.state !== 'established') return refusal('Only a call that is up can be transferred.');
  if (snapshot.transfer?.failed === false) return refusal('This call is being transferred already.');
  const target = joined ? (joined.sip.dialog?.target ?? joined.snapshot.peer) : wish.to;
  if (aorOf(target) === snapshot.peer) return refusal('They cannot be transferred to themselves.');
  const dialog = joined?.sip.dialog;
  if (joined && (!dialog || joined === live)) return refusal(`${name} has not answered yet.`);
  if (dialog && !dialog.takesReplaces)
    return refusal(`${name}’s device cannot take over a call. End that call and transfer without asking.`);
  const replaces = dialog && replacesOf(dialog);
  const { peerName } = snapshot;
  const say = (words: string, failed = false): void => {
    to.update(live, { transfer: { to: wish.to, words, failed } });
  };
  say(`Passing the call on to ${name}`);
  // Either may end before the last word comes: they have gone on with each other.
  live.passedTo = wish.to;
  if (joined) joined.passedTo = snapshot.peer;
  live.sip.transfer({ to: target, ...(replaces && { replaces }) }, ({ status, isFinal }) => {
    if (live.snapshot.state === 'ended') return;
    if (!isFinal) {
      if (status > 100) say(`Ringing ${name}`);
    } else if (status >= 200 && status < 300) {
      say(`Transferred to ${name}`);
      if (joined && joined.snapshot.state !== 'ended')
        to.update(joined, {
          transfer: { to: snapshot.peer, words: `Transferred to ${peerName}`, failed: false },
        });
      to.leave(live);
      if (joined) to.leave(joined);
    } else {
      live.passedTo = null;
      if (joined) joined.passedTo = null;
      say(`The transfer failed. ${whyNot(status, name)}`, true);
    }
  });
  return { ok: true, value: null };
}

/** The call that follows; null when it is not followed. */
export function followReferral(
  live: Transferable,
  referral: Referral,
  on: Continuing & {
    readonly sip: Pick<SipUserAgent, 'call'>;
    readonly clock: Pick<Clock, 'after'>;
    nameOf(aor: Aor): string;
  },
): SipCall | null {
  const { owner, video, state } = live.snapshot;
  if (owner === null || state !== 'established' || live.coming) return null;
  const { to, by, replaces } = referral;
  const before = live.sip;
  const [connection, media] = nextMedia(live, owner, on);
  const made = on.sip.call({ to, media, video, referredBy: by, ...(replaces && { replaces }) });
  const peer = aorOf(to) ?? to;
  let timedOut = false;
  const cancelTimer = on.clock.after(NO_ANSWER, () => {
    timedOut = true;
    made.hangUp();
  });
  on.update({ passed: `${on.nameOf(by)} is passing you on to ${on.nameOf(peer)}` });
  follow(live, made, { owner, connection, media }, on);
  made.onFact((fact) => {
    if (fact.is === 'ringing') referral.tell(180, 'Ringing');
    if (fact.is === 'established') {
      cancelTimer();
      on.update({ passed: `Transferred by ${on.nameOf(by)}`, peerName: on.nameOf(peer) });
      referral.tell(200, 'OK');
      on.clock.after(LEAVE, () => before.hangUp());
    }
    if (fact.is === 'ended' && live.sip !== made) {
      cancelTimer();
      if (live.snapshot.state !== 'ended') on.update({ passed: '' });
      referral.tell(
        timedOut ? 408 : Math.max(fact.status ?? 0, 0) || 487,
        timedOut ? 'No answer' : fact.reason || 'Ended',
      );
    }
  });
  return made;
}

function refusal(why: string): Outcome<never> {
  return { ok: false, why };
}

function whyNot(status: number, name: string): string {
  if (status === 0) return `Nothing more was heard of ${name}.`;
  if (status === 405 || status === 420 || status === 501)
    return 'The device at the other end cannot transfer calls.';
  const ending = {
    direction: 'out',
    by: 'them',
    established: false,
    timedOut: false,
    elsewhere: false,
  } as const;
  return wordsOf(endOf({ ...ending, status }), name, status) ?? `${name} was not reached.`;
}
