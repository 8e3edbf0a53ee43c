/** Bob, as the scripted server plays him: he calls, answers, asks inside a call and notifies. */
import { vi } from 'vitest';
import { header, type SipRequest } from '../../src/protocol/sip-message.ts';
import type { CallFact, SipCall, SubscriptionFact, SubscriptionOptions } from '../../src/sip/contract.ts';
import type { Client } from './client.ts';
import { FakeMedia } from './scripted-server.ts';

const SDP = 'v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const CONTACT = 'Contact: <sip:bob@far.invalid;transport=ws>';

export const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

export async function online(client: Client): Promise<void> {
  client.agent.start();
  await pass(50);
}

/** One dialog as Bob sees it. */
export class BobsCall {
  readonly media = new FakeMedia();
  readonly facts: CallFact[] = [];
  readonly client: Client;
  readonly call: SipCall;
  readonly #from: string;
  readonly #to: string;
  readonly #callId: string;
  #seq: number;

  constructor(client: Client, call: SipCall, from: string, to: string, callId: string, seq: number) {
    this.client = client;
    this.call = call;
    this.#from = from;
    this.#to = to;
    this.#callId = callId;
    this.#seq = seq;
  }

  /** A request inside the dialog; CSeq rises unless it is an ACK. */
  ask(method: string, fields: string[] = [], body = ''): void {
    if (method !== 'ACK') this.#seq++;
    const head = [this.#from, this.#to, `Call-ID: ${this.#callId}`, `CSeq: ${this.#seq} ${method}`];
    this.client.server.ask(
      `${method} sip:alice@000000000000.invalid;transport=ws`,
      [...head, 'Max-Forwards: 70', ...fields],
      body,
    );
  }

  invite(body = SDP): void {
    this.ask('INVITE', [CONTACT, ...(body ? ['Content-Type: application/sdp'] : [])], body);
  }

  get status(): number | undefined {
    return this.client.server.responses.at(-1)?.status;
  }
}

/** Bob answers Alice's INVITEs at once; in-dialog requests get 200 with an answer where one is due. */
export function answering(client: Client): void {
  const { server } = client;
  const before = server.script;
  server.script = (request, socket) => {
    if (before(request, socket)) return true;
    if (request.method !== 'INVITE') return false;
    server.answer(
      request,
      {
        status: 200,
        toTag: 'bob',
        headers: [{ name: 'Contact', value: '<sip:bob@far.invalid;transport=ws>' }],
        contentType: 'application/sdp',
        body: SDP,
      },
      socket,
    );
    return true;
  };
}

/** Alice calls Bob and is through. */
export async function callBob(client: Client): Promise<BobsCall> {
  answering(client);
  const media = new FakeMedia();
  const call = client.agent.call({ to: 'sip:bob@example.org', media, video: false });
  const facts: CallFact[] = [];
  call.onFact((fact) => facts.push(fact));
  await pass(20);
  const invite = client.server.last('INVITE');
  const bob = new BobsCall(
    client,
    call,
    'From: <sip:bob@example.org>;tag=bob',
    `To: ${header(invite, 'From') ?? ''}`,
    invite.callId,
    0,
  );
  return Object.assign(bob, { media, facts });
}

/** Bob's INVITE, as header lines. */
export function inviteLines(callId = 'c1', seq = 1, more: string[] = []): string[] {
  return [
    'From: "Bob" <sip:bob@example.org>;tag=bob',
    'To: <sip:alice@example.org>',
    `Call-ID: ${callId}`,
    `CSeq: ${seq} INVITE`,
    'Max-Forwards: 70',
    CONTACT,
    ...more,
  ];
}

export function ring(client: Client, more: string[] = [], body = SDP): SipCall | undefined {
  const type =
    body && !more.some((line) => line.startsWith('Content-Type')) ? ['Content-Type: application/sdp'] : [];
  client.server.ask('INVITE sip:alice@example.org', inviteLines('c1', 1, [...type, ...more]), body);
  return client.calls.at(-1);
}

/** Bob calls Alice, who answers; `ack` false leaves the ACK out. */
export async function bobCalls(client: Client, ack = true): Promise<BobsCall> {
  const call = ring(client);
  if (!call) throw new Error('nothing rang');
  const media = new FakeMedia();
  await call.accept(media, { video: false });
  await pass(5);
  const tag = client.server.responses.at(-1)?.to.params.get('tag');
  const bob = new BobsCall(
    client,
    call,
    'From: "Bob" <sip:bob@example.org>;tag=bob',
    `To: <sip:alice@example.org>;tag=${tag}`,
    'c1',
    1,
  );
  if (ack) bob.ask('ACK');
  await pass(5);
  return Object.assign(bob, { media, facts: client.facts });
}

export interface Watched {
  readonly facts: SubscriptionFact[];
  readonly close: () => void;
  /** NOTIFY in the dialog of the last SUBSCRIBE. */
  notify: (seq: number, state: string, body?: string, tag?: string) => void;
}

export function watch(client: Client, options: Partial<SubscriptionOptions> = {}): Watched {
  const facts: SubscriptionFact[] = [];
  const event = options.event ?? 'presence';
  const subscription = client.agent.subscribe(
    { target: 'sip:bob@example.org', event, accept: ['application/pidf+xml'], expires: 600, ...options },
    (fact) => facts.push(fact),
  );
  return {
    facts,
    close: () => subscription.close(),
    notify: (seq, state, body = '', tag = 'server') => {
      const subscribe = client.server.last('SUBSCRIBE');
      notify(client, subscribe, event, seq, state, body, tag);
    },
  };
}

function notify(
  client: Client,
  subscribe: SipRequest,
  event: string,
  seq: number,
  state: string,
  body: string,
  tag: string,
): void {
  client.server.ask(
    'NOTIFY sip:alice@000000000000.invalid;transport=ws',
    [
      `From: <sip:bob@example.org>;tag=${tag}`,
      `To: <sip:alice@example.org>;tag=${subscribe.from.params.get('tag')}`,
      `Call-ID: ${subscribe.callId}`,
      `CSeq: ${seq} NOTIFY`,
      'Contact: <sip:watcher.example;transport=ws>',
      `Event: ${event}`,
      `Subscription-State: ${state}`,
      ...(body ? ['Content-Type: application/pidf+xml'] : []),
    ],
    body,
  );
}
