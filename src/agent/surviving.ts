/**
 * A call outlives the page that has its media, by a reload or a crash. What names its dialog is kept, and the next
 * page of this browser takes the call up with an INVITE that replaces it (RFC 3891):
 *
 *   up --window gone--> waiting for a window --the next says hello--> taken up --200, ACK--> up
 *                            | 6 s                                       | refused
 *                            v                                           v
 *                           BYE                                         lost
 *
 * Where the agent goes with the page, the one after it finds the call in the store, and has 20 s. A call whose far end
 * knows no Replaces is found as well, to be told and logged as lost: it cannot be taken up.
 */
import { replacesOf } from '../protocol/replaces.ts';
import type { CallFact, SipCall, SipUserAgent } from '../sip/contract.ts';
import type { CallKept } from '../store/meta.ts';
import { follow, nextMedia, type Continuable, type Continuing } from './continuing.ts';
import type { Env, Keeper } from './env.ts';

export interface Surviving<Live extends Continuable> {
  /** Calls of an agent that is no more, for this one to hold until a window takes them. */
  readonly found: readonly CallKept[];
  /** Its window is gone. False when it cannot wait for another. */
  wait(live: Live): boolean;
  /** A found call is held now. */
  held(live: Live): void;
  /**
   * The person leaves a call whose dialog went with its agent: it is taken up all the same, to tell the far end. False:
   * it has a dialog to say so in.
   */
  part(live: Live): boolean;
  windowCame(tab: string): void;
  online(sip: SipUserAgent): void;
  offline(): void;
  /** Something of the calls changed. */
  changed(): void;
}

export interface SurvivingDeps<Live> {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly me: string;
  readonly kept: readonly CallKept[];
  readonly calls: () => readonly Live[];
  readonly continuing: (live: Live) => Continuing;
  readonly leave: (live: Live) => void;
  /** Who is at the far end, as this person knows them. */
  readonly nameOf: (live: Live) => string;
  /** `why`: a sentence, where there is more to say than that the connection was lost. */
  readonly lose: (live: Live, why?: string) => void;
}

/** Milliseconds. A reload of the page takes less. */
const GRACE = 6_000;
/** A crash, the start of the browser, and a new sign-in. */
const COMEBACK = 20_000;
const PULSE = 10_000;
const TOO_OLD = 60_000;

