/** A presence agent with nothing around it but memory and a clock that tests turn: devices, flows, requests. */
import { DatabaseSync } from 'node:sqlite';
import type { Header, SipRequest, SipResponse } from '../../protocol/sip-message.ts';
import { header } from '../../protocol/sip-message.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { type RequestParts, makeRequest, makeResponse, writeMessage } from '../../protocol/sip-writer.ts';
import { silentLog } from '../log.ts';
import { openHandlings } from '../routing/handlings.ts';
import type { Aor, Binding, Clock, Flow, Sent } from '../sip/contract.ts';
import { migrate } from '../store/migrations.ts';
import { type Writer, groupWriter } from '../store/writer.ts';
import { XCAP_TABLES, openDocuments } from '../xcap/documents.ts';
import { createEvents } from './events.ts';
import { sqliteEventStore } from './sqlite-store.ts';
import { EVENT_TABLES } from './tables.ts';

export const ALICE = 'sip:alice@example.org';
export const BOB = 'sip:bob@example.org';
export const CAROL = 'sip:carol@example.org';
export const RULES = { auid: 'pres-rules', path: 'index' } as const;

export interface TestClock extends Clock {
  /** Turns time forward, running what falls due, and lets promises settle between. */
  pass(ms: number): Promise<void>;
}

