import { LIMITS as PARSER_LIMITS, parseMessage, type ParseFailure } from '../../protocol/sip-parser.ts';
import type { SipMessage } from '../../protocol/sip-message.ts';
import { makeResponse, writeMessage, writeOctets } from '../../protocol/sip-writer.ts';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type { Aor, Clock, Flow } from './contract.ts';
import { tokenBucket, type Limits } from './limits.ts';
import { watchLiveness, type Liveness } from './liveness.ts';

/** The part of a WebSocket a connection uses. */
export interface Wire {
  send(frame: string | Uint8Array): void;
  ping(): void;
  pong(data: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Octets not yet taken by the peer. */
  readonly buffered: number;
}

/** A flow as this side of the server knows it: with who proved a password on it, and its end. */
export interface Connection extends Flow {
  /** Whether the password was proved here within the hour that a registration lasts. */
  proved(aor: Aor): boolean;
  prove(aor: Aor): void;
  revoke(aor: Aor): void;
  /** False when the message cannot be written: a fault of ours, told in the log. */
  send(message: SipMessage): boolean;
  /** Returns the way to take it back. */
  onClosed(listener: () => void): () => void;
  /** A frame came in. */
  receive(frame: string | Uint8Array): void;
  /** A pong came in. */
  heard(): void;
  /** A ping came in. */
  pinged(data: Uint8Array): void;
  /** The socket is gone. */
  ended(): void;
}

export interface ConnectionOptions {
  readonly id: string;
  readonly address: string;
  readonly transport: Flow['transport'];
  readonly peer?: ReadonlySet<string>;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly onMessage: (message: SipMessage, connection: Connection) => void;
}

/** A proof outlives the longest registration a little: who keeps the rules is never asked twice. Milliseconds. */
const PROOF_LIFE = 3_900_000;

/** One peer's connection: frames in, messages out, and everything that bounds what it may use up. */
export function createConnection(options: ConnectionOptions): Connection {
  const { id, address, transport, wire, clock, limits, log } = options;
  const provedAt = new Map<Aor, number>();
  const closed = createListeners<[]>((error) => log.error('close-failed', { flow: id, error }));
  const allowed = tokenBucket(limits.rate, limits.burst, clock.now());
  let open = true;
  let user: Aor | null = null;
  let violations = 0;
  let lastViolation = -Infinity;
  let liveness: Liveness | null = null;
  /** Requests sent here that have not been answered: their answers cost the peer nothing. */
  let unanswered = 0;
  const stopWaiting = clock.after(limits.firstMessage, () => close(1008, 'No SIP message'));

  const ended = (): void => {
    if (!open) return;
    open = false;
    stopWaiting();
    liveness?.stop();
    closed.tell();
  };
  const close = (code: number, reason: string): void => {
    if (!open) return;
    log.info('connection-closed', { flow: id, code, reason });
    wire.close(code, reason);
    ended();
  };
  /** One a second at most, so that a single burst is not a flood. */
  const violate = (what: string): void => {
    if (Math.abs(clock.now() - lastViolation) < 1000) return;
    lastViolation = clock.now();
    violations += 1;
    log.warn('violation', { flow: id, address, what, count: violations });
    if (violations >= limits.violations) close(1008, what);
  };
  const refuse = (failure: ParseFailure): void => {
    if (failure.partial) {
      connection.send(
        makeResponse(failure.partial, { status: failure.status, reason: failure.reason, toTag: 'refused' }),
      );
    }
    if (!failure.partial || failure.status === 513) violate(failure.reason);
  };

  const connection: Connection = {
    id,
    address,
    transport,
    ...(options.peer !== undefined && { peer: options.peer }),
    get user() {
      return user;
    },
    get open() {
      return open;
    },
    get congested() {
      return wire.buffered > limits.slow;
    },
    proved: (aor) => Math.abs(clock.now() - (provedAt.get(aor) ?? -Infinity)) < PROOF_LIFE,
    prove(aor) {
      provedAt.set(aor, clock.now());
      user = aor;
    },
    revoke(aor) {
      provedAt.delete(aor);
      if (user === aor) user = null;
    },
    onClosed: (listener) => closed.add(listener),
    send(message) {
      if (!open) return true;
      try {
        put(message.binary ? writeOctets(message) : writeMessage(message));
        if (message.kind === 'request' && message.method !== 'ACK') unanswered += 1;
        return true;
      } catch (error) {
        log.error('unsendable', { flow: id, error });
        return false;
      }
    },
    close,
    heard: () => liveness?.heard(),
    pinged(data) {
      liveness?.heard();
      if (!open) return;
      // Pongs to somebody who does not read them fill the memory as messages do.
      if (allowed(clock.now()) && wire.buffered <= limits.slow) wire.pong(data);
      else violate('Too many pings');
    },
    ended,
    receive(frame) {
      if (!open) return;
      liveness?.heard();
      try {
        take(frame);
      } catch (error) {
        log.error('frame-failed', { flow: id, error });
      }
    },
  };
  const put = (frame: string | Uint8Array): void => {
    wire.send(frame);
    if (wire.buffered > limits.stuck) close(1013, 'Reads too slowly');
  };
  const take = (frame: string | Uint8Array): void => {
    if (unanswered > 0 && startsWith(frame, 'SIP/2.0 ')) unanswered -= 1;
    else if (!allowed(clock.now())) return overload(frame);
    if (frame.length <= 4) return isPing(frame) ? put('\r\n') : undefined;
    const parsed = parseMessage(frame, { ...PARSER_LIMITS, frame: sizeLimit(frame, limits) });
    if (!parsed.ok) return refuse(parsed);
    if (liveness === null) {
      stopWaiting();
      const { idle, pong } = limits;
      const dead = (): void => close(1001, 'No answer to a ping');
      liveness = watchLiveness({ clock, idle, pong, ping: () => wire.ping(), dead });
    }
    options.onMessage(parsed.message, connection);
  };
  /** Too fast: requests learn it (RFC 3261 §21.5.4), so that a well-meant one comes again. */
  const overload = (frame: string | Uint8Array): void => {
    violate('Too many messages');
    const parsed = parseMessage(frame, { ...PARSER_LIMITS, frame: limits.message });
    if (!parsed.ok || parsed.message.kind !== 'request' || parsed.message.method === 'ACK') return;
    const headers = [{ name: 'Retry-After', value: '2' }];
    connection.send(makeResponse(parsed.message, { status: 503, toTag: 'busy', headers }));
  };
  return connection;
}

/** RFC 5626 §3.5.1: a double CRLF is a ping and wants a single one. */
function isPing(frame: string | Uint8Array): boolean {
  return (typeof frame === 'string' ? frame : String.fromCharCode(...frame)) === '\r\n\r\n';
}

function sizeLimit(frame: string | Uint8Array, limits: Limits): number {
  return startsWith(frame, 'NOTIFY ') ? limits.notify : limits.message;
}

function startsWith(frame: string | Uint8Array, text: string): boolean {
  if (typeof frame === 'string') return frame.startsWith(text);
  return String.fromCharCode(...frame.subarray(0, text.length)) === text;
}
