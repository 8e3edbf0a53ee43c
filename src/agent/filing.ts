/**
 * Files on their way, in and out. What happens next is decided in core/transfer.ts; here it is carried out: dialogs that
 * never ring and never are calls, rows that say what became of each file, and the server as the second path. The files
 * themselves are in the tab that picked or accepted them.
 */
import { cleanFileName, cleanMediaType } from '../protocol/file-names.ts';
import { type FileOffer, LARGEST_FILE, LARGEST_ICON, readFileSession } from '../protocol/file-offer.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { MediaPort, SipCall, SipUserAgent } from '../sip/contract.ts';
import type { Commands, Outcome, TransferSnapshot } from './contract.ts';
import { nameOf } from './core/contact-document.ts';
import {
  isOver,
  stepTransfer,
  type Transfer,
  type TransferEffect,
  type TransferEvent,
} from './core/transfer.ts';
import type { Env } from './env.ts';
import type { FileRows } from './file-rows.ts';

export interface Filing {
  readonly snapshot: () => TransferSnapshot[];
  offer(input: Commands['offer-file'][0], tab: string): Promise<Outcome<{ via: 'peer' | 'server' }>>;
  hashed(input: Commands['file-hashed'][0]): void;
  accept(input: Commands['accept-file'][0], tab: string): Outcome;
  decline(id: string): Outcome;
  cancel(id: string): Outcome;
  news(input: Commands['file-news'][0], tab: string): void;
  /** An INVITE whose description is a file session and nothing else. */
  incoming(call: SipCall): void;
  tabGone(tab: string): void;
  online(sip: SipUserAgent): void;
  offline(): void;
  stop(): void;
}

export interface FilingDeps {
  readonly env: Env;
  readonly rows: FileRows;
  /** The media of one attempt in a tab. */
  readonly mediaOf: (tab: string, call: string, file: () => FileOffer) => MediaPort;
  /** Puts the file of a tab onto the server. */
  readonly upload: (transfer: Transfer) => Promise<Outcome<{ url: string; hash?: string }>>;
  readonly canUpload: () => boolean;
  /** True for conversations of more than two: there the server is the only path. */
  readonly isGroup: (conversation: string) => boolean;
  readonly nameOf: (aor: string) => string | undefined;
}

interface Live {
  transfer: Transfer;
  call: SipCall | null;
  cancelWake: () => void;
  toldAt: number;
}

/** Of transfers that wait for somebody; beyond it the oldest finished ones are forgotten. */
const MOST_LIVE = 200;
/** Offers of one person that wait for an answer. */
const MOST_WAITING = 20;
const TOLD_EVERY = 250;
const GONE: Outcome<never> = { ok: false, why: 'This transfer has already ended.' };