export function testClock(start = 1_000_000_000_000): TestClock {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return {
    now: () => now,
    random: () => 0.5,
    after(ms, run) {
      const timer = { at: now + Math.max(0, ms), run };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
    async pass(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

/** A device: a flow that can be cut, and every NOTIFY it got. */
export interface Device {
  readonly aor: Aor;
  readonly contact: string;
  readonly instance: string;
  flow: Flow;
  readonly notifies: SipRequest[];
  /** How it answers NOTIFY; null: never. */
  answers: number | null;
  congested: boolean;
  cut(): void;
  /** REGISTER over the present socket. */
  register(): void;
  /** REGISTER with Expires: 0; the socket stays. */
  unregister(): void;
  /** A new socket and REGISTER. */
  comeBack(): void;
}

export function memoryWriter(): Writer {
  const database = new DatabaseSync(':memory:');
  migrate(database, [XCAP_TABLES, EVENT_TABLES]);
  return groupWriter(database);
}

export function createWorld(clock: TestClock = testClock(), writer: Writer = memoryWriter()) {
  const documents = openDocuments(writer);
  const handlings = openHandlings(documents);
  const bindings = new Map<Aor, Binding[]>();
  const registered: ((aor: Aor, binding: Binding) => void)[] = [];
  const byFlow = new Map<string, Device>();
  let counter = 0;

  const events = createEvents({
    store: sqliteEventStore(writer, clock, silentLog()),
    ...{ documents, handlings },
    clock,
    log: silentLog(),
    xcapRoot: 'http://localhost/xcap',
    users: { exists: (aor) => /^sip:(alice|bob|carol|user\d+)@/.test(aor), name: () => null },
    domain: {
      name: 'example.org',
      isOurs: (host) => host === 'example.org',
      aorOf: (uri) => (uri.includes('@example.org') ? aorOf(uri) : null),
      contact: 'sip:example.org;transport=ws',
    },
    locations: {
      bindings: (aor) => bindings.get(aor) ?? [],
      flowFor: (uri) =>
        [...bindings.values()].flat().find((one) => one.contact === uri && one.flow?.open)?.flow ?? null,
      onRegistered: (listener) => void registered.push(listener),
      onGone: () => undefined,
      forget: () => undefined,
    },
    caller: {
      request(request, flow): Promise<Sent> {
        writeMessage(request);
        const device = byFlow.get(flow.id);
        if (!flow.open || device === undefined) return Promise.resolve({ lost: 'flow-closed' });
        device.notifies.push(request);
        if (device.answers !== null)
          return Promise.resolve({ response: makeResponse(request, { status: device.answers }) });
        return new Promise((resolve) => clock.after(32_000, () => resolve({ lost: 'timeout' })));
      },
    },
  });

  const openFlow = (device: Device): void => {
    const id = `flow${++counter}`;
    let open = true;
    device.flow = {
      id,
      address: '127.0.0.1',
      transport: 'WS',
      user: device.aor,
      get open() {
        return open;
      },
      get congested() {
        return device.congested;
      },
      send: () => undefined,
      close: () => void (open = false),
    };
    byFlow.set(id, device);
    register(device);
  };
  const register = (device: Device): void => {
    const binding: Binding = {
      aor: device.aor,
      contact: device.contact,
      instance: device.instance,
      flow: device.flow,
      expiresAt: clock.now() + 3_600_000,
      q: 1000,
      push: null,
    };
    bindings.set(device.aor, [
      ...(bindings.get(device.aor) ?? []).filter(({ contact }) => contact !== device.contact),
      binding,
    ]);
    for (const listener of registered) listener(device.aor, binding);
  };

  const device = (aor: Aor): Device => {
    const number = ++counter;
    const made: Device = {
      aor,
      contact: `${aor};gr=urn:uuid:${number}`,
      instance: `urn:uuid:${number}`,
      flow: null as unknown as Flow,
      notifies: [],
      answers: 200,
      congested: false,
      cut() {
        this.flow.close(1006, '');
        this.unregister();
      },
      register() {
        register(this);
      },
      unregister() {
        bindings.set(
          aor,
          (bindings.get(aor) ?? []).filter(({ contact }) => contact !== this.contact),
        );
      },
      comeBack() {
        openFlow(this);
      },
    };
    openFlow(made);
    return made;
  };

  /** Sends a request as `from` and returns the answer; the effect is that of the handler. */
  const send = (
    from: Device,
    parts: Partial<RequestParts> & { method: string; uri: string },
    as?: Aor,
  ): SipResponse => {
    const request = makeRequest({
      from: { display: '', uri: from.aor, params: new Map([['tag', `f${++counter}`]]) },
      to: { display: '', uri: parts.uri, params: new Map() },
      callId: `call${++counter}`,
      seq: 1,
      ...parts,
    });
    const handler = events.handlers.find(({ methods }) => methods.includes(parts.method));
    let answer: SipResponse | null = null;
    void handler?.handle({
      request,
      flow: from.flow,
      sender: as ?? from.aor,
      toTag: `t${++counter}`,
      answer(given) {
        if (answer !== null) throw new Error('Two final answers');
        answer = makeResponse(request, { ...given, toTag: `t${counter}` });
      },
    });
    if (answer === null) throw new Error('No answer');
    return answer;
  };

  const publish = (
    from: Device,
    body: string,
    fields: Record<string, string> = {},
    uri = from.aor,
  ): SipResponse =>
    send(from, {
      method: 'PUBLISH',
      uri,
      headers: toHeaders({ Event: 'presence', ...fields }),
      ...(body !== '' && { body, contentType: 'application/pidf+xml' }),
    });

  const watch = (from: Device, uri: string, fields: Record<string, string> = {}): Watch => {
    const headers = { Event: 'presence', Expires: '600', Contact: `<${from.contact}>`, ...fields };
    const local = { display: '', uri: from.aor, params: new Map([['tag', `f${++counter}`]]) };
    const callId = `call${++counter}`;
    const response = send(from, {
      method: 'SUBSCRIBE',
      uri,
      from: local,
      callId,
      headers: toHeaders(headers),
    });
    let seq = 1;
    return {
      response,
      again(more = {}, by = from) {
        const parts = {
          method: 'SUBSCRIBE',
          uri: 'sip:example.org',
          from: local,
          to: response.to,
          callId,
          seq: ++seq,
        };
        return send(by, { ...parts, headers: toHeaders({ ...headers, ...more }) });
      },
    };
  };

  return { clock, writer, documents, events, device, send, publish, watch };
}

export interface Watch {
  readonly response: SipResponse;
  /** The same dialog again. */
  again(fields?: Record<string, string>, by?: Device): SipResponse;
}

export function toHeaders(fields: Record<string, string>): Header[] {
  return Object.entries(fields).map(([name, value]) => ({ name, value }));
}

/** The last NOTIFY of a device in words: state and body. */
export function lastOf(device: Device): { state: string; body: string; count: number } {
  const last = device.notifies[device.notifies.length - 1];
  if (last === undefined) return { state: '', body: '', count: 0 };
  const state = (header(last, 'Subscription-State') ?? '').replace(/;expires=\d+/, '');
  return { state, body: last.body, count: device.notifies.length };
}

export function pidf(id: string, basic: 'open' | 'closed' = 'open', note = ''): string {
  return `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:x@y"><tuple id="${id}"><status><basic>${basic}</basic></status></tuple>${note && `<note>${note}</note>`}</presence>`;
}

/** A pres-rules document: handlings by AOR. */
export function ruleset(rules: Record<string, string>): string {
  const all = Object.entries(rules).map(
    ([who, handling]) =>
      `<rule id="${who.replace(/\W/g, '')}"><conditions><identity>${who === '*' ? '<many/>' : `<one id="${who}"/>`}</identity></conditions><actions><sub-handling xmlns="urn:ietf:params:xml:ns:pres-rules">${handling}</sub-handling></actions></rule>`,
  );
  return `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy">${all.join('')}</ruleset>`;
}
