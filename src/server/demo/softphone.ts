/**
 * A small user agent over SIP on WebSocket for the demo colleagues: what RFC 3261 asks of one that always talks to the
 * same proxy on the same connection. Requests are answered or time out, challenges are answered once, incoming
 * requests go to one handler.
 */
import { WebSocket } from 'ws';
import { answerChallenge, challengesOf, chooseChallenges, ha1 } from '../../protocol/digest.ts';
import { parseMessage } from '../../protocol/sip-parser.ts';
import type { Header, NameAddr, SipRequest, SipResponse, Via } from '../../protocol/sip-message.ts';
import { makeRequest, makeResponse, writeMessage, type ResponseParts } from '../../protocol/sip-writer.ts';

export interface SoftphoneOptions {
  /** `ws://127.0.0.1:8080/sip` */
  readonly address: string;
  readonly aor: string;
  readonly displayName: string;
  readonly username: string;
  readonly password: string;
  readonly origin: string;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly uri: string;
  readonly to?: NameAddr;
  readonly from?: NameAddr;
  readonly callId?: string;
  readonly seq?: number;
  readonly headers?: readonly Header[];
  readonly contentType?: string;
  readonly body?: string;
}

/** A request on its way. `answered` gives the final response, or null when the line broke or nobody answered. */
export interface Sending {
  readonly request: SipRequest;
  readonly answered: Promise<SipResponse | null>;
}

interface Pending {
  readonly settle: (response: SipResponse | null) => void;
  readonly onProgress: ((response: SipResponse) => void) | undefined;
}

/** Nobody waits longer than Timer B (RFC 3261 §17.1.1.2), except for a telephone that rings. */
const PATIENCE_MS = 32_000;
const RINGING_MS = 60_000;

export class Softphone {
  readonly aor: string;
  readonly displayName: string;
  readonly contact: string;
  readonly #options: SoftphoneOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #instance = `<urn:uuid:${crypto.randomUUID()}>`;
  readonly #registrationId = crypto.randomUUID();
  #registrationSeq = 0;
  #socket: WebSocket | null = null;
  #closed = false;
  #refresh: NodeJS.Timeout | null = null;

  /** Incoming requests, ACK among them. The handler answers through `respond`. */
  onRequest: (request: SipRequest) => void = () => undefined;
  onRegistered: () => void = () => undefined;

  constructor(options: SoftphoneOptions) {
    this.#options = options;
    this.aor = options.aor;
    this.displayName = options.displayName;
    this.contact = `sip:${options.username}@${crypto.randomUUID().slice(0, 12)}.invalid;transport=ws`;
  }

