/**
 * Kamailio and the embedded server as two organisations, by plain SIP (features.md F01, F04, T23):
 *
 *   anna --ws--> embedded, here.test ==TLS== Kamailio, there.test --TCP--> presence service
 *                                                 \--ws--> ben
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { header, headers, type Header } from '../../src/protocol/sip-message.ts';
import { addAccount } from '../../src/server/auth/accounts.ts';
import { openAuthority } from '../../src/server/testing/certificates.ts';
import { freePort } from '../../src/server/testing/free-port.ts';
import { connectPhone, type Phone } from '../../src/server/testing/phone.ts';
import { connectTlsPeer } from '../../src/server/testing/tls-peer.ts';
import { startServer, type RunningServer } from '../../src/server/wiring.ts';
import { startKamailio, type EngineServer } from '../office/kamailio.ts';

const ANNA = 'sip:anna@here.test';
const BEN = 'sip:ben@there.test';

const authority = openAuthority();
let engine: EngineServer;
let server: RunningServer;
let [herePort, therePort] = [0, 0];
let anna: Phone;
let ben: Phone;

const fields = (record: Readonly<Record<string, string>>): Header[] =>
  Object.entries(record).map(([name, value]) => ({ name, value }));
const device = (port: number, aor: string, algorithm?: 'MD5') =>
  connectPhone({
    ...{ port, aor, password: 'pw', instance: `urn:uuid:${crypto.randomUUID()}` },
    ...(algorithm && { algorithm }),
  });

beforeAll(async () => {
  [herePort, therePort] = [await freePort(), await freePort()];
  const [here, there] = [authority.issue('DNS:here.test'), authority.issue('DNS:there.test')];
  engine = await startKamailio({
    domain: 'there.test',
    settings: {
      PARLEY_FEDERATION_PORT: String(therePort),
      PARLEY_FEDERATION_CERT: there.certificateFile,
      PARLEY_FEDERATION_KEY: there.keyFile,
      PARLEY_FEDERATION_CA: authority.certificateFile,
      PARLEY_FEDERATION_ROUTES: `here.test=127.0.0.1:${herePort}`,
      PARLEY_FEDERATION_RATE: '20',
    },
  });
  server = await startServer({
    ...{ folder: ':memory:', domain: 'here.test' },
    federation: {
      ...{ host: '127.0.0.1', port: herePort, certificate: here.certificate, key: here.key, rate: 100 },
      authorities: authority.certificate,
      routes: new Map([['there.test', { host: '127.0.0.1', port: therePort }]]),
      allowed: new Set(['there.test']),
    },
  });
  await addAccount(server.users, 'here.test', { aor: ANNA, name: 'Anna' }, 'pw');
  await engine.addUser('ben', 'pw');
  anna = await device(server.port, ANNA);
  ben = await device(engine.webPort, BEN, 'MD5');
  expect((await anna.register()).status).toBe(200);
  expect((await ben.register()).status).toBe(200);
}, 90_000);
afterAll(async () => {
  for (const phone of [anna, ben]) phone.socket.terminate();
  await server.close();
  await engine.close();
  authority.close();
}, 60_000);

const write = async (from: Phone, to: Phone, body: string): Promise<void> => {
  const sent = from.request('MESSAGE', { uri: to.aor, contentType: 'text/plain', body });
  const received = await to.next('MESSAGE', 20_000);
  to.reply(received, { status: 200 });
  expect(received.body).toBe(body);
  expect(received.from.uri).toBe(from.aor);
  expect((await sent).status).toBeLessThan(300);
};
const heard = async (phone: Phone): Promise<string> => {
  const notify = await phone.next('NOTIFY');
  phone.reply(notify, { status: 200 });
  return `${(header(notify, 'Subscription-State') ?? '').replace(/;.*/, '')} ${notify.body}`;
};
const publish = (phone: Phone) =>
  phone.request('PUBLISH', {
    uri: phone.aor,
    headers: fields({ Event: 'presence' }),
    contentType: 'application/pidf+xml',
    body: '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:x@y"><tuple id="a"><status><basic>open</basic></status></tuple></presence>',
  });

describe('two organisations, one of them on the engine', { timeout: 60_000 }, () => {
  test('F01 messages cross both ways', async () => {
    // Kamailio goes to nobody before they have answered under their certificate.
    await expect
      .poll(async () => (await ben.request('OPTIONS', { uri: 'sip:nobody@here.test' })).status, {
        timeout: 20_000,
      })
      .toBe(404);
    await write(anna, ben, 'Good morning');
    await write(ben, anna, 'And to you');
  });

  test.each(['embedded', 'engine'])(
    'F01 presence crosses, is refreshed and ends (watching from %s)',
    async (where) => {
      const [watcher, watched] = where === 'embedded' ? [anna, ben] : [ben, anna];
      const ask = (expires: string) =>
        fields({ Event: 'presence', Expires: expires, Contact: `<${watcher.contact}>` });
      const response = await watcher.request('SUBSCRIBE', { uri: watched.aor, headers: ask('600') });
      expect(response.status).toBe(200);
      expect(await heard(watcher)).toBe('active ');
      expect((await publish(watched)).status).toBe(200);
      expect(await heard(watcher)).toContain('<basic>open</basic>');
      for (const [expires, state] of [
        ['300', /^active/],
        ['0', /^terminated/],
      ] as const) {
        const first = watcher.inDialog('SUBSCRIBE', response, { headers: ask(expires) });
        let answer = await watcher.responseTo(first);
        if (answer.status === 407) {
          const credentials = watcher.credentials(answer, first);
          const again = watcher.inDialog('SUBSCRIBE', response, {
            headers: [...ask(expires), ...credentials],
          });
          answer = await watcher.responseTo(again);
        }
        expect(answer.status).toBe(200);
        expect(await heard(watcher)).toMatch(state);
      }
    },
  );

  test.each(['embedded', 'engine'])('F01 a call crosses and ends (from %s)', async (where) => {
    const [caller, callee] = where === 'embedded' ? [anna, ben] : [ben, anna];
    const contact = (phone: Phone) => fields({ Contact: `<${phone.contact}>` });
    const calling = caller.request('INVITE', { uri: callee.aor, headers: contact(caller) });
    callee.reply(await callee.next('INVITE'), { status: 200, headers: contact(callee) });
    const answer = await calling;
    expect(answer.status).toBe(200);
    caller.inDialog('ACK', answer);
    await callee.next('ACK');
    const bye = caller.inDialog('BYE', answer);
    callee.reply(await callee.next('BYE'), { status: 200 });
    expect((await caller.responseTo(bye)).status).toBe(200);
  });

  test('T23 a peer speaks for its own domain, about people here, and for nothing else', async () => {
    const peer = await connectTlsPeer(therePort, authority.certificate, authority.issue('DNS:here.test'));
    const status = async (
      method: string,
      uri: string,
      from: string,
      more: Readonly<Record<string, string>> = {},
    ) => {
      const sent = peer.start(method, uri, from, {
        ...{ contentType: 'text/plain', body: 'hello', headers: fields(more) },
      });
      return (await peer.answerTo(sent)).status;
    };
    try {
      expect(await status('MESSAGE', BEN, 'sip:eve@elsewhere.test')).toBe(403);
      expect(await status('MESSAGE', BEN, 'sip:carol@there.test')).toBe(403);
      const asserted = { 'P-Asserted-Identity': '<sip:carol@there.test>' };
      expect(await status('MESSAGE', BEN, 'sip:eve@here.test', asserted)).toBe(403);
      expect(await status('MESSAGE', 'sip:eve@elsewhere.test', 'sip:eve@here.test')).toBe(403);
      expect(await status('MESSAGE', ANNA, 'sip:eve@here.test')).toBe(403);
      expect(await status('PUBLISH', BEN, 'sip:eve@here.test', { Event: 'presence' })).toBe(403);
      expect(await status('REGISTER', 'sip:there.test', 'sip:eve@here.test')).toBe(403);
      expect(await status('OPTIONS', 'sip:there.test', 'sip:here.test')).toBe(200);
      // A NOTIFY that nobody asked for, though it looks like one of a dialog.
      const tagged = peer.start('NOTIFY', BEN, 'sip:eve@here.test', {
        headers: fields({ Event: 'presence', 'Subscription-State': 'active' }),
      });
      expect((await peer.answerTo(tagged)).status).toBe(481);
      // More than two of its five seconds hold, whenever they begin.
      const flood = Array.from({ length: 350 }, () =>
        peer.start('OPTIONS', 'sip:there.test', 'sip:here.test'),
      );
      const answers = await Promise.all(flood.map((one) => peer.answerTo(one)));
      const busy = answers.find((answer) => answer.status === 503);
      expect(headers(busy ?? { headers: [] }, 'Retry-After')).toEqual(['5']);
    } finally {
      peer.close();
    }
  });

  test('T23 without a certificate that names somebody on the list nobody is heard', async () => {
    for (const issued of [null, authority.issue('DNS:elsewhere.test')]) {
      const peer = await connectTlsPeer(therePort, authority.certificate, issued).catch(() => null);
      const sent = peer?.start('MESSAGE', BEN, 'sip:eve@here.test', { contentType: 'text/plain', body: 'x' });
      if (issued === null) await peer?.closed;
      else if (peer && sent) expect((await peer.answerTo(sent)).status).toBe(403);
      peer?.close();
    }
  });
});
