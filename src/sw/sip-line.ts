/** A short-lived SIP line for the service worker: one socket, requests answered or given up, one round of digest. */
import { answerChallenge, challengesOf, chooseChallenges, type Algorithm } from '../protocol/digest.ts';
import { parseMessage } from '../protocol/sip-parser.ts';
import type { SipRequest, SipResponse } from '../protocol/sip-message.ts';
import { makeRequest, makeResponse, writeMessage, type RequestParts } from '../protocol/sip-writer.ts';

export interface LineSecret {
  readonly username: string;
  ha1(realm: string, algorithm: Algorithm): string | null;
}

export class SipLine {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (response: SipResponse | null) => void>();
  onRequest: (request: SipRequest) => void = () => undefined;
  /** Told once: the socket is gone, or the time is over. Whoever waits for an answer gets null before. */
  onClosed: () => void = () => undefined;
  #isOver = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = (event: MessageEvent<unknown>) => this.#take(event.data);
    socket.onclose = () => this.#end();
  }

  /** Null when nobody answers at that address. `over` ends the line wherever it stands. */
  static open(address: string, over: AbortSignal): Promise<SipLine | null> {
    return new Promise((resolve) => {
      if (over.aborted) return resolve(null);
      const socket = new WebSocket(address, 'sip');
      let line: SipLine | null = null;
      socket.onopen = () => resolve((line = new SipLine(socket)));
      socket.onerror = () => resolve(null);
      over.addEventListener('abort', () => {
        resolve(null);
        line?.close();
        socket.close();
      });
    });
  }

  /** Sends a request and, when challenged, once more with credentials. Null: they cannot be made, or no answer came. */
  async ask(parts: Omit<RequestParts, 'vias'>, secret: LineSecret): Promise<SipResponse | null> {
    const first = await this.#send(parts);
    if (first?.status !== 401 && first?.status !== 407) return first;
    const chosen = chooseChallenges(
      challengesOf(first),
      (realm, algorithm) => secret.ha1(realm, algorithm) !== null,
    );
    const credentials = chosen.map((challenge) =>
      answerChallenge(challenge, {
        username: secret.username,
        ha1: secret.ha1(challenge.realm, challenge.algorithm) ?? '',
        method: parts.method,
        uri: parts.uri,
        body: parts.body ?? '',
        cnonce: crypto.randomUUID().slice(0, 8),
        count: 1,
      }),
    );
    if (credentials.length === 0) return null;
    return this.#send({ ...parts, seq: parts.seq + 1, headers: [...(parts.headers ?? []), ...credentials] });
  }

  respond(request: SipRequest, status: number, toTag: string): void {
    if (!this.#isOver) this.#socket.send(writeMessage(makeResponse(request, { status, toTag })));
  }

  close(): void {
    this.#socket.close();
    // The other side may take its time to close, too.
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const answer of this.#waiting.values()) answer(null);
    this.#waiting.clear();
    this.onClosed();
  }

  #send(parts: Omit<RequestParts, 'vias'>): Promise<SipResponse | null> {
    if (this.#isOver) return Promise.resolve(null);
    const branch = `z9hG4bK${crypto.randomUUID().slice(0, 13)}`;
    const params = new Map([['branch', branch]]);
    const via = {
      transport: this.#socket.url.startsWith('wss:') ? 'WSS' : 'WS',
      host: 'sw.invalid',
      port: null,
      params,
    };
    return new Promise((resolve) => {
      this.#waiting.set(branch, resolve);
      this.#socket.send(writeMessage(makeRequest({ ...parts, vias: [via] })));
    });
  }

  #take(data: unknown): void {
    if (typeof data !== 'string' || data.trim() === '') return;
    const parsed = parseMessage(data);
    if (!parsed.ok) return;
    const { message } = parsed;
    if (message.kind === 'request') {
      this.onRequest(message);
      return;
    }
    const branch = message.vias[0]?.params.get('branch') ?? '';
    if (message.status < 200) return;
    this.#waiting.get(branch)?.(message);
    this.#waiting.delete(branch);
  }
}
