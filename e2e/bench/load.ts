/**
 * The load generator: people over SIP on WebSocket whose credentials go ahead, once the server has named a nonce. It
 * knows no server's ways; both get the same requests at the same pace.
 */
import { WebSocket } from 'ws';
import {
  answerChallenge,
  challengesOf,
  chooseChallenges,
  ha1,
  type Challenge,
} from '../../src/protocol/digest.ts';
import { header, type Header, type SipRequest, type SipResponse } from '../../src/protocol/sip-message.ts';
import { parseMessage } from '../../src/protocol/sip-parser.ts';
import { makeRequest, makeResponse, writeMessage } from '../../src/protocol/sip-writer.ts';

const PATIENCE = 10_000;
const NO_PARAMS: ReadonlyMap<string, string | null> = new Map();

/** One WebSocket. Requests that come in are counted and answered with 200. */
export class Line {
  readonly contactHost = `${crypto.randomUUID().slice(0, 12)}.invalid`;
  /** Requests that came in, by method. */
  readonly taken = new Map<string, number>();
  readonly #socket: WebSocket;
  readonly #pending = new Map<string, (response: SipResponse | null) => void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#take(String(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const settle of [...this.#pending.values()]) settle(null);
    });
  }

  /** `from`: the loopback address to come from, since a server bounds the connections of one. */
  static open(address: string, from: string): Promise<Line> {
    const origin = address.replace(/^ws/, 'http').replace(/\/sip$/, '');
    const socket = new WebSocket(address, 'sip', { origin, localAddress: from, perMessageDeflate: false });
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new Line(socket)));
      socket.once('error', reject);
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** The final response, or null when none came. */
  transact(request: SipRequest): Promise<SipResponse | null> {
    const key = request.vias[0]?.params.get('branch') ?? '';
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), PATIENCE);
      const settle = (response: SipResponse | null): void => {
        clearTimeout(timer);
        this.#pending.delete(key);
        resolve(response);
      };
      this.#pending.set(key, settle);
      this.#socket.send(writeMessage(request));
    });
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string): void {
    const parsed = text.trim() === '' ? null : parseMessage(text);
    if (!parsed?.ok) return;
    const { message } = parsed;
    if (message.kind === 'response') {
      if (message.status >= 200) this.#pending.get(message.vias[0]?.params.get('branch') ?? '')?.(message);
      return;
    }
    this.taken.set(message.method, (this.taken.get(message.method) ?? 0) + 1);
    if (message.method !== 'ACK') this.#socket.send(writeMessage(makeResponse(message, { status: 200 })));
  }
}

export interface Outgoing {
  readonly method: string;
  readonly uri: string;
  readonly headers?: readonly Header[];
  readonly contentType?: string;
  readonly body?: string;
}

interface Nonce {
  readonly challenge: Challenge;
  readonly cnonce: string;
  count: number;
}

/** One person on a line. */
export class LoadUser {
  readonly aor: string;
  readonly name: string;
  readonly line: Line;
  readonly #domain: string;
  readonly #password: string;
  /** What REGISTER and what other requests were last challenged with. */
  readonly #nonces = { register: [] as Nonce[], other: [] as Nonce[] };
  readonly #instance = crypto.randomUUID();
  readonly #registration = crypto.randomUUID();
  readonly #tag = crypto.randomUUID().slice(0, 8);
  readonly #hashes = new Map<string, string>();
  #seq = 0;
  #branch = 0;
  #etag: string | undefined;

  constructor(line: Line, name: string, domain: string, password: string) {
    this.line = line;
    this.name = name;
    this.#domain = domain;
    this.#password = password;
    this.aor = `sip:${name}@${domain}`;
  }

  get contact(): string {
    return `sip:${this.name}@${this.line.contactHost};transport=ws`;
  }

  register(): Promise<number> {
    return this.send({
      method: 'REGISTER',
      uri: `sip:${this.#domain}`,
      headers: [
        { name: 'Contact', value: `<${this.contact}>;+sip.instance="<urn:uuid:${this.#instance}>";reg-id=1` },
        { name: 'Expires', value: '600' },
        { name: 'Supported', value: 'path, outbound, gruu' },
      ],
    });
  }

