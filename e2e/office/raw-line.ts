import { WebSocket } from 'ws';
import { Softphone } from '../../src/server/demo/softphone.ts';
import type { Person } from './test.ts';

/** A WebSocket that says whatever it is told, for what no user agent would send. */
export interface RawLine {
  send(frame: string | Buffer): void;
  /** Status of the next response; `null` when the server ended the connection instead. */
  answer(): Promise<number | null>;
  close(): void;
}

/** The SIP address that a device of this person uses. */
async function sipAddress({ door }: Person): Promise<string> {
  const config = (await (await fetch(`${door.url}/config.json`)).json()) as { sip: string[] };
  return config.sip[0] ?? '';
}

export async function openRawLine(person: Person): Promise<RawLine> {
  const socket = new WebSocket(await sipAddress(person), 'sip', { origin: person.door.url });
  const answers: (number | null)[] = [];
  const waiting: ((status: number | null) => void)[] = [];
  const put = (status: number | null) => {
    const taker = waiting.shift();
    if (taker) taker(status);
    else answers.push(status);
  };
  socket.on('message', (data) => {
    const status = /^SIP\/2\.0 (\d{3}) /.exec(String(data))?.[1];
    if (status !== undefined && status >= '200') put(Number(status));
  });
  socket.on('error', () => undefined);
  socket.on('close', () => put(null));
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    send: (frame) => socket.send(frame),
    answer: () => {
      const status = answers.shift();
      return status === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(status);
    },
    close: () => socket.terminate(),
  };
}

/** A registered user agent of a person, for messages our own client would not write. */
export async function openSoftphone(person: Person, displayName: string): Promise<Softphone> {
  const phone = new Softphone({
    address: await sipAddress(person),
    aor: person.aor,
    displayName,
    username: person.name,
    password: person.password,
    origin: person.door.url,
  });
  const registered = new Promise<void>((resolve) => (phone.onRegistered = resolve));
  phone.open();
  await registered;
  return phone;
}

/** A request with every header it needs, `extra` among them. */
export function rawRequest(method: string, person: Person, extra: readonly string[] = [], body = ''): string {
  return [
    `${method} ${person.aor} SIP/2.0`,
    `Via: SIP/2.0/WS raw.invalid;branch=z9hG4bK${crypto.randomUUID()}`,
    'Max-Forwards: 70',
    `From: <${person.aor}>;tag=${crypto.randomUUID().slice(0, 8)}`,
    `To: <${person.aor}>`,
    `Call-ID: ${crypto.randomUUID()}`,
    `CSeq: 1 ${method}`,
    ...extra,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
