/**
 * By no door of the engine does somebody blocked learn that the person is there, or reach them; and nothing it was told in
 * confidence stands where every account of the machine reads it.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { header, type SipRequest, type SipResponse } from '../../src/protocol/sip-message.ts';
import { connectPhone, type Phone } from '../../src/server/testing/phone.ts';
import { signedFetch } from '../../src/server/testing/signed-fetch.ts';
import { startKamailio, type EngineServer } from '../office/kamailio.ts';

const ANNA_DEVICE = `urn:uuid:${randomUUID()}`;
const aor = (name: string): string => `sip:${name}@parley.test`;

let engine: EngineServer;
let eve: Phone;
let anna: Phone;
/** What reached Anna's device. */
const reached: SipRequest[] = [];
/** Of Anna's registration (RFC 5627). */
let temporary = '';

async function device(name: string): Promise<{ phone: Phone; registered: SipResponse }> {
  const instance = name === 'anna' ? ANNA_DEVICE : `urn:uuid:${randomUUID()}`;
  const phone = await connectPhone({
    ...{ port: engine.webPort, aor: aor(name), password: 'pw', algorithm: 'MD5', instance },
  });
  const registered = await phone.register();
  expect(registered.status).toBe(200);
  return { phone, registered };
}

/** All that an answer says, but for what every answer has of its own. */
function shape(response: SipResponse): string {
  const tag = (response.to.params.get('tag') ?? '').replace(/[0-9a-f]+/gi, 'x');
  const own = ['Via', 'Call-ID', 'CSeq', 'From', 'To', 'Date'];
  const said = response.headers.filter(({ name }) => !own.includes(name));
  return [
    `${response.status} ${response.reason} ${tag}`,
    ...said.map(({ name, value }) => `${name}: ${value}`),
  ].join('\n');
}

const CALL = { contentType: 'application/sdp', body: 'v=0\r\n' };
const TYPING = { contentType: 'application/im-iscomposing+xml', body: '<isComposing/>' };
const WORDS = { contentType: 'text/plain', body: 'psst' };

describe('A05 somebody blocked', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    engine = await startKamailio();
    await engine.addUsers(['anna', 'carol', 'dora', 'eve'], 'pw');
    const first = await device('anna');
    anna = first.phone;
    temporary = /temp-gruu="([^"]+)"/.exec(header(first.registered, 'Contact') ?? '')?.[1] ?? '';
    for (const method of ['INVITE', 'MESSAGE', 'OPTIONS', 'INFO', 'REFER', 'UPDATE', 'BYE', 'NOTIFY'])
      anna.answer(method, (request) => {
        reached.push(request);
        anna.reply(request, { status: method === 'INVITE' ? 486 : 200 });
      });
    eve = (await device('eve')).phone;
    const rules = `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy"><rule id="a"><conditions><identity><one id="${aor('eve')}"/></identity></conditions><actions><sub-handling xmlns="urn:ietf:params:xml:ns:pres-rules">polite-block</sub-handling></actions></rule></ruleset>`;
    const put = await signedFetch(engine.nodePort(0), 'anna', `/xcap/pres-rules/users/${aor('anna')}/index`, {
      ...{ method: 'PUT', password: 'pw', body: rules },
      headers: { 'Content-Type': 'application/auth-policy+xml' },
    });
    expect(put.status).toBe(201);
  }, 60_000);
  afterAll(async () => {
    for (const phone of [anna, eve]) phone.socket.terminate();
    await engine.close();
  });

  test.each([
    ['INVITE', CALL],
    ['MESSAGE', WORDS],
    ['MESSAGE', TYPING],
    ['OPTIONS', {}],
    ['REFER', {}],
    ['INFO', {}],
    ['NOTIFY', {}],
    ['UPDATE', {}],
    ['BYE', {}],
    ['FOO', {}],
  ])('%s is answered as of somebody offline', async (method, body) => {
    const headers = [{ name: 'Contact', value: `<${eve.contact}>` }];
    const ask = async (name: string) =>
      shape(await eve.request(method, { uri: aor(name), headers, ...body }));
    expect(await ask('anna')).toBe(await ask('carol'));
    expect(reached.splice(0).map((one) => one.method)).toEqual([]);
  });

  const doors: readonly [
    string,
    () => { uri: string; toTag?: string; headers?: { name: string; value: string }[] },
  ][] = [
    ['capitals', () => ({ uri: aor('ANNA') })],
    ['an escape', () => ({ uri: aor('%61nna') })],
    ['a port', () => ({ uri: `${aor('anna')}:${engine.sipPort}` })],
    ['the address of the machine', () => ({ uri: `sip:anna@127.0.0.1:${engine.sipPort}` })],
    ['the address of the device', () => ({ uri: `${aor('anna')};gr=${ANNA_DEVICE}` })],
    ['the temporary address of the device', () => ({ uri: temporary })],
    ['a dialog that is none', () => ({ uri: `${aor('anna')};gr=${ANNA_DEVICE}`, toTag: 'x' })],
    ['a dialog that is none, at the temporary address', () => ({ uri: temporary, toTag: 'x' })],
    [
      'a dialog that is none, by a route',
      () => ({
        uri: `${aor('anna')};gr=${ANNA_DEVICE}`,
        toTag: 'x',
        headers: [{ name: 'Route', value: `<sip:127.0.0.1:${engine.sipPort};lr>` }],
      }),
    ],
  ];
  test.each(doors)('gets nowhere by %s', async (_door, out) => {
    expect(temporary).toContain(';gr');
    for (const [method, body] of [
      ['MESSAGE', WORDS],
      ['OPTIONS', {}],
      ['INVITE', CALL],
    ] as const) {
      const { headers = [], ...rest } = out();
      const contact = { name: 'Contact', value: `<${eve.contact}>` };
      const response = await eve.request(method, { ...rest, headers: [...headers, contact], ...body });
      expect([method, response.status, reached.splice(0).map((one) => one.method)]).toEqual([
        method,
        expect.toSatisfy((status: number) => status === 202 || status >= 400),
        [],
      ]);
    }
  });

  test('nor does anybody learn by a question that somebody who appears offline is there', async () => {
    const { phone: dora } = await device('dora');
    const ask = async (method: string) => (await dora.request(method, { uri: aor('anna') })).status;
    expect([await ask('OPTIONS'), reached.splice(0).length]).toEqual([200, 1]);
    const body = `<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" entity="${aor('anna')}"><tuple id="t"><status><basic>closed</basic></status></tuple></presence>`;
    const published = await anna.request('PUBLISH', {
      uri: aor('anna'),
      headers: [{ name: 'Event', value: 'presence' }],
      ...{ contentType: 'application/pidf+xml', body },
    });
    expect(published.status).toBe(200);
    expect([await ask('OPTIONS'), await ask('INFO'), reached.splice(0).length]).toEqual([480, 480, 0]);
    dora.socket.terminate();
  });

  test('passwords and keys stand in no list of processes and in no log', () => {
    const secrets = ['db-password', 'service-key', 'turn-secret'].map((name) =>
      readFileSync(join(engine.folder, name), 'utf8'),
    );
    const lines = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      });
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20);
      expect(lines.filter((line) => line.includes(secret)).map((line) => line.split('\0')[0])).toEqual([]);
      expect(engine.log().includes(secret)).toBe(false);
    }
  });
});
