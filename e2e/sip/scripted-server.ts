/** A server in memory that does what a test tells it: raw SIP in, raw SIP out, sockets that close or fall silent. */
import { parseMessage } from '../../src/protocol/sip-parser.ts';
import type { SipRequest, SipResponse } from '../../src/protocol/sip-message.ts';
import { makeResponse, writeMessage, type ResponseParts } from '../../src/protocol/sip-writer.ts';
import type { Clock, MediaPort, Socket } from '../../src/sip/contract.ts';

/** Time by the timers of the test run, chance by a seed. */
export function testClock(seed = 1): Clock {
  let state = seed;
  return {
    now: () => Date.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    random: () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    },
  };
}

export class ServerSocket implements Socket {
  onopen: (() => void) | null = null;
  onclose: ((code: number, reason: string) => void) | null = null;
  onmessage: ((data: string | ArrayBuffer) => void) | null = null;
  bufferedAmount = 0;
  closedByClient = false;
  /** Half-open: nothing arrives any more, in either direction. */
  silent = false;
  readonly #server: ScriptedServer;

  constructor(server: ScriptedServer) {
    this.#server = server;
  }

  send(text: string): void {
    if (!this.silent) this.#server.received(this, text);
  }

  close(): void {
    this.closedByClient = true;
  }

  /** To the client. */
  deliver(text: string): void {
    if (!this.silent) this.onmessage?.(text);
  }

  cut(code = 1006): void {
    this.onclose?.(code, '');
  }
}

export class ScriptedServer {
  readonly sockets: ServerSocket[] = [];
  readonly requests: SipRequest[] = [];
  readonly responses: SipResponse[] = [];
  /** Addresses that refuse the connection. */
  readonly refusing = new Set<string>();
  /** Addresses where nothing ever happens. */
  readonly hanging = new Set<string>();
  readonly opened: string[] = [];
  answersCrlf = true;
  pings = 0;
  /** Return true when the request was dealt with; otherwise the default answer goes out. */
  script: (request: SipRequest, socket: ServerSocket) => boolean = () => false;
  onResponse: (response: SipResponse, socket: ServerSocket) => void = () => undefined;
  #branch = 0;

  readonly openSocket = (address: string): Socket => {
    this.opened.push(address);
    const socket = new ServerSocket(this);
    this.sockets.push(socket);
    if (this.hanging.has(address)) return socket;
    setTimeout(() => (this.refusing.has(address) ? socket.onclose?.(1006, '') : socket.onopen?.()), 1);
    return socket;
  };

  get socket(): ServerSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket yet');
    return socket;
  }

  sent(method: string): SipRequest[] {
    return this.requests.filter((request) => request.method === method);
  }

  last(method: string): SipRequest {
    const request = this.sent(method).at(-1);
    if (!request) throw new Error(`no ${method} was sent`);
    return request;
  }

  received(socket: ServerSocket, text: string): void {
    if (text === '\r\n\r\n') {
      this.pings++;
      if (this.answersCrlf) setTimeout(() => socket.deliver('\r\n'), 1);
      return;
    }
    const parsed = parseMessage(text);
    if (!parsed.ok) throw new Error(`the client sent what cannot be read: ${parsed.reason}\n${text}`);
    const { message } = parsed;
    if (message.kind === 'response') {
      this.responses.push(message);
      this.onResponse(message, socket);
      return;
    }
    this.requests.push(message);
    if (this.script(message, socket)) return;
    if (message.method === 'REGISTER') this.answer(message, registered(message), socket);
    else if (message.method !== 'ACK') this.answer(message, { status: 200 }, socket);
  }

  answer(request: SipRequest, parts: ResponseParts, socket = this.socket): void {
    const text = writeMessage(makeResponse(request, { toTag: 'server', ...parts }));
    setTimeout(() => socket.deliver(text), 1);
  }

  /** A request to the client; `fields` are whole header lines that come after Via. Returns its branch. */
  ask(start: string, fields: readonly string[], body = '', socket = this.socket): string {
    const branch = `z9hG4bKs${++this.#branch}`;
    const via = `Via: SIP/2.0/WS server.example;branch=${branch}`;
    const size = new TextEncoder().encode(body).length;
    socket.deliver([`${start} SIP/2.0`, via, ...fields, `Content-Length: ${size}`, '', body].join('\r\n'));
    return branch;
  }
}

/** 200 to a REGISTER with the binding it asked for. */
export function registered(request: SipRequest, expires = 600): ResponseParts {
  const contact = request.headers.find((field) => field.name === 'Contact')?.value ?? '';
  return {
    status: 200,
    headers: [
      { name: 'Contact', value: `${contact};expires=${expires}` },
      { name: 'Date', value: new Date(Date.now()).toUTCString() },
    ],
  };
}

/** Media that agree to everything and keep count. */
export class FakeMedia implements MediaPort {
  readonly said: string[] = [];
  closed = 0;
  #generation = 0;
  offer = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
  getDescription(options: { video: boolean; iceRestart: boolean }): Promise<string> {
    this.said.push(`get${options.video ? ' video' : ''}${options.iceRestart ? ' restart' : ''}`);
    return Promise.resolve(`${this.offer}a=ice-ufrag:u${++this.#generation}\r\n`);
  }
  setDescription(): Promise<void> {
    this.said.push('set');
    return Promise.resolve();
  }
  rollback(): Promise<void> {
    this.said.push('rollback');
    return Promise.resolve();
  }
  sendDtmf(): Promise<void> {
    return Promise.resolve();
  }
  close(): void {
    this.closed++;
  }
}
