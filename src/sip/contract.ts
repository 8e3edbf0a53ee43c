/**
 * What the SIP layer offers to the agent. Everything above it is in plain values; nothing here knows IndexedDB,
 * XML or the DOM. The layer owns the socket, its supervision, registration, subscriptions and publications for as
 * long as it is started: they come back by themselves after a lost socket.
 */
import type { Target } from '../protocol/history-info.ts';
import type { Replaces } from '../protocol/replaces.ts';
import type { Header } from '../protocol/sip-message.ts';

/** Time, chance and timers passed in, so that a simulation can own them. Milliseconds. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): () => void;
  /** 0 <= x < 1 */
  random(): number;
}

/** The part of WebSocket this layer uses; a simulation supplies its own. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: ((code: number, reason: string) => void) | null;
  onmessage: ((data: string | ArrayBuffer) => void) | null;
  readonly bufferedAmount: number;
}

/** Digest secret. The layer never sees where it is kept. `null`: this realm cannot be answered. */
export interface Secret {
  readonly username: string;
  ha1(realm: string, algorithm: 'MD5' | 'SHA-256'): string | null;
}

export interface UserAgentOptions {
  readonly aor: string;
  readonly displayName: string;
  readonly secret: Secret;
  /** WebSocket addresses in the order to try. */
  readonly servers: readonly string[];
  /** `urn:uuid:…`, one per installation (RFC 5626 §4.1). */
  readonly instanceId: string;
  readonly clock: Clock;
  readonly openSocket: (address: string) => Socket;
  readonly log: (line: string) => void;
}

export type SipConnection =
  | { readonly is: 'connecting'; readonly attempt: number }
  /** Socket open and registered. `clockOffset`: server clock minus ours from the Date header, null when absent. */
  | { readonly is: 'online'; readonly server: string; readonly clockOffset: number | null }
  | { readonly is: 'offline'; readonly retryAt: number | null; readonly why: string }
  /** `wait`: the server asks for so many seconds before another attempt (too many wrong passwords). */
  | { readonly is: 'refused'; readonly status: number; readonly why: string; readonly wait?: number };

/** How a MESSAGE ended. `unknown`: retry with the same id once online again (reliability.md §7). */
export type MessageOutcome =
  | { readonly is: 'accepted'; readonly status: number; readonly headers: readonly Header[] }
  | { readonly is: 'refused'; readonly status: number; readonly reason: string }
  | { readonly is: 'unknown'; readonly why: string };

export interface OutgoingMessage {
  readonly to: string;
  readonly contentType: string;
  readonly body: string;
  /** Stays the same over retries of one message. */
  readonly callId: string;
  /** 1 for the first try, one more for each retry. On the wire it is eight times that, plus one for each challenge. */
  readonly cseq: number;
}

export interface IncomingMessage {
  readonly from: string;
  readonly fromName: string;
  readonly to: string;
  readonly contentType: string;
  readonly body: string;
  readonly callId: string;
  readonly cseq: number;
  /** Date header in milliseconds (time of storing at the server), null when absent. */
  readonly date: number | null;
  readonly headers: readonly Header[];
}

export interface SubscriptionOptions {
  readonly target: string;
  readonly event: string;
  readonly accept: readonly string[];
  /** Seconds. */
  readonly expires: number;
  readonly supported?: readonly string[];
}

/** RFC 6665. `ended` only when trying again is pointless (403, 489, rejected) or on `close()`. */
export type SubscriptionFact =
  | { readonly is: 'pending' | 'active'; readonly contentType: string; readonly body: string }
  /** Lost and being re-established; what was known is stale. */
  | { readonly is: 'stale'; readonly why: string }
  | { readonly is: 'ended'; readonly status: number | null; readonly reason: string };

export interface Subscription {
  close(): void;
}

/** RFC 3903 with its entity tag; writes are serialised, the newest body wins, 412 and 500 publish afresh. */
export interface Publication {
  set(contentType: string, body: string): void;
  remove(): Promise<void>;
  readonly lastStatus: number | null;
}

/** The tab's half of the session description handler, reached through the agent's port RPC. */
export interface MediaPort {
  getDescription(options: { video: boolean; iceRestart: boolean }): Promise<string>;
  setDescription(sdp: string): Promise<void>;
  rollback(): Promise<void>;
  sendDtmf(tones: string): Promise<void>;
  close(): void;
}

export type CallFact =
  | { readonly is: 'ringing' }
  | { readonly is: 'established' }
  /** A call of ours was led on (302): an AOR or a tel URI. */
  | { readonly is: 'forwarded'; readonly to: string }
  /** `elsewhere`: CANCEL carried `cause=200` (RFC 3326). `status` as on the wire, null when none was. */
  | {
      readonly is: 'ended';
      readonly by: 'us' | 'them' | 'network';
      readonly status: number | null;
      readonly reason: string;
      readonly elsewhere: boolean;
    };

/** How an offer to an established call ended. `status` 0: the media of this side failed, or the call is over. */
export type Renegotiated =
  { readonly ok: true } | { readonly ok: false; readonly status: number; readonly reason: string };

/** Whom the far end is to go on with. `replaces`: the call of theirs whose place the new one takes (RFC 5589 §7). */
export interface TransferWish {
  readonly to: string;
  readonly replaces?: Replaces;
}

/** How far a transfer is, as the far end says it. `status` 0: it said no more. */
export interface TransferNews {
  readonly status: number;
  readonly reason: string;
  readonly isFinal: boolean;
}

/** The far end asks us to go on with somebody else (RFC 3515). `to` is checked, `by` the one at the far end. */
export interface Referral {
  readonly to: string;
  readonly by: string;
  readonly replaces?: Replaces;
  /** What becomes of it; 200 and above is the last word. */
  tell(status: number, reason: string): void;
}

