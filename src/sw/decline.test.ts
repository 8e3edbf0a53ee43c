/*
 * worker ---REGISTER-------------------> server
 *        <--401------------------------
 *        ---REGISTER, Authorization---->
 *        <--200------------------------
 *        <--INVITE (held for this device)
 *        ---603------------------------>
 *        <--ACK------------------------        declined
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formatChallenge, ha1, parseCredentials } from '../protocol/digest.ts';
import { header, type SipMessage, type SipRequest } from '../protocol/sip-message.ts';
import { parseMessage } from '../protocol/sip-parser.ts';
import { makeRequest, makeResponse, writeMessage, type ResponseParts } from '../protocol/sip-writer.ts';
import { declineOn, type Decliner } from './decline.ts';
import { SipLine } from './sip-line.ts';

const ADDRESS = 'wss://sip.x.test/ws';
const CALL = 'held-call';
const ben: Decliner = {
  aor: 'sip:ben@x.test',
  instance: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  push: ';pn-provider=webpush;pn-prid=https%3A%2F%2Fpush.test%2F1',
  secret: {
    username: 'ben',
    ha1: (realm, algorithm) => (realm === 'x.test' ? ha1(algorithm, 'ben', realm, 'secret') : null),
  },
};

/** The socket of a server that a test plays. */
class FakeSocket {
  static last: FakeSocket;
  readonly url: string;
  readonly received: SipMessage[] = [];
  onopen = (): void => undefined;
  onerror = (): void => undefined;
  onclose = (): void => undefined;
  onmessage: (event: { data: unknown }) => void = () => undefined;
  onreceived: (message: SipMessage) => void = () => undefined;
  isClosed = false;

  constructor(url: string) {
    this.url = url;
    FakeSocket.last = this;
  }
  send(text: string): void {
    const parsed = parseMessage(text);
    if (!parsed.ok) throw new Error(parsed.reason);
    this.received.push(parsed.message);
    queueMicrotask(() => this.onreceived(parsed.message));
  }
  close(): void {
    this.isClosed = true;
  }
  answer(request: SipRequest, parts: ResponseParts): void {
    this.onmessage({ data: writeMessage(makeResponse(request, parts)) });
  }
  ask(method: string, callId = CALL): void {
    const ana = { display: '', uri: 'sip:ana@x.test', params: new Map([['tag', 'a']]) };
    const via = { transport: 'WSS', host: 'x.test', port: null, params: new Map([['branch', 'z9hG4bK1']]) };
    const parts = { vias: [via], from: ana, to: { ...ana, uri: ben.aor, params: new Map<string, string>() } };
    this.onmessage({
      data: writeMessage(makeRequest({ ...parts, method, uri: 'sip:ben@sw.invalid', callId, seq: 1 })),
    });
  }
}

beforeEach(() => void vi.stubGlobal('WebSocket', FakeSocket));
afterEach(() => void vi.unstubAllGlobals());

async function opened(over = new AbortController()): Promise<{ line: SipLine; socket: FakeSocket }> {
  const opening = SipLine.open(ADDRESS, over.signal);
  const socket = FakeSocket.last;
  socket.onopen();
  const line = await opening;
  if (!line) throw new Error('no line');
  return { line, socket };
}

/** Plays the registrar; `then` runs once it said 200. */
function registrar(socket: FakeSocket, then: () => void, realm = 'x.test'): void {
  const value = formatChallenge({
    ...{ realm, nonce: 'n1', algorithm: 'SHA-256', qop: ['auth'], opaque: '', stale: false },
  });
  socket.onreceived = (message) => {
    if (message.kind !== 'request') return;
    if (header(message, 'Authorization') !== undefined) {
      socket.answer(message, { status: 200, toTag: 'r' });
      then();
    } else
      socket.answer(message, { status: 401, toTag: 'r', headers: [{ name: 'WWW-Authenticate', value }] });
  };
}

const said = (socket: FakeSocket): string[] =>
  socket.received.map((message) =>
    message.kind === 'request'
      ? message.method
      : `${message.status} ${message.cseq.method} ${message.callId}`,
  );