  /** Opens the line and keeps it open until `close`. */
  open(): void {
    const socket = new WebSocket(this.#options.address, 'sip', { origin: this.#options.origin });
    this.#socket = socket;
    socket.on('open', () => void this.#register());
    socket.on('message', (data) => this.#take(String(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { settle } of [...this.#pending.values()]) settle(null);
      if (!this.#closed) this.#refresh = setTimeout(() => this.open(), 1_000 + Math.random() * 1_000);
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#refresh) clearTimeout(this.#refresh);
    this.#socket?.close();
  }

  /** Sends a request and answers one round of challenges. */
  send(outgoing: OutgoingRequest, onProgress?: (response: SipResponse) => void): Sending {
    const first = this.#build(outgoing, []);
    return { request: first, answered: this.#authenticated(first, outgoing, onProgress) };
  }

  /** Sends as it is, without waiting: ACK. */
  sendOnly(outgoing: OutgoingRequest): void {
    this.#write(this.#build(outgoing, []));
  }

  respond(request: SipRequest, parts: ResponseParts): void {
    this.#write(makeResponse(request, parts));
  }

  get address(): NameAddr {
    return { display: this.displayName, uri: this.aor, params: new Map() };
  }

  async #authenticated(
    first: SipRequest,
    outgoing: OutgoingRequest,
    onProgress?: (response: SipResponse) => void,
  ): Promise<SipResponse | null> {
    const answer = await this.#transact(first, onProgress);
    if (answer?.status !== 401 && answer?.status !== 407) return answer;
    const { username, password } = this.#options;
    const chosen = chooseChallenges(challengesOf(answer), () => true);
    const credentials = chosen.map((challenge) =>
      answerChallenge(challenge, {
        username,
        ha1: ha1(challenge.algorithm, username, challenge.realm, password),
        method: first.method,
        uri: first.uri,
        body: first.body,
        cnonce: crypto.randomUUID().slice(0, 8),
        count: 1,
      }),
    );
    if (credentials.length === 0) return answer;
    const { callId, from } = first;
    return this.#transact(
      this.#build({ ...outgoing, callId, from, seq: first.cseq.seq + 1 }, credentials),
      onProgress,
    );
  }

  #build(outgoing: OutgoingRequest, credentials: readonly Header[]): SipRequest {
    const { method, uri, headers = [], contentType, body } = outgoing;
    const via: Via = {
      transport: 'WS',
      host: 'colleague.invalid',
      port: null,
      params: new Map([['branch', `z9hG4bK${crypto.randomUUID().slice(0, 13)}`]]),
    };
    return makeRequest({
      method,
      uri,
      from: outgoing.from ?? { ...this.address, params: new Map([['tag', crypto.randomUUID().slice(0, 8)]]) },
      to: outgoing.to ?? { display: '', uri, params: new Map() },
      callId: outgoing.callId ?? crypto.randomUUID(),
      seq: outgoing.seq ?? 1,
      vias: [via],
      headers: [...headers, ...credentials],
      ...(contentType === undefined ? {} : { contentType }),
      ...(body === undefined ? {} : { body }),
    });
  }

  #transact(request: SipRequest, onProgress?: (response: SipResponse) => void): Promise<SipResponse | null> {
    const key = transactionKey(request);
    return new Promise((resolve) => {
      const patience = request.method === 'INVITE' ? RINGING_MS : PATIENCE_MS;
      const timer = setTimeout(() => settle(null), patience);
      const settle = (response: SipResponse | null) => {
        clearTimeout(timer);
        this.#pending.delete(key);
        resolve(response);
      };
      this.#pending.set(key, { settle, onProgress });
      if (!this.#write(request)) settle(null);
    });
  }

  #write(message: SipRequest | SipResponse): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(writeMessage(message));
    return true;
  }

  #take(text: string): void {
    if (text.trim() === '') return;
    const parsed = parseMessage(text);
    if (!parsed.ok) return;
    const { message } = parsed;
    if (message.kind === 'request') {
      this.onRequest(message);
      return;
    }
    const pending = this.#pending.get(transactionKey(message));
    if (message.status < 200) pending?.onProgress?.(message);
    else {
      if (message.cseq.method === 'INVITE' && message.status >= 300) this.#acknowledge(message);
      pending?.settle(message);
    }
  }

  /** The ACK of a refusal belongs to the transaction: same branch, same Request-URI (RFC 3261 §17.1.1.3). */
  #acknowledge(response: SipResponse): void {
    const { vias, from, to, callId, cseq } = response;
    this.#write(
      makeRequest({ method: 'ACK', uri: to.uri, vias: vias.slice(0, 1), from, to, callId, seq: cseq.seq }),
    );
  }

  async #register(): Promise<void> {
    const { answered } = this.send({
      method: 'REGISTER',
      uri: `sip:${this.aor.split('@')[1] ?? ''}`,
      to: { display: '', uri: this.aor, params: new Map() },
      callId: this.#registrationId,
      seq: (this.#registrationSeq += 2),
      headers: [
        { name: 'Contact', value: `<${this.contact}>;+sip.instance="${this.#instance}";expires=600` },
        { name: 'Supported', value: 'path, gruu' },
      ],
    });
    const answer = await answered;
    if (this.#closed) return;
    if (answer?.status === 200) this.onRegistered();
    // A refusal or a lost answer is tried again, far more slowly than a refresh would be urgent.
    this.#refresh = setTimeout(() => void this.#register(), answer?.status === 200 ? 400_000 : 20_000);
  }
}

function transactionKey(message: SipRequest | SipResponse): string {
  return `${message.vias[0]?.params.get('branch') ?? ''} ${message.cseq.method}`;
}
