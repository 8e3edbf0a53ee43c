/**
 * The person's calls on all of their devices. Each device tells the others of its own (RFC 4235), and may take one of
 * theirs over: the far end is asked to go on with this device instead (RFC 3891).
 *
 *   ours begin, end --PUBLISH--> server --NOTIFY--> theirs: shown, with a button to move them here
 *   move: PUBLISH "takes the place of theirs" --INVITE, Replaces--> far end --BYE--> the other device, which says why
 *
 * Only where the server keeps what people publish apart for those it is meant for: the names of a dialog are what it takes
 * to steal a call.
 */
import {
  decodeDialogInfo,
  DIALOG_INFO_TYPE,
  encodeDialogInfo,
  type DialogState,
} from '../protocol/dialog-info.ts';
import type { DialogNames } from '../protocol/dialog-info.ts';
import type { ParkedCall } from '../protocol/parked-call.ts';
import { replacedBy } from '../protocol/replaced-words.ts';
import type { Publication, SipCall, SipUserAgent, Subscription } from '../sip/contract.ts';
import type { Calling } from './calling.ts';
import type { Aor, CallElsewhere, CallSnapshot, Outcome } from './contract.ts';
import { deviceMark, ofOthers, othersIn, toldOf, wentOn, type OtherCall } from './core/own-dialogs.ts';
import { pickUp } from './picking-up.ts';
import type { Env } from './env.ts';

export interface OwnCalls {
  /** Calls of the other devices. */
  readonly elsewhere: () => readonly CallElsewhere[];
  /** Something of the calls of this device is another. */
  changed(calls: readonly { readonly snapshot: CallSnapshot; readonly sip: SipCall }[]): void;
  move(
    input: { readonly id: string; readonly tab: string },
    calling: Pick<Calling, 'call'>,
  ): Outcome<{ id: string }>;
  /** `parked`: as the presence of `parker` says it. */
  pickUp(
    parked: ParkedCall | undefined,
    parker: { readonly aor: Aor; readonly name: string },
    tab: string,
    calling: Pick<Calling, 'call'>,
  ): Outcome<{ id: string }>;
  /** Why a call is over, where it has to do with another device: a sentence. */
  whyEnded(ended: {
    readonly snapshot: CallSnapshot;
    readonly sip: SipCall;
    readonly by: 'us' | 'them' | 'network';
    readonly reason: string;
  }): string | undefined;
  online(sip: SipUserAgent): void;
  /** The server is known to keep calls to oneself, or not. */
  offersChanged(): void;
  stop(): void;
}

export interface OwnCallsDeps {
  readonly env: Pick<Env, 'tell' | 'log'>;
  readonly me: Aor;
  readonly instanceId: string;
  /** What is published for oneself is seen by nobody else. */
  readonly isPrivate: () => boolean;
  /** The contact's own name, where there is one. */
  readonly nameOf: (aor: Aor) => string | undefined;
}

const EVENT = 'dialog';
const WATCH = 3600;
/** Seconds: a device that is gone is noticed by the server; this is for one that forgot. */
const TOLD = 600;

const NOT_MOVED = 'The call could not be moved here. It has ended, or it stays on your other device.';
const NOT_PICKED_UP = 'The call could not be picked up. It has ended, or somebody else has it.';

/** What a call of ours takes the place of, and what is said when that fails. `names`: of a dialog of our own. */
interface Taking {
  readonly names: DialogNames | null;
  readonly failed: string;
}

const NOT_THERE: Outcome<never> = {
  ok: false,
  why: 'This call is no longer on your other device.',
};

export function createOwnCalls({ env, me, instanceId, isPrivate, nameOf }: OwnCallsDeps): OwnCalls {
  const mark = deviceMark(instanceId);
  /** By id of the call of ours that takes the place of another. */
  const taking = new Map<string, Taking>();
  let sip: SipUserAgent | null = null;
  let publication: Publication | null = null;
  let subscription: Subscription | null = null;
  let own: readonly DialogState[] = [];
  let told = '[]';
  let theirs: readonly DialogState[] = [];
  let others: readonly OtherCall[] = [];
  let shown = '[]';

  function publish(): void {
    const text = JSON.stringify(own);
    if (!publication || text === told) return;
    told = text;
    // Also when there is none any more: taken back without a connection, the last ones would stay at the server.
    const body = encodeDialogInfo({ entity: me, version: 0, full: true, dialogs: own });
    publication.set(DIALOG_INFO_TYPE, body);
  }

  function hear(dialogs: readonly DialogState[]): void {
    theirs = dialogs;
    others = othersIn(dialogs);
    const calls = others.map((one) => one.shown);
    const text = JSON.stringify(calls);
    if (text === shown) return;
    shown = text;
    env.tell({ fact: 'calls-elsewhere', calls });
  }

  function read(body: string): void {
    const info = decodeDialogInfo(body);
    if (info.ok) hear(ofOthers(info.value, mark));
    else env.log(`calls of the other devices cannot be read: ${info.why}`);
  }

  function close(): void {
    subscription?.close();
    subscription = null;
    void publication?.remove();
    publication = null;
    told = '[]';
    hear([]);
  }

  function connect(): void {
    if (!sip) return;
    if (!isPrivate()) return close();
    publication ??= sip.publish(EVENT, TOLD);
    publish();
    subscription ??= sip.subscribe(
      { target: me, event: EVENT, accept: [DIALOG_INFO_TYPE], expires: WATCH },
      (fact) => {
        if (fact.is !== 'active') hear([]);
        else if (fact.body !== '') read(fact.body);
      },
    );
  }

  return {
    elsewhere: () => others.map((one) => one.shown),
    changed(calls) {
      const ids = new Set(calls.map(({ snapshot }) => snapshot.id));
      for (const id of taking.keys()) if (!ids.has(id)) taking.delete(id);
      own = calls.flatMap(({ snapshot, sip: { dialog } }) =>
        toldOf({ snapshot, dialog, takes: taking.get(snapshot.id)?.names ?? null }, me, mark),
      );
      publish();
    },
    move({ id, tab }, calling) {
      const other = others.find((one) => one.shown.id === id);
      if (!other) return NOT_THERE;
      const { way, shown: call } = other;
      if (!way) return { ok: false, why: 'The device at the other end cannot move this call.' };
      const { peer, peerName } = call;
      const made = calling.call(
        { peer, video: false, tab },
        {
          ...{ ...way, peerName, passed: 'From your other device' },
          isBegun: (ours) => taking.set(ours, { names: way.takes, failed: NOT_MOVED }),
        },
      );
      return made;
    },
    whyEnded({ snapshot, sip: { dialog }, by, reason }) {
      if (by === 'us') return undefined;
      if (snapshot.establishedAt === undefined) return taking.get(snapshot.id)?.failed;
      if (by !== 'them') return undefined;
      if (wentOn(theirs, me, { dialog, reason })) return 'The call goes on at your other device.';
      const who = snapshot.parking === undefined || snapshot.parking === 'none' ? null : replacedBy(reason);
      return who === null ? undefined : `${nameOf(who) ?? who.replace(/^sips?:/, '')} picked up the call.`;
    },
    pickUp: (parked, parker, tab, calling) =>
      pickUp(calling, parked, parker, {
        tab,
        isBegun: (ours) => taking.set(ours, { names: null, failed: NOT_PICKED_UP }),
      }),
    online(agent) {
      sip = agent;
      connect();
    },
    offersChanged: connect,
    stop() {
      subscription?.close();
      subscription = null;
      sip = null;
      publication = null;
    },
  };
}