export function createFiling(deps: FilingDeps): Filing {
  const { env, rows } = deps;
  const all = new Map<string, Live>();
  let sip: SipUserAgent | null = null;
  let attempts = 0;

  const nameFor = ({ conversation }: Transfer): string => deps.nameOf(conversation) ?? nameOf(conversation);

  function tell(live: Live): void {
    env.tell({ fact: 'transfer', transfer: snapshotOf(live.transfer) });
  }

  function dispatch(live: Live, event: TransferEvent): void {
    const before = live.transfer;
    const around = { name: nameFor(before), canUpload: deps.canUpload() };
    const { transfer, effects } = stepTransfer(before, event, around);
    live.transfer = transfer;
    const moved =
      transfer.state !== before.state || transfer.why !== before.why || transfer.via !== before.via;
    if (moved) void rows.change(transfer);
    if (moved || transfer.octets !== before.octets) tell(live);
    for (const effect of effects) carryOut(live, effect);
  }

  function carryOut(live: Live, effect: TransferEffect): void {
    switch (effect.do) {
      case 'invite':
        return invite(live);
      case 'accept':
        return accept(live);
      case 'reject':
        return live.call?.reject(effect.status);
      case 'hang-up':
        return hangUp(live);
      case 'upload':
        return void upload(live);
      case 'wake':
        live.cancelWake();
        live.cancelWake = env.clock.after(effect.inMs, () => dispatch(live, { is: 'woken' }));
    }
  }

  function mediaFor(live: Live, tab: string): MediaPort {
    return deps.mediaOf(tab, `file:${live.transfer.id}:${++attempts}`, () => fileOf(live.transfer));
  }

  function invite(live: Live): void {
    const { owner, conversation } = live.transfer;
    if (!sip || owner === null) {
      dispatch(live, { is: 'ended', by: 'network', status: null, elsewhere: false });
      return;
    }
    take(live, sip.call({ to: conversation, media: mediaFor(live, owner), video: false }));
  }

  function accept(live: Live): void {
    const { owner } = live.transfer;
    if (live.call && owner !== null) void live.call.accept(mediaFor(live, owner), { video: false });
  }

  /** What the dialog says concerns the transfer for as long as it is its dialog. */
  function take(live: Live, call: SipCall): void {
    live.call = call;
    call.onFact((fact) => {
      if (live.call !== call || fact.is === 'forwarded') return;
      if (fact.is !== 'ended') return dispatch(live, { is: fact.is });
      live.call = null;
      const { by, status, elsewhere } = fact;
      dispatch(live, { is: 'ended', by, status, elsewhere });
    });
  }

  function hangUp(live: Live): void {
    live.cancelWake();
    const { call } = live;
    live.call = null;
    call?.hangUp();
  }

  async function upload(live: Live): Promise<void> {
    const done = await deps.upload(live.transfer);
    if (isOver(live.transfer)) return;
    if (done.ok) {
      live.transfer = { ...live.transfer, hash: done.value.hash ?? live.transfer.hash };
      const sent = await rows.send(live.transfer, done.value.url);
      dispatch(live, { is: 'uploaded', why: sent.ok ? null : sent.why });
    } else dispatch(live, { is: 'uploaded', why: done.why });
  }

  function begin(transfer: Transfer): Live {
    if (all.size >= MOST_LIVE)
      for (const [id, { transfer: old }] of all) if (isOver(old) && all.size >= MOST_LIVE) all.delete(id);
    all.get(transfer.id)?.cancelWake();
    const live: Live = { transfer, call: null, cancelWake: () => undefined, toldAt: 0 };
    all.set(transfer.id, live);
    tell(live);
    return live;
  }

  /** The rest of a file that is going out of here: only to whom it goes, and only while its window is there. */
  function askedAgain(call: SipCall, live: Live | undefined): void {
    if (!live || live.transfer.conversation !== aorOf(call.peer)) return call.reject(480);
    const { state, owner, mine } = live.transfer;
    if (!mine || state === 'cancelled' || state === 'declined') return call.reject(603);
    if (owner === null || isOver(live.transfer)) return call.reject(410);
    // Its dialog takes the place of the one that was cut.
    const before = live.call;
    live.call = null;
    before?.hangUp();
    take(live, call);
    dispatch(live, { is: 'asked-again' });
  }

  function offered(call: SipCall, offer: FileOffer, known: Live | undefined): void {
    const conversation = aorOf(call.peer) ?? call.peer;
    if (known && (known.transfer.mine || known.transfer.conversation !== conversation))
      return call.reject(486);
    if (known && !isOver(known.transfer)) return call.reject(486);
    const waiting = [...all.values()].filter(
      ({ transfer: { state, mine, conversation: with_ } }) =>
        state === 'offered' && !mine && with_ === conversation,
    );
    if (waiting.length >= MOST_WAITING || offer.from !== 1) return call.reject(486);
    const { id, name, type, size, hash, icon } = offer;
    const live = begin({
      ...{ id, conversation, mine: false, name, type, size, hash, state: 'offered', via: 'peer', octets: 0 },
      ...{ owner: null, tries: 0, rang: false, ...(icon !== null && { thumbnail: icon }) },
    });
    take(live, call);
    void rows.add(live.transfer).then((kept) => {
      // What cannot be kept is not shown, and so not answered either.
      if (!kept) call.reject(480);
    });
  }

  return {
    snapshot: () => [...all.values()].map(({ transfer }) => snapshotOf(transfer)),
    async offer(input, tab) {
      const { id, conversation, size, thumbnail } = input;
      const known = all.get(id);
      if (known && !isOver(known.transfer)) return { ok: true, value: { via: known.transfer.via } };
      if (size > LARGEST_FILE) return { ok: false, why: 'This file is too large to send.' };
      const via = deps.isGroup(conversation) ? 'server' : 'peer';
      if (via === 'server' && !deps.canUpload())
        return {
          ok: false,
          why: 'This server keeps no files, so they can be sent to one person at a time only.',
        };
      const transfer: Transfer = {
        ...{
          id,
          conversation,
          mine: true,
          size,
          hash: null,
          via,
          octets: 0,
          owner: tab,
          tries: 0,
          rang: false,
        },
        ...{ name: cleanFileName(input.name), type: cleanMediaType(input.type) },
        state: via === 'peer' ? 'preparing' : 'moving',
        ...(thumbnail !== undefined && thumbnail.length <= LARGEST_ICON && { thumbnail }),
      };
      // Written before it is shown (house.md §4).
      if (!(await (known ? rows.change(transfer) : rows.add(transfer))))
        return { ok: false, why: 'This device has no room left, so the file was not sent.' };
      const live = begin(transfer);
      if (via === 'server') void upload(live);
      return { ok: true, value: { via } };
    },
    hashed({ id, hash }) {
      const live = all.get(id);
      if (live) dispatch(live, { is: 'hashed', hash });
    },
    accept({ id }, tab) {
      const live = all.get(id);
      if (!live || isOver(live.transfer)) return GONE;
      if (live.transfer.owner !== null)
        return { ok: false, why: 'This file was accepted in another window.' };
      dispatch(live, { is: 'accepted', tab });
      return { ok: true, value: null };
    },
    decline(id) {
      const live = all.get(id);
      if (!live || isOver(live.transfer)) return GONE;
      dispatch(live, { is: 'declined' });
      return { ok: true, value: null };
    },
    cancel(id) {
      const live = all.get(id);
      if (!live || isOver(live.transfer)) return GONE;
      dispatch(live, { is: 'cancelled' });
      return { ok: true, value: null };
    },
    news({ id, news }, tab) {
      const live = all.get(id);
      if (!live || live.transfer.owner !== tab) return;
      if (news.is === 'weak') {
        void live.call?.renegotiate({ video: false, iceRestart: true });
        return;
      }
      if (news.is === 'moving' || news.is === 'hashing') {
        const now = env.clock.now();
        if (live.transfer.state === news.is && now - live.toldAt < TOLD_EVERY) return;
        live.toldAt = now;
      }
      dispatch(live, news);
    },
    incoming(call) {
      const offer = readFileSession(call.offer);
      if (!offer.ok) {
        env.log(`file offer refused: ${offer.why}`);
        call.reject(488);
        return;
      }
      const known = all.get(offer.value.id);
      if (offer.value.sends) offered(call, offer.value, known);
      else askedAgain(call, known);
    },
    tabGone(tab) {
      for (const live of all.values()) if (live.transfer.owner === tab) dispatch(live, { is: 'tab-gone' });
    },
    online(agent) {
      sip = agent;
      for (const live of all.values())
        if (live.transfer.state === 'interrupted' && !live.transfer.mine && !live.call)
          dispatch(live, { is: 'woken' });
    },
    offline() {
      sip = null;
    },
    stop() {
      for (const live of all.values()) {
        live.cancelWake();
        if (!isOver(live.transfer)) dispatch(live, { is: 'cancelled' });
      }
      sip = null;
    },
  };
}

function fileOf({ id, name, type, size, hash, mine, thumbnail }: Transfer): FileOffer {
  return { id, name, type, size, hash, from: 1, sends: mine, icon: thumbnail ?? null };
}

function snapshotOf(transfer: Transfer): TransferSnapshot {
  const { id, conversation, mine, size, state, via, octets, owner, why } = transfer;
  return { id, conversation, mine, size, state, via, octets, owner, ...(why !== undefined && { why }) };
}
