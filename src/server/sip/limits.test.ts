import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeRequest, makeResponse, writeMessage } from '../../protocol/sip-writer.ts';
import { silentLog, type Fields } from '../log.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';
import { connectRaw } from '../testing/raw-peer.ts';
import { createConnection, type ConnectionOptions, type Wire } from './connection.ts';
import { LIMITS } from './limits.ts';

describe('what one peer may use up', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  afterEach(() => office.close());

  const refusal = async (options: { origin?: string; protocol?: string }): Promise<number> => {
    const { origin, protocol = 'sip' } = options;
    const socket = new WebSocket(
      `ws://127.0.0.1:${office.server.port}/sip`,
      protocol,
      origin ? { origin } : {},
    );
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    socket.terminate();
    return response.statusCode;
  };
  const closing = async (socket: WebSocket): Promise<number> => Number((await once(socket, 'close'))[0]);

  it('a page of another origin may not connect, one of ours may', async () => {
    office = await openOffice();
    expect(await refusal({ origin: 'https://evil.test' })).toBe(403);
    expect(await refusal({ origin: 'null' })).toBe(403);
    const own = await office.phone('Alice', { origin: `http://127.0.0.1:${office.server.port}` });
    expect((await own.register()).status).toBe(200);
  });

  it('the subprotocol sip is required', async () => {
    office = await openOffice();
    expect(await refusal({ protocol: 'chat' })).toBe(400);
  });

  it('a silent connection is closed after ten seconds', async () => {
    const clock = manualClock();
    office = await openOffice({ clock });
    const peer = await connectRaw(office.server.port);
    const closed = closing(peer.socket);
    clock.advance(9_999);
    expect(peer.socket.readyState).toBe(WebSocket.OPEN);
    clock.advance(1);
    expect(await closed).toBe(1008);
  });

  it('a connection that answers no ping is closed', async () => {
    const clock = manualClock();
    office = await openOffice({ clock });
    const peer = await connectRaw(office.server.port);
    await peer.settled();
    // The pong comes back over the network, not while the clock is moved.
    const closed = closing(peer.socket);
    clock.advance(40_000);
    expect(await closed).toBe(1001);
  });

  it('a double CRLF is answered with one, as text or octets', async () => {
    office = await openOffice();
    const peer = await connectRaw(office.server.port);
    for (const ping of ['\r\n\r\n', Buffer.from('\r\n\r\n')]) {
      peer.answers.length = 0;
      peer.socket.send(ping);
      await once(peer.socket, 'message');
      expect(peer.answers).toEqual(['\r\n']);
    }
  });

  it('takes fragments', async () => {
    office = await openOffice();
    const peer = await connectRaw(office.server.port);
    const text = `OPTIONS sip:x@${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/WS p.invalid;branch=z9hG4bK1\r\nMax-Forwards: 0\r\nFrom: <sip:a@b.test>;tag=1\r\nTo: <sip:x@${DOMAIN}>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n`;
    peer.socket.send(text.slice(0, 40), { fin: false });
    peer.socket.send(text.slice(40), { fin: true });
    await once(peer.socket, 'message');
    expect(peer.answers[0]).toMatch(/^SIP\/2\.0 483 /);
  });

  it('64 connections of one address and no more', async () => {
    office = await openOffice();
    const peers = await Promise.all(Array.from({ length: 64 }, () => connectRaw(office.server.port)));
    expect(await refusal({})).toBe(429);
    const [first] = peers;
    first?.socket.close();
    if (first) await once(first.socket, 'close');
    const late = await connectRaw(office.server.port);
    await late.settled();
    for (const peer of [...peers, late]) peer.socket.terminate();
  });

  it('a burst passes, what is beyond it gets 503, a flood is cut off', async () => {
    const clock = manualClock();
    office = await openOffice({ clock });
    const phone = await office.device('Alice');
    const closed = closing(phone.socket);
    const flood = () => Array.from({ length: 300 }, () => phone.start('OPTIONS', { uri: `sip:${DOMAIN}` }));
    const first = await Promise.all(flood().map((request) => phone.responseTo(request)));
    const statuses = first.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(190);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(95);
    clock.advance(1000);
    await Promise.all(flood().map((request) => phone.responseTo(request)));
    clock.advance(1000);
    flood();
    expect(await closed).toBe(1008);
  });

  it('answers to what the server itself sent are no flood, others are', () => {
    let passed = 0;
    const connection = bare({ onMessage: () => void (passed += 1) });
    const at = (uri: string, tag: string) => ({ display: '', uri, params: new Map([['tag', tag]]) });
    const via = { transport: 'WS', host: 's.invalid', port: null, params: new Map([['branch', 'z9hG4bK1']]) };
    const notify = makeRequest({
      method: 'NOTIFY',
      uri: 'sip:w@p.invalid',
      from: at(aorOf('Alice'), 's'),
      to: at(aorOf('Bob'), 'w'),
      callId: 'n',
      seq: 1,
      vias: [via],
    });
    const answer = writeMessage(makeResponse(notify, { status: 200 }));
    for (let i = 0; i < 1000; i++) connection.send(notify);
    for (let i = 0; i < 1000; i++) connection.receive(i % 2 ? answer : Buffer.from(answer));
    expect(passed).toBe(1000);
    for (let i = 0; i < 1000; i++) connection.receive(answer);
    expect(passed).toBe(1000 + LIMITS.burst);
    connection.ended();
  });

  it('pings are answered as long as they are few, and read', () => {
    const clock = manualClock();
    let [pongs, buffered, closed] = [0, 0, false];
    const connection = bare({
      clock,
      wire: {
        ...WIRE,
        pong: () => void (pongs += 1),
        close: () => void (closed = true),
        get buffered() {
          return buffered;
        },
      },
    });
    const ping = (times: number): void => {
      for (let i = 0; i < times; i++) connection.pinged(new Uint8Array());
    };
    ping(10_000);
    expect(pongs).toBe(LIMITS.burst);
    clock.advance(1000);
    buffered = LIMITS.slow + 1;
    ping(1);
    expect(pongs).toBe(LIMITS.burst);
    expect(closed).toBe(false);
    clock.advance(1000);
    ping(1);
    expect(closed).toBe(true);
  });

  it('a message over 64 KiB gets 513', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    const response = await alice.request('MESSAGE', { uri: aorOf('Bob'), body: 'x'.repeat(70_000) });
    expect(response.status).toBe(513);
    expect((await alice.request('MESSAGE', { uri: aorOf('Bob'), body: 'x'.repeat(60_000) })).status).toBe(
      202,
    );
  });

  it('a frame over 1 MiB closes the connection', async () => {
    office = await openOffice();
    const peer = await connectRaw(office.server.port);
    const closed = closing(peer.socket);
    peer.socket.send('x'.repeat(1_100_000));
    expect(await closed).toBe(1009);
  });

  it('octets that are no SIP three seconds long are cut off, noise is survived', async () => {
    const clock = manualClock();
    office = await openOffice({ clock });
    const peer = await connectRaw(office.server.port);
    await peer.settled();
    const closed = closing(peer.socket);
    for (let second = 0; second < 3; second++) {
      for (const noise of ['GET / HTTP/1.1\r\n\r\n', Buffer.from([0, 1, 2, 255, 254]), '\0'.repeat(100)]) {
        peer.socket.send(noise);
      }
      if (second < 2) await peer.settled();
      clock.advance(1000);
    }
    expect(await closed).toBe(1008);
  });

  it('somebody who stops reading is cut off, and costs little until then', async () => {
    let cutOff = (): void => undefined;
    const ended = new Promise<void>((resolve) => (cutOff = resolve));
    const log = {
      ...silentLog(),
      info: (event: string, fields?: Fields) => {
        if (event === 'connection-closed' && fields?.['code'] === 1013) cutOff();
      },
    };
    office = await openOffice({ log, limits: { rate: 1e6, burst: 1e6 } });
    const before = process.memoryUsage();
    const victim = await slowReader(office.server.port);
    // Each request is answered with its own long Via list; nothing of it is read.
    const filler = Array.from(
      { length: 60 },
      (_, i) => `Via: SIP/2.0/WS ${'h'.repeat(900)}${i}.invalid\r\n`,
    ).join('');
    let sent = 0;
    const pester = (): void => {
      for (let i = 0; i < 20; i++) {
        victim.write(
          `OPTIONS tel:0 SIP/2.0\r\nVia: SIP/2.0/WS p.invalid;branch=z9hG4bK${++sent}\r\n${filler}From: <sip:a@b.test>;tag=1\r\n` +
            `To: <sip:b.test>\r\nCall-ID: ${sent}\r\nCSeq: 1 OPTIONS\r\n\r\n`,
        );
      }
      if (sent < 2000) next = setTimeout(pester, 1);
    };
    let next = setTimeout(pester, 0);
    await ended;
    clearTimeout(next);
    victim.destroy();
    const grown = process.memoryUsage().rss - before.rss;
    // Both ends and what waits for the collector are in this process; what is kept for a reader who never reads would be more.
    expect(grown).toBeLessThan(160 * 1024 * 1024);
    const alice = await office.device('Alice');
    expect((await alice.request('OPTIONS', { uri: `sip:${DOMAIN}` })).status).toBe(200);
  });
});

const WIRE: Wire = {
  send: () => undefined,
  ping: () => undefined,
  pong: () => undefined,
  close: () => undefined,
  buffered: 0,
};

/** A connection without a socket. */
function bare(more: Partial<ConnectionOptions>) {
  return createConnection({
    id: '1',
    address: '127.0.0.1',
    transport: 'WS',
    wire: WIRE,
    clock: manualClock(),
    limits: LIMITS,
    log: silentLog(),
    onMessage: () => undefined,
    ...more,
  });
}

/** A WebSocket client on a bare socket that never reads after the handshake. */
async function slowReader(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `GET /sip HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: sip\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.pause();
  return {
    destroy: () => void socket.destroy(),
    write(text: string): void {
      const payload = Buffer.from(text);
      // A final text frame with a 16-bit length; a mask of zeros leaves the payload as it is.
      const head = Buffer.alloc(8);
      head[0] = 0x81;
      head[1] = 0x80 | 126;
      head.writeUInt16BE(payload.length, 2);
      socket.write(Buffer.concat([head, payload]));
    },
  };
}