test('registers as this device, answers the held call with 603, and leaves the line', async () => {
  const { line, socket } = await opened();
  registrar(socket, () => {
    socket.ask('INVITE', 'somebody-else');
    socket.ask('MESSAGE', 'letter');
    socket.ask('ACK', 'somebody-else');
    socket.ask('INVITE');
    socket.ask('ACK');
  });
  expect(await declineOn(line, ben, CALL)).toBe(true);
  expect(said(socket)).toEqual([
    'REGISTER',
    'REGISTER',
    '480 INVITE somebody-else',
    '480 MESSAGE letter',
    `603 INVITE ${CALL}`,
  ]);
  const [first, second] = socket.received;
  if (!first || !second) throw new Error('nothing was sent');
  expect(header(second, 'Contact')).toBe(
    `<sip:ben@sw.invalid;transport=ws${ben.push}>;+sip.instance="<${ben.instance}>";reg-id=1;expires=120`,
  );
  expect(parseCredentials(header(second, 'Authorization') ?? '')).toMatchObject({
    ...{ username: 'ben', realm: 'x.test', uri: 'sip:x.test', nonce: 'n1', count: 1 },
  });
  expect([second.callId, second.cseq.seq]).toEqual([first.callId, first.cseq.seq + 1]);
  expect(second.vias[0]?.transport).toBe('WSS');
  expect(socket.isClosed).toBe(true);
});

test('a call that is given up meanwhile needs no decline', async () => {
  const { line, socket } = await opened();
  registrar(socket, () => socket.ask('CANCEL'));
  expect(await declineOn(line, ben, CALL)).toBe(true);
  expect(said(socket).at(-1)).toBe(`200 CANCEL ${CALL}`);
});

test('a realm without a key, a refusal and a second challenge decline nothing', async () => {
  const foreign = await opened();
  registrar(foreign.socket, () => undefined, 'evil.test');
  expect(await declineOn(foreign.line, ben, CALL)).toBe(false);
  expect(said(foreign.socket)).toEqual(['REGISTER']);
  const refused = await opened();
  refused.socket.onreceived = (message) => {
    if (message.kind === 'request') refused.socket.answer(message, { status: 403, toTag: 'r' });
  };
  expect(await declineOn(refused.line, ben, CALL)).toBe(false);
  expect([foreign, refused].map(({ socket }) => socket.isClosed)).toEqual([true, true]);
});

test.each(['before the answer to REGISTER', 'after it'])('a socket lost %s ends it', async (when) => {
  const { line, socket } = await opened();
  if (when === 'after it') registrar(socket, () => socket.onclose());
  else socket.onreceived = () => socket.onclose();
  expect(await declineOn(line, ben, CALL)).toBe(false);
});

test('when the time is over nothing waits any longer: not the opening, not the answer, not the call', async () => {
  const slow = new AbortController();
  const opening = SipLine.open(ADDRESS, slow.signal);
  slow.abort();
  expect(await opening).toBeNull();
  expect(await SipLine.open(ADDRESS, slow.signal)).toBeNull();
  const silent = new AbortController();
  const { line, socket } = await opened(silent);
  socket.onreceived = () => silent.abort();
  expect(await declineOn(line, ben, CALL)).toBe(false);
  const waiting = new AbortController();
  const other = await opened(waiting);
  registrar(other.socket, () => waiting.abort());
  expect(await declineOn(other.line, ben, CALL)).toBe(false);
  expect(other.socket.isClosed).toBe(true);
});

test('noise on the socket is passed over', async () => {
  const { line, socket } = await opened();
  registrar(socket, () => {
    for (const data of ['\r\n\r\n', 'nonsense', new ArrayBuffer(4), 'SIP/2.0 200 OK\r\n\r\n'])
      socket.onmessage({ data });
    socket.ask('INVITE');
    socket.ask('ACK');
  });
  expect(await declineOn(line, ben, CALL)).toBe(true);
});
