/**
 * Calls of the account. The dialogs live here, the media in the tab that called or answered.
 *
 *   out:  dialling -> ringing -> established -> ended
 *   in:   incoming -> answering (a tab claimed it) -> established -> ended
 *
 * `ended` comes exactly once, from anywhere: the log row first, then the screen.
 */
import type { CallFact, MediaPort, SipCall, SipUserAgent } from '../sip/contract.ts';
import type { Standing } from '../protocol/call-standing.ts';
import type { Replaces } from '../protocol/replaces.ts';
import { redirectTarget } from '../protocol/refer-to.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { Aor, CallLogRow, CallSnapshot, Commands, Outcome } from './contract.ts';
import { nameOf } from './core/contact-document.ts';
import { goOn, type Continuing, type Ended } from './continuing.ts';
import { followReferral, transfer, type Transferable } from './transferring.ts';
import { aboutAnswer, aboutCall } from './core/call-about.ts';
import { answererIn, endOf, wordsOf } from './core/call-end.ts';
import { hasRoomToRing } from './core/room-to-ring.ts';
import { createParking } from './parking.ts';
import { createSurviving, lostCall } from './surviving.ts';
import type { Env, Keeper } from './env.ts';
import type { CallKept } from '../store/meta.ts';
import type { ServerTime } from './server-time.ts';

export interface Calling {
  readonly snapshot: () => CallSnapshot[];
  /** `taken`: in the place of this person's other device, or of somebody else's. */
  call(input: Commands['call'][0], taken?: TakenCall): Outcome<{ id: string }>;
  incoming(call: SipCall): void;
  answer(input: Commands['answer'][0]): Promise<Outcome>;
  decline(id: string): Outcome;
  transfer(input: Commands['transfer'][0]): Outcome;
  redirect(input: Commands['redirect'][0]): Outcome;
  park(input: Commands['park'][0]): Outcome;
  hangUp(id: string): Outcome;
  renegotiate(id: string, iceRestart: boolean): Promise<Outcome>;
  /** A window is here, and may take up a call that has none. */
  windowCame(tab: string): void;
  keepStanding(id: string, standing: Standing): void;
  tabGone(tab: string): void;
  online(sip: SipUserAgent): void;
  /** No new calls; those that are up may outlive the socket. */
  offline(): void;
  stop(): void;
}

/** Where the far end of a call on another device is reached, and the dialog whose place ours takes (RFC 3891). */
export interface TakenCall {
  readonly target: string;
  readonly replaces: Replaces;
  readonly peerName: string;
  /** Shown with the call. */
  readonly passed: string;
  /** Whose place it is, when it is not this person's (RFC 3892). */
  readonly referredBy?: Aor;
  /** Told the id of the call before anything else is. */
  readonly isBegun?: (id: string) => void;
}

export interface CallingDeps {
  readonly me: Aor;
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  /** The media of a call in a tab; `call` is known one step after the call was made. */
  readonly mediaOf: (tab: string, call: () => string, standing?: () => Standing | null) => MediaPort;
  /** Calls of the agent before this one. */
  readonly kept: readonly CallKept[];
  /** The contact's own name, where there is one. */
  readonly nameOf: (aor: Aor) => string | undefined;
  /** All that are not over, after every change. */
  readonly changed: (calls: readonly Live[]) => void;
  /** What else is known of why a call is over. */
  readonly whyEnded: (live: Live, by: Ended['by'], reason: string) => string | undefined;
}

const NO_ANSWER = 45_000;
/** Longer than any caller rings: a lost CANCEL must not ring for ever. */
const RING = 90_000;

interface Live extends Transferable {
  timedOut: boolean;
  cancelTimer: () => void;
}

const GONE: Outcome<never> = { ok: false, why: 'This call has already ended.' };

