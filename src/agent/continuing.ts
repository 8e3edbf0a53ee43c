/**
 * A call that goes on with another dialog and another connection of media, as the same call to the person: the far
 * end came back after a reload, went on from another device, or was transferred (RFC 3891).
 *
 *   up on A --INVITE, Replaces A--> up on A, B is coming --ACK--> up on B, A gets BYE
 *                                     | B fails
 *                                     v
 *                                   up on A; ended when A ended meanwhile
 */
import { connectionOf, type Standing } from '../protocol/call-standing.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { CallFact, MediaPort, SipCall } from '../sip/contract.ts';
import type { CallSnapshot } from './contract.ts';

export type Ended = Extract<CallFact, { is: 'ended' }>;

/** The part of a call that this changes. */
export interface Continuable {
  sip: SipCall;
  media: MediaPort | null;
  snapshot: CallSnapshot;
  /** What takes the place of `sip` once it is up. */
  coming: SipCall | null;
  /** How `sip` ended while the other was coming. */
  over: Ended | null;
  /** As its window last said. */
  standing: Standing | null;
  /** Connections of media that this call has had. */
  connections: number;
}

export interface Continuing {
  mediaOf(tab: string, connection: string): MediaPort;
  update(change: Partial<CallSnapshot>): void;
  /** From now on this is the call: what it says counts. */
  heard(from: SipCall, fact: CallFact): void;
  log(line: string): void;
}

/** Answers `call` in the window that has the call which it continues. */
export function goOn(live: Continuable, call: SipCall, to: Continuing): void {
  const { owner, video } = live.snapshot;
  if (owner === null || live.coming) return call.reject(480);
  const [connection, media] = nextMedia(live, owner, to);
  follow(live, call, { owner, connection, media }, to);
  call.accept(media, { video }).catch((error: unknown) => {
    to.log(
      `call ${live.snapshot.id}: not continued: ${error instanceof Error ? error.message : String(error)}`,
    );
    call.reject(488);
  });
}

/** The media of the next connection of a call, and its name. */
export function nextMedia(live: Continuable, owner: string, to: Continuing): [string, MediaPort] {
  live.connections += 1;
  const connection = connectionOf(live.snapshot.id, live.connections);
  return [connection, to.mediaOf(owner, connection)];
}

/** Hands the call over to `call` when that is up; leaves it as it was, and says so, when that fails. */
export function follow(
  live: Continuable,
  call: SipCall,
  next: { readonly owner: string; readonly connection: string; readonly media: MediaPort },
  to: Continuing,
  failed: () => void = () => undefined,
): void {
  const { owner, connection, media } = next;
  live.coming = call;
  call.onFact((fact) => {
    if (live.coming === call && fact.is === 'established') {
      const peer = aorOf(call.peer) ?? call.peer;
      const moved = peer !== live.snapshot.peer;
      Object.assign(live, { sip: call, media, coming: null, over: null });
      to.update({ owner, connection, peer, ...(moved && { peerName: call.peerName }) });
    } else if (live.coming === call && fact.is === 'ended') {
      live.coming = null;
      media.close();
      if (live.over) to.heard(live.sip, live.over);
      else failed();
    } else to.heard(call, fact);
  });
}
