import { LIMITS as PARSER_LIMITS, parseMessage, type ParseFailure } from '../../protocol/sip-parser.ts';
import type { SipMessage } from '../../protocol/sip-message.ts';
import { makeResponse, writeMessage, writeOctets } from '../../protocol/sip-writer.ts';
import type { Log } from '../log.ts';
import type { Aor, Clock, Flow } from './contract.ts';
import { tokenBucket, type Limits } from './limits.ts';

/** The part of a WebSocket a connection uses. */
export interface Wire {
  send(frame: string | Uint8Array): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** Octets not yet taken by the peer. */
  readonly buffered: number;
}

/** A flow as this side of the server knows it: with who proved a password on it, and its end. */
export interface Connection extends Flow {
  proved(aor: Aor): boolean;
  prove(aor: Aor): void;
  revoke(aor: Aor): void;
  onClosed(listener: () => void): void;
  /** A frame came in. */
  receive(frame: string | Uint8Array): void;
  /** A pong came in. */
  heard(): void;
  /** The socket is gone. */
  ended(): void;
}

export interface ConnectionOptions {
  readonly id: string;
  readonly address: string;
  readonly transport: 'WS' | 'WSS';
  readonly wire: Wire;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly onMessage: (message: SipMessage, connection: Connection) => void;
}

/** One peer's connection: frames in, messages out, and everything that bounds what it may use up. */
export function createConnection(options: ConnectionOptions): Connection {
  const { id, address, transport, wire, clock, limits, log } = options;
  const proved = new Set<Aor>();
  const closedListeners: (() => void)[] = [];
  const allowed = tokenBucket(limits.rate, limits.burst, clock.now());
  let open = true;
  let user: Aor | null = null;
  let lastHeard = clock.now();
  let violations = 0;
  let lastViolation = -Infinity;
  let valid = false;
  let calledOff = clock.after(limits.firstMessage, () => close(1008, 'No SIP message'));

  const watch = (): void => {
    const silent = clock.now() - lastHeard;
    if (silent >= limits.idle + limits.pong) return close(1001, 'No answer to a ping');
    const pinging = silent >= limits.idle;
    if (pinging) wire.ping();
    calledOff = clock.after(pinging ? limits.pong : limits.idle - silent, watch);
  };
  const ended = (): void => {
    if (!open) return;
    open = false;
    calledOff();
    for (const listener of closedListeners) listener();
  };
  const close = (code: number, reason: string): void => {
    if (!open) return;
    log.info('connection-closed', { flow: id, code, reason });
    wire.close(code, reason);
    ended();
  };
  /** One a second at most, so that a single burst is not a flood. */
  const violate = (what: string): void => {
    if (clock.now() - lastViolation < 1000) return;
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
    get user() {
      return user;
    },
    get open() {
      return open;
    },
    get congested() {
      return wire.buffered > limits.slow;
    },
    proved: (aor) => proved.has(aor),
    prove(aor) {
      proved.add(aor);
      user = aor;
    },
    revoke(aor) {
      proved.delete(aor);
      if (user === aor) user = null;
    },
    onClosed: (listener) => void closedListeners.push(listener),
    send(message) {
      if (!open) return;
      wire.send(message.binary ? writeOctets(message) : writeMessage(message));
      if (wire.buffered > limits.stuck) close(1013, 'Reads too slowly');
    },
    close,
    heard() {
      lastHeard = clock.now();
    },
    ended,
    receive(frame) {
      if (!open) return;
      lastHeard = clock.now();
      if (frame.length <= 4) return keepAlive(frame, wire);
      if (!allowed(lastHeard)) return overload(frame);
      const parsed = parseMessage(frame, { ...PARSER_LIMITS, frame: sizeLimit(frame, limits) });
      if (!parsed.ok) return refuse(parsed);
      if (!valid) {
        valid = true;
        calledOff();
        watch();
      }
      options.onMessage(parsed.message, connection);
    },
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
function keepAlive(frame: string | Uint8Array, wire: Wire): void {
  const text = typeof frame === 'string' ? frame : String.fromCharCode(...frame);
  if (text === '\r\n\r\n') wire.send('\r\n');
}

function sizeLimit(frame: string | Uint8Array, limits: Limits): number {
  const start = typeof frame === 'string' ? frame.slice(0, 7) : String.fromCharCode(...frame.subarray(0, 7));
  return start === 'NOTIFY ' ? limits.notify : limits.message;
}