export function createSurviving<Live extends Continuable>(deps: SurvivingDeps<Live>): Surviving<Live> {
  const { env, calls, continuing } = deps;
  /** Calls without a window, and how to stop waiting for one. */
  const waiting = new Map<Live, () => void>();
  /** Taken by a window, while there is no connection to the server. */
  const wanted = new Map<Live, string>();
  /** Found, and not taken up yet: only another dialog can end them. */
  const lost = new Map<Live, SipCall>();
  /** Never to be taken up, with nobody to tell yet: the next window is told. */
  const fallen = new Set<Live>();
  let sip: SipUserAgent | null = null;
  let written = '[]';
  let stopPulse: (() => void) | null = null;

  function wait(live: Live, ms: number, over: () => void): void {
    waiting.get(live)?.();
    waiting.set(
      live,
      env.clock.after(ms, () => {
        waiting.delete(live);
        wanted.delete(live);
        if (calls().includes(live)) over();
      }),
    );
  }

  function takeUp(live: Live, tab: string): void {
    const { dialog } = live.sip;
    if (!sip || !dialog) return void wanted.set(live, tab);
    waiting.get(live)?.();
    waiting.delete(live);
    const to = continuing(live);
    const [connection, media] = nextMedia(live, tab, to);
    const { peer, video } = live.snapshot;
    const call = sip.call({
      ...{ to: dialog.target ?? peer, media, video: live.standing?.camera ?? video },
      replaces: replacesOf(dialog),
    });
    to.update({ connection });
    follow(live, call, { owner: tab, connection, media }, to, () => {
      deps.lose(live);
    });
  }

  function endOnceUp(live: Live): void {
    const { coming } = live;
    lost.delete(live);
    live.coming = null;
    coming?.onFact((fact) => {
      if (fact.is === 'established') coming.hangUp();
    });
  }

  function write(rows: readonly Omit<CallKept, 'aliveAt'>[]): void {
    const aliveAt = env.clock.now();
    void deps.keeper.keep([{ put: 'meta', key: 'calls-up', row: rows.map((row) => ({ ...row, aliveAt })) }]);
  }

  function pulse(): void {
    stopPulse = env.clock.after(PULSE, () => {
      stopPulse = null;
      written = '';
      changed();
    });
  }

  function changed(): void {
    const rows = calls().flatMap((live) => rowOf(live, deps.me));
    const text = JSON.stringify(rows);
    if (text !== written) write(rows);
    written = text;
    if (rows.length > 0 && !stopPulse) pulse();
  }

  const now = env.clock.now();
  return {
    found: deps.kept.filter(({ me, aliveAt }) => me === deps.me && Math.abs(now - aliveAt) < TOO_OLD),
    wait(live) {
      const { sip: gone, coming } = live;
      const [row] = rowOf(live, deps.me);
      if (!row) return false;
      if (!row.dialog.takesReplaces) {
        // The far end hears of it now, the person in the next window, when this was a reload.
        live.sip = lostCall({ ...row, aliveAt: env.clock.now() });
        gone.hangUp();
        fallen.add(live);
      }
      live.coming = null;
      coming?.hangUp();
      wait(live, GRACE, () => {
        deps.leave(live);
      });
      continuing(live).update({ owner: null });
      return true;
    },
    part(live) {
      if (fallen.delete(live)) return true;
      if (lost.get(live) !== live.sip) return false;
      const isComing = live.coming !== null;
      if (isComing) endOnceUp(live);
      return isComing || wanted.has(live);
    },
    held(live) {
      if (live.sip.dialog?.takesReplaces) lost.set(live, live.sip);
      else fallen.add(live);
      wait(live, COMEBACK, () => {
        deps.lose(live);
      });
    },
    windowCame(tab) {
      for (const live of fallen) {
        fallen.delete(live);
        continuing(live).update({ owner: tab });
        // After the window has been told that there was one.
        wait(live, 1, () => {
          const name = deps.nameOf(live);
          deps.lose(live, `The call ended with its window: ${name}'s device cannot take it up again.`);
        });
      }
      for (const live of [...waiting.keys()]) {
        if (wanted.has(live) || !live.sip.dialog?.takesReplaces || !calls().includes(live)) continue;
        continuing(live).update({ owner: tab });
        takeUp(live, tab);
      }
    },
    online(agent) {
      sip = agent;
      const ready = [...wanted];
      wanted.clear();
      for (const [live, tab] of ready) {
        if (calls().includes(live)) takeUp(live, tab);
        else if (lost.has(live)) {
          takeUp(live, tab);
          endOnceUp(live);
        }
      }
    },
    offline() {
      sip = null;
    },
    changed,
  };
}

function rowOf(
  { snapshot, sip, standing, connections }: Continuable,
  me: string,
): Omit<CallKept, 'aliveAt'>[] {
  const { dialog } = sip;
  const { id, peer, peerName, direction, video, subject, startedAt, establishedAt, state } = snapshot;
  const { forUser, onBehalfOf } = snapshot;
  if (state !== 'established' || establishedAt === undefined || !dialog) return [];
  return [
    {
      ...{ me, id, peer, peerName, direction, video, startedAt, establishedAt, dialog, connections },
      ...(subject !== undefined && { subject }),
      ...(forUser && { forUser }),
      ...(onBehalfOf && { onBehalfOf }),
      ...(standing && { standing }),
    },
  ];
}

/** Stands for the dialog of an agent that is no more, until another takes its place. */
export function lostCall(row: CallKept): SipCall {
  const listeners: ((fact: CallFact) => void)[] = [];
  const { id, peer, peerName, direction, subject = '', dialog } = row;
  const end = (): void => {
    const fact = { is: 'ended', by: 'us', status: null, reason: '', elsewhere: false } as const;
    for (const listener of listeners) listener(fact);
  };
  return {
    ...{ id, peer, peerName, direction, subject, dialog, offersVideo: row.video },
    ...{ offer: '', headers: [], replaces: null },
    onFact: (listener) => void listeners.push(listener),
    accept: () => Promise.resolve(),
    reject: end,
    redirect: end,
    transfer: (_wish, news) => {
      news({ status: 0, reason: 'the call is being taken up', isFinal: true });
    },
    onReferral: () => undefined,
    hangUp: end,
    renegotiate: () => Promise.resolve({ ok: false, status: 0, reason: 'the call is being taken up' }),
  };
}
