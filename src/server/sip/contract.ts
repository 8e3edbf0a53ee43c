/**
 * The seams of the server's SIP side: what transports, the transaction layer and the method handlers offer.
 * The HTTP side has its own in `../http/contract.ts`; tables come from `../store/database.ts`.
 */
import type { Newcomers } from '../../protocol/access-levels.ts';
import type { Availability } from '../../protocol/availability.ts';
import type { Header, SipMessage, SipRequest, SipResponse } from '../../protocol/sip-message.ts';

/** `sip:user@domain`, canonical. */
export type Aor = string;

/** One connection a peer speaks SIP on. Responses go back on it and nowhere else. */
export interface Flow {
  readonly id: string;
  readonly address: string;
  /** TCP: from the proxy in front of us. TLS: from another organisation. */
  readonly transport: 'WS' | 'WSS' | 'TCP' | 'TLS';
  /** Domains of another organisation that its certificate proved (RFC 5922); absent on everybody else's connection. */
  readonly peer?: ReadonlySet<string>;
  /** The user who last proved a password on this flow; null before. */
  readonly user: Aor | null;
  readonly open: boolean;
  /** The peer reads slower than it is sent to (over 1 MiB waiting): leave out what a later full state replaces. */
  readonly congested?: boolean;
  /** Drops silently when closed. */
  send(message: SipMessage): unknown;
  close(code: number, reason: string): void;
}

export type { Clock } from '../clock.ts';

/** What a handler adds to a response. A To tag, Via, From, Call-ID and CSeq are the transaction's business. */
export interface Answer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly Header[];
  readonly contentType?: string;
  readonly body?: string;
}

/** One request being served (RFC 3261 §17.2, RFC 6026). Exactly one final answer leaves it. */
export interface ServerTransaction {
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Authenticated sender; From was checked against it before a handler sees the request. */
  readonly sender: Aor;
  /** The To tag this server puts into its responses. */
  readonly toTag: string;
  answer(answer: Answer): void;
}

/** Why no final response will come; `unsendable`: the request could not even be written, a fault of ours. */
export type Lost = 'timeout' | 'flow-closed' | 'unsendable';

/** Outcome of a request this server sent. */
export type Sent = { readonly response: SipResponse } | { readonly lost: Lost };

/** Sends requests as a user agent client (NOTIFY, stored MESSAGE, OPTIONS). */
export interface Caller {
  /** `request` complete but for Via; goes out on `flow`. Never rejects. */
  request(request: SipRequest, flow: Flow): Promise<Sent>;
}

/** Where a device is now. */
export interface Binding {
  readonly aor: Aor;
  /** Contact URI as registered. */
  readonly contact: string;
  readonly instance: string | null;
  readonly flow: Flow | null;
  readonly expiresAt: number;
  /** q-value 0..1000 */
  readonly q: number;
  /** RFC 8599 parameters of the Contact, when it asked for push. */
  readonly push: { readonly provider: string; readonly prid: string; readonly param: string | null } | null;
}

/** Look-up side of the registrar. */
export interface Locations {
  bindings(aor: Aor): readonly Binding[];
  /** The live flow for a Contact URI or GRUU of this owner (a device keeps it across sockets); null when it is away. */
  flowFor(uri: string, owner: Aor): Flow | null;
  /** Called after each REGISTER that added or moved a binding. */
  onRegistered(listener: (aor: Aor, binding: Binding) => void): void;
  /** Called when a binding has gone: removed, expired, or its flow closed and it asked for no push. */
  onGone(listener: (aor: Aor, binding: Binding) => void): void;
  /** A push-only binding whose push service says it is no more (RFC 8030 §7.3: 404, 410). */
  forget(binding: Binding): void;
}

/** Handles requests of some methods addressed to this server (not proxied). */
export interface MethodHandler {
  readonly methods: readonly string[];
  /** Only for these addresses of the domain, before handlers for everybody. Absent: for the server and every person. */
  readonly serves?: (aor: Aor) => boolean;
  /** Option tags it understands in Require besides path, outbound and gruu (`eventlist`). */
  readonly supports?: readonly string[];
  /** Fields for the answer to OPTIONS (Allow-Events, Accept). */
  readonly advertises?: readonly Header[];
  handle(transaction: ServerTransaction): void | Promise<void>;
}

/** Who exists. */
export interface Users {
  exists(aor: Aor): boolean;
  /** Name as the directory has it; null for an unknown address. */
  name(aor: Aor): string | null;
}

/** The names this server answers to and what it writes of itself. */
export interface Domain {
  /** Lower case, as in every AOR. */
  readonly name: string;
  /** True for the domain and its aliases; `host` without port. */
  isOurs(host: string): boolean;
  /** AOR of a URI in our domain: user part canonical, parameters and port dropped, GRUUs resolved to their owner. Null otherwise. */
  aorOf(uri: string): Aor | null;
  /** Contact URI for dialogs this server is an end of (SUBSCRIBE): requests to it reach the method handlers. */
  readonly contact: string;
}

/** Why a sleeping device is being woken (RFC 8599 §4). */
interface WakeReason {
  readonly kind: 'call' | 'message';
  readonly from: Aor;
  readonly callId: string;
  /** The focus it was written to; absent between two. */
  readonly group?: Aor;
  /** Whom a call was for, when that is not the one who is woken. */
  readonly intended?: Aor;
  /** Push-only bindings of the person; never empty. */
  readonly bindings: readonly Binding[];
}

/** Sends push notifications. The proxy holds the INVITE, the message store the MESSAGE, until a device registers. */
export interface Wake {
  /** `pn-provider` values it serves; a REGISTER that asks for another gets 555. */
  readonly providers: readonly string[];
  /** Feature-Caps value for REGISTER answers to push contacts, `*;+sip.pns="webpush";+sip.vapid="…"`. */
  readonly featureCaps: string;
  wake(aor: Aor, reason: WakeReason): void;
  /** The held INVITE ended (answered, cancelled, timed out): a notification about it is out of date. */
  over(aor: Aor, callId: string): void;
}

/** What becomes of a call or message from one person to another. */
export interface Reached {
  /** `quiet`: they want no calls, and messages without a sound; `blocked`: as if they were offline. */
  readonly is: 'yes' | 'quiet' | 'blocked';
  /** The sender's at the target; `ask`: not decided yet. */
  readonly level: Newcomers;
  /** The target's own, as if a device of theirs were there. */
  readonly state: Availability;
  /** They appear offline: whatever is no call and no message would only find out that they are there. */
  readonly hidden?: boolean;
  /** On the telephone, as their devices say. */
  readonly isInCall?: boolean;
}

/** Who reaches whom, by the target's rules and state. Without one everybody reaches everybody. */
export interface Reach {
  decide(sender: Aor, target: Aor): Reached | Promise<Reached>;
}

/** A call that goes through the proxy. */
export interface ObservedCall {
  readonly request: SipRequest;
  readonly caller: Aor;
  readonly callee: Aor;
  /** False: the one called never hears of it, and must not read of it. */
  readonly reaches: boolean;
  /** The manager in whose name the caller, their delegate, calls. */
  readonly behalf?: Aor;
}

/** Told of calls, and of nothing a call depends on. */
export interface CallObserver {
  /** Gives what to do with the first final answer; `response` when a device gave it. */
  begun(call: ObservedCall): (status: number, isCancelled: boolean, response: SipResponse | null) => void;
  /** A BYE of one of its ends. */
  ended(callId: string, by: Aor): void;
}