  message(to: LoadUser, body: string): Promise<number> {
    return this.send({ method: 'MESSAGE', uri: to.aor, contentType: 'text/plain', body });
  }

  subscribe(to: string): Promise<number> {
    return this.send({
      method: 'SUBSCRIBE',
      uri: to,
      headers: [
        { name: 'Event', value: 'presence' },
        { name: 'Accept', value: 'application/pidf+xml' },
        { name: 'Expires', value: '3600' },
        { name: 'Contact', value: `<${this.contact}>` },
      ],
    });
  }

  /** Publishes a document in the place of the one before (RFC 3903 §4.3). */
  async publish(body: string): Promise<number> {
    const headers = [
      { name: 'Event', value: 'presence' },
      { name: 'Expires', value: '3600' },
      ...(this.#etag === undefined ? [] : [{ name: 'SIP-If-Match', value: this.#etag }]),
    ];
    const contentType = 'application/pidf+xml';
    const answer = await this.#ask({ method: 'PUBLISH', uri: this.aor, headers, contentType, body });
    this.#etag = answer && answer.status < 300 ? header(answer, 'SIP-ETag') : undefined;
    return answer?.status ?? 0;
  }

  /** The final status; 0 when nothing came. */
  async send(outgoing: Outgoing): Promise<number> {
    return (await this.#ask(outgoing))?.status ?? 0;
  }

  async #ask(outgoing: Outgoing): Promise<SipResponse | null> {
    const isRegister = outgoing.method === 'REGISTER';
    const callId = isRegister ? this.#registration : crypto.randomUUID();
    const kind = isRegister ? 'register' : 'other';
    const answer = await this.line.transact(this.#build(outgoing, callId, this.#nonces[kind]));
    if (answer?.status !== 401 && answer?.status !== 407) return answer;
    const chosen = chooseChallenges(challengesOf(answer), () => true);
    this.#nonces[kind] = chosen.map((challenge) => ({
      challenge,
      cnonce: crypto.randomUUID().slice(0, 8),
      count: 0,
    }));
    return this.line.transact(this.#build(outgoing, callId, this.#nonces[kind]));
  }

  #build(outgoing: Outgoing, callId: string, nonces: readonly Nonce[]): SipRequest {
    const { method, uri, headers = [], contentType, body } = outgoing;
    const credentials = nonces.map((nonce) => {
      nonce.count += 1;
      const { challenge, cnonce, count } = nonce;
      return answerChallenge(challenge, {
        username: this.name,
        ha1: this.#hash(challenge),
        method,
        uri,
        body: body ?? '',
        cnonce,
        count,
      });
    });
    const branch = `z9hG4bK${this.#tag}${(this.#branch += 1).toString(36)}`;
    return makeRequest({
      method,
      uri,
      from: { display: '', uri: this.aor, params: new Map([['tag', this.#tag]]) },
      to: { display: '', uri: method === 'REGISTER' ? this.aor : uri, params: NO_PARAMS },
      callId,
      seq: (this.#seq += 1),
      vias: [
        { transport: 'WS', host: this.line.contactHost, port: null, params: new Map([['branch', branch]]) },
      ],
      headers: [...headers, ...credentials],
      ...(contentType === undefined ? {} : { contentType }),
      ...(body === undefined ? {} : { body }),
    });
  }

  #hash({ algorithm, realm }: Challenge): string {
    const key = `${algorithm} ${realm}`;
    let known = this.#hashes.get(key);
    if (known === undefined) {
      known = ha1(algorithm, this.name, realm, this.#password);
      this.#hashes.set(key, known);
    }
    return known;
  }
}

/** Runs `turn` again and again until `until`, at most `rate` times a second, never two at once. Resolves to its successes. */
export async function pace(until: number, rate: number, turn: () => Promise<boolean>): Promise<number> {
  let done = 0;
  // Everybody starts at another moment, as people do.
  let next = performance.now() + (Math.random() * 1000) / rate;
  while (next < until) {
    const wait = next - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (await turn()) done += 1;
    next = Math.max(next + 1000 / rate, performance.now());
  }
  return done;
}