export function createCalling(deps: CallingDeps): Calling {
  const { env, time } = deps;
  const calls = new Map<string, Live>();
  let sip: SipUserAgent | null = null;

  const snapshots = (): CallSnapshot[] => [...calls.values()].map((live) => live.snapshot);

  function update(live: Live, change: Partial<CallSnapshot>): void {
    live.snapshot = { ...live.snapshot, ...change, isTied: live.sip.dialog?.takesReplaces === false };
    // Its dialog may be another by now.
    follows(live, live.sip);
    env.tell({ fact: 'call', call: live.snapshot });
    deps.changed([...calls.values()]);
    surviving.changed();
  }

  function begin(call: SipCall, media: MediaPort | null, first: Partial<CallSnapshot>): Live {
    const peer = aorOf(call.peer) ?? call.peer;
    const live: Live = {
      sip: call,
      media,
      ...{ coming: null, over: null, standing: null, connections: 1, passedTo: null },
      snapshot: {
        id: call.id,
        peer,
        peerName: call.peerName || nameOf(peer),
        direction: call.direction,
        state: call.direction === 'in' ? 'incoming' : 'dialling',
        video: call.offersVideo,
        ...(call.subject && { subject: call.subject }),
        ...(call.direction === 'in' && aboutCall(call, deps.me)),
        owner: null,
        startedAt: time.now(),
        ...first,
      },
      timedOut: false,
      cancelTimer: env.clock.after(call.direction === 'in' ? RING : NO_ANSWER, () => {
        live.timedOut = true;
        if (call.direction === 'in') call.reject(480);
        else call.hangUp();
      }),
    };
    calls.set(call.id, live);
    update(live, {});
    call.onFact((fact) => {
      heard(live, call, fact);
    });
    return live;
  }

  /** The call goes on with another dialog; with another person when the one we talked to has sent them. */
  function replace(live: Live, call: SipCall): void {
    const { peer } = live.snapshot;
    const by = known(live);
    goOn(live, call, continuing(live));
    call.onFact((fact) => {
      if (fact.is === 'established' && live.sip === call && live.snapshot.peer !== peer)
        update(live, { passed: `Transferred by ${by}` });
    });
  }

  function follows(live: Live, call: SipCall): void {
    call.onReferral((referral) => {
      if (!sip || live.sip !== call || !calls.has(live.snapshot.id)) return false;
      const made = followReferral(live, referral, {
        ...continuing(live),
        sip,
        clock: env.clock,
        nameOf: (peer) => deps.nameOf(peer) ?? nameOf(peer),
      });
      return made !== null;
    });
  }

  function heard(live: Live, from: SipCall, fact: CallFact): void {
    if (live.sip !== from || !calls.has(live.snapshot.id)) return;
    switch (fact.is) {
      case 'ringing':
        if (live.snapshot.state === 'dialling') update(live, { state: 'ringing' });
        break;
      case 'forwarded':
        live.passedTo = fact.to;
        update(live, { passed: `Forwarded to ${deps.nameOf(fact.to) ?? nameOf(fact.to)}` });
        break;
      case 'established':
        live.cancelTimer();
        update(live, {
          state: 'established',
          establishedAt: time.now(),
          ...aboutAnswer(from, deps.me, deps.nameOf),
        });
        break;
      case 'ended':
        if (live.coming) live.over = fact;
        else ended(live, fact);
    }
  }

  const continuing = (live: Live): Continuing => ({
    mediaOf: (tab, connection) =>
      deps.mediaOf(
        tab,
        () => connection,
        () => live.standing,
      ),
    update: (change) => {
      update(live, change);
    },
    heard: (from, fact) => {
      heard(live, from, fact);
    },
    log: env.log,
  });

  const known = ({ snapshot: { peer, peerName } }: Live): string => deps.nameOf(peer) ?? peerName;

  function ended(live: Live, fact: Omit<Ended, 'is'>, words?: string): void {
    live.cancelTimer();
    const { direction, establishedAt, id, peer, startedAt, video } = live.snapshot;
    const { subject, forUser, onBehalfOf } = live.snapshot;
    const established = establishedAt !== undefined;
    const end = endOf({ ...fact, direction, established, timedOut: live.timedOut });
    const name = known(live);
    const answeredBy = end === 'elsewhere' ? answererIn(fact.reason) : live.snapshot.answerer?.name;
    const said = words ?? (live.passedTo !== null ? live.snapshot.transfer?.words : undefined);
    const told = fact.by !== 'us' || live.timedOut;
    const why =
      said ??
      deps.whyEnded(live, fact.by, fact.reason) ??
      (told ? wordsOf(end, name, fact.status, { answeredBy, behalf: onBehalfOf?.name }) : undefined);
    const row: CallLogRow = {
      ...{ id, conversation: peer, direction, video, at: startedAt, end },
      ...(live.passedTo !== null && { forwardedTo: live.passedTo }),
      ...(established && { duration: Math.max(0, time.now() - establishedAt) }),
      ...(subject !== undefined && { subject }),
      ...(forUser && { forUser }),
      ...(onBehalfOf && { onBehalfOf }),
      ...(answeredBy !== undefined && { answeredBy }),
    };
    calls.delete(id);
    live.media?.close();
    void deps.keeper.keep([{ put: 'calls', row }]).then(() => {
      env.tell({ fact: 'call-logged', row });
    });
    update(live, { state: 'ended', end, ...(answeredBy && { answeredBy }), ...(why && { why }) });
  }

  /** The person, or the window, is through with it. */
  function leave(live: Live): void {
    if (surviving.part(live)) return ended(live, { by: 'us', status: null, reason: '', elsewhere: false });
    const { coming } = live;
    live.coming = null;
    coming?.hangUp();
    if (live.snapshot.state === 'incoming') live.sip.reject(603);
    else live.sip.hangUp();
  }

  function failed(live: Live, error: unknown): void {
    env.log(`call ${live.snapshot.id}: ${error instanceof Error ? error.message : String(error)}`);
    if (!calls.has(live.snapshot.id)) return;
    live.sip.hangUp();
    ended(live, { by: 'us', status: 488, reason: '', elsewhere: false });
  }

  const surviving = createSurviving<Live>({
    ...{ env, continuing, leave, nameOf: known, keeper: deps.keeper, me: deps.me, kept: deps.kept },
    calls: () => [...calls.values()],
    lose(live, why) {
      ended(live, { by: 'network', status: null, reason: '', elsewhere: false }, why);
      live.sip.hangUp();
    },
  });
  const parking = createParking<Live>(env.clock, update);
  for (const row of surviving.found) {
    const { establishedAt, startedAt, standing = null, connections, forUser, onBehalfOf } = row;
    const about = { ...(forUser && { forUser }), ...(onBehalfOf && { onBehalfOf }) };
    const live = begin(lostCall(row), null, { state: 'established', establishedAt, startedAt, ...about });
    live.cancelTimer();
    Object.assign(live, { standing, connections });
    surviving.held(live);
  }

  return {
    snapshot: snapshots,
    call({ peer, video, subject, behalf, tab }, taken) {
      if (!sip) return { ok: false, why: 'You are offline. Calls need a connection to the server.' };
      let id = '';
      const media = deps.mediaOf(tab, () => id);
      const made = sip.call({
        ...{ to: taken?.target ?? peer, media, video, ...(subject && { subject }) },
        ...(behalf && { behalf: behalf.aor }),
        ...(taken && { replaces: taken.replaces }),
        ...(taken?.referredBy !== undefined && { referredBy: taken.referredBy }),
      });
      id = made.id;
      taken?.isBegun?.(id);
      const from = taken && { peerName: taken.peerName || nameOf(peer), passed: taken.passed };
      begin(made, media, { video, owner: tab, ...(behalf && { onBehalfOf: behalf }), ...from });
      return { ok: true, value: { id } };
    },
    incoming(call) {
      const replaced = [...calls.values()].find((live) => live.sip === call.replaces);
      if (replaced) return replace(replaced, call);
      if (call.replaces) call.reject(481);
      else if (!hasRoomToRing(snapshots(), aorOf(call.peer) ?? call.peer)) call.reject(486);
      else begin(call, null, {});
    },
    async answer({ id, video, tab }) {
      const live = calls.get(id);
      if (!live) return GONE;
      if (live.snapshot.owner === tab) return { ok: true, value: null };
      if (live.snapshot.state !== 'incoming')
        return { ok: false, why: 'This call was answered in another window.' };
      const media = deps.mediaOf(tab, () => id);
      live.cancelTimer();
      live.media = media;
      update(live, { state: 'answering', owner: tab, video });
      try {
        await live.sip.accept(media, { video });
        return { ok: true, value: null };
      } catch (error) {
        failed(live, error);
        return { ok: false, why: 'The call could not be answered. Check microphone and camera.' };
      }
    },
    decline(id) {
      const live = calls.get(id);
      if (!live) return GONE;
      live.sip.reject(603);
      return { ok: true, value: null };
    },
    transfer({ id, to, name, joins }) {
      const live = calls.get(id);
      const joined = joins === undefined ? null : calls.get(joins);
      if (!live || joined === undefined) return GONE;
      return transfer(
        live,
        { to, name, joined },
        { update, leave: (one) => calls.has(one.snapshot.id) && leave(one) },
      );
    },
    park({ id, on }) {
      const live = calls.get(id);
      return live ? parking.park(live, on) : GONE;
    },
    redirect({ id, to }) {
      const live = calls.get(id);
      const target = redirectTarget(to);
      if (live?.snapshot.state !== 'incoming') return GONE;
      if (target === null || to === live.snapshot.peer)
        return { ok: false, why: 'The call cannot be sent there.' };
      live.passedTo = to;
      live.sip.redirect(target);
      return { ok: true, value: null };
    },
    hangUp(id) {
      const live = calls.get(id);
      if (!live) return GONE;
      leave(live);
      return { ok: true, value: null };
    },
    async renegotiate(id, iceRestart) {
      const live = calls.get(id);
      if (!live) return GONE;
      try {
        const result = await live.sip.renegotiate({ video: live.snapshot.video, iceRestart });
        if (result.ok) return { ok: true, value: null };
        env.log(`call ${id}: offer refused, ${result.status} ${result.reason}`);
        return { ok: false, why: 'The other side did not take the change.', status: result.status };
      } catch (error) {
        env.log(`call ${id}: ${error instanceof Error ? error.message : String(error)}`);
        return { ok: false, why: 'The other side did not take the change.' };
      }
    },
    tabGone(tab) {
      for (const live of calls.values())
        if (live.snapshot.owner === tab && !surviving.wait(live)) leave(live);
    },
    windowCame: surviving.windowCame,
    keepStanding(id, standing) {
      const live = calls.get(id);
      if (live) live.standing = standing;
      surviving.changed();
    },
    online(agent) {
      sip = agent;
      surviving.online(agent);
    },
    offline() {
      sip = null;
      surviving.offline();
    },
    stop() {
      for (const live of calls.values()) {
        live.cancelTimer();
        if (live.snapshot.state === 'incoming') live.sip.reject(480);
        else live.sip.hangUp();
      }
      sip = null;
    },
  };
}
