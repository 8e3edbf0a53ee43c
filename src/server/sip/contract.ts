/** The seams of the server's SIP side: what transports, the transaction layer and the method handlers offer. */
import type { Header, SipMessage, SipRequest, SipResponse } from '../../protocol/sip-message.ts';

/** `sip:user@domain`, canonical. */
export type Aor = string;

/** One connection a peer speaks SIP on. Responses go back on it and nowhere else. */
export interface Flow {
  readonly id: string;
  readonly address: string;
  readonly transport: 'WS' | 'WSS';
  /** The user who last proved a password on this flow; null before. */
  readonly user: Aor | null;
  readonly open: boolean;
  /** Drops silently when closed. */
  send(message: SipMessage): void;
  close(code: number, reason: string): void;
}

/** Time, chance and timers passed in, so that a simulation can own them. Times in milliseconds. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): () => void;
  /** 0 <= x < 1 */
  random(): number;
}

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

/** Outcome of a request this server sent: a final response, or none in time / flow gone. */
export type Sent = { readonly response: SipResponse } | { readonly lost: 'timeout' | 'flow-closed' };

/** Sends requests as a user agent client (NOTIFY, stored MESSAGE, OPTIONS). */
export interface Caller {
  /** `request` complete but for Via; goes out on `flow`. */
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
  /** The live flow for a Contact URI or GRUU of ours (a device keeps it across sockets); null when it is away. */
  flowFor(uri: string): Flow | null;
  /** Called after each REGISTER that added or moved a binding. */
  onRegistered(listener: (aor: Aor, binding: Binding) => void): void;
}

/** Handles requests of some methods addressed to this server (not proxied). */
export interface MethodHandler {
  readonly methods: readonly string[];
  handle(transaction: ServerTransaction): void | Promise<void>;
}

/** Who exists. */
export interface Users {
  exists(aor: Aor): boolean;
}