/** What names an answered call to others (RFC 3261 §12), as this side has it. */
export interface SipDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** The very device at the far end, where others can reach it too (GRUU, RFC 5627). */
  readonly target: string | null;
  /** The far end understands Replaces (RFC 3891). */
  readonly takesReplaces: boolean;
}

/** `replaces`: the dialog that this call takes the place of, its tags as the far end has them (RFC 3891). */
export interface CallOptions {
  readonly to: string;
  readonly media: MediaPort;
  readonly video: boolean;
  readonly subject?: string;
  readonly replaces?: Replaces;
  /** Who sent us there (RFC 3892). */
  readonly referredBy?: string;
  /** In whose name the caller, their delegate, calls: the server checks it, 403 when it is not so (features.md CD1). */
  readonly behalf?: string;
}

export interface SipCall {
  /** Call-ID. */
  readonly id: string;
  readonly peer: string;
  readonly peerName: string;
  readonly direction: 'in' | 'out';
  /** Incoming: the offer contains a live video m-line. */
  readonly offersVideo: boolean;
  readonly subject: string;
  /** The session description of an incoming INVITE, '' without one and for calls of ours. */
  readonly offer: string;
  /** Request headers of an incoming INVITE (History-Info, Alert-Info…). */
  readonly headers: readonly Header[];
  /** Who has answered a call of ours, as their Contact says. */
  readonly answeredAt?: string;
  /** Who has answered a call of ours in the place of the one called, as the server says. */
  readonly answeredBy?: Target | null;
  /** Null before the answer. */
  readonly dialog: SipDialog | null;
  /** Incoming: to be answered at once, for it goes on with this call of ours, which ends (`replaced`) when it is up. */
  readonly replaces: SipCall | null;
  onFact(listener: (fact: CallFact) => void): void;
  /** Incoming only. */
  accept(media: MediaPort, options: { video: boolean }): Promise<void>;
  /** Incoming only; 486 busy here, 603 declined, 480. */
  reject(status: number): void;
  /** Incoming only: the caller is to call somebody else instead (RFC 3261 §21.3.3). */
  redirect(to: string): void;
  /** Asks the far end of an established call to go on with somebody else. The last news is final. */
  transfer(wish: TransferWish, news: (news: TransferNews) => void): void;
  /** Who follows when the far end asks us to; true when it is followed. Without anybody it is refused. */
  onReferral(follow: (referral: Referral) => boolean): void;
  /** CANCEL before the answer, BYE after it. */
  hangUp(): void;
  /** Queued behind other offers of this call, repeated after glare (RFC 3261 §14.1) and after a lost socket. */
  renegotiate(options: { video: boolean; iceRestart: boolean }): Promise<Renegotiated>;
}

/** A conference to be made at a factory (RFC 4579 §5.4) with a list of people (RFC 5366). */
export interface ConferenceWish {
  readonly factory: string;
  /** The same again means the same conference. */
  readonly callId: string;
  /** Rises with each try. */
  readonly cseq: number;
  readonly subject: string;
  /** The recipient list. */
  readonly contentType: string;
  readonly body: string;
}
/** `focus`: the AOR that the conference has from now on. `unknown`: ask again with the same Call-ID. */
export type ConferenceOutcome =
  | { readonly is: 'made'; readonly focus: string }
  | { readonly is: 'refused'; readonly status: number; readonly reason: string }
  | { readonly is: 'unknown'; readonly why: string };

/** Somebody is to come into a conference, or to go (RFC 4579 §5.5, §5.6). */
export interface ReferralWish {
  readonly focus: string;
  readonly person: string;
  readonly goes: boolean;
}
/** `unknown`: it may be asked again, a focus does it once. */
export type ReferralOutcome =
  | { readonly is: 'accepted' }
  | { readonly is: 'refused'; readonly status: number; readonly reason: string }
  | { readonly is: 'unknown'; readonly why: string };

export interface OptionsResult {
  readonly status: number;
  readonly headers: readonly Header[];
}

export interface SipEvents {
  connection(state: SipConnection): void;
  /** Answered with the returned status after the promise settles: 200 only once the message is stored. */
  message(message: IncomingMessage): Promise<number>;
  call(call: SipCall): void;
  /** Unsolicited NOTIFY (message-summary) from the own domain only. */
  notify(event: string, contentType: string, body: string): void;
}

/** RFC 8599 parameters for the Contact of REGISTER. */
export interface PushParams {
  readonly provider: 'webpush';
  readonly prid: string;
  readonly param: string;
}

export interface SipUserAgent {
  start(): void;
  /** Un-registers, ends dialogs politely within `ms`, closes the socket. */
  stop(ms: number): Promise<void>;
  /** `online`, `offline`, wake from sleep: probe now instead of at the next ping. */
  networkChanged(online: boolean): void;
  /** Send a keep-alive and demand an answer within 3 s, else a new socket. */
  probe(): void;
  /** A call has fallen silent: as `probe`, with as much patience as the last answers give reason for. */
  suspect(): void;
  sendMessage(message: OutgoingMessage): Promise<MessageOutcome>;
  subscribe(options: SubscriptionOptions, listener: (fact: SubscriptionFact) => void): Subscription;
  publish(event: string, expires: number): Publication;
  call(options: CallOptions): SipCall;
  makeConference(wish: ConferenceWish): Promise<ConferenceOutcome>;
  refer(wish: ReferralWish): Promise<ReferralOutcome>;
  options(target?: string): Promise<OptionsResult | null>;
  setPush(params: PushParams | null): void;
  /** What REGISTER's 200 showed: GRUU, Service-Route, Feature-Caps, outbound, Date. For the doctor. */
  readonly registered: { readonly gruu: string | null; readonly headers: readonly Header[] } | null;
}
