import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodePushNotice } from '../../protocol/push-notice.ts';
import { pushParams } from '../../protocol/push-params.ts';
import { silentLog } from '../log.ts';
import type { Binding, Clock } from '../sip/contract.ts';
import { guardEndpoint, guardedLookup } from './endpoint-guard.ts';
import { vapidKeys } from './vapid-keys.ts';
import { type WakeWithEnd, createWake } from './wake.ts';
import { createPushSender } from './web-push-sender.ts';

/*
 * server                         push service                  browser
 *   | POST endpoint  TTL, Urgency, Topic, vapid, aes128gcm |
 *   |----------------------------->|  201 / 410 / 429        |
 *   |<-----------------------------|------- encrypted ------>|  decrypts with its own key
 */

interface Knock {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const BOB = 'sip:bob@example.org';
const ALICE = 'sip:alice@example.org';
const keys = vapidKeys(':memory:');
const browser = createECDH('prime256v1');
const p256dh = browser.generateKeys();
const auth = randomBytes(16);

/** RFC 8188 and RFC 8291, by hand, as a browser does it. */
function decrypt(body: Buffer): string {
  const salt = body.subarray(0, 16);
  const keyLength = body[20] ?? 0;
  const serverKey = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  const secret = browser.computeSecret(serverKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, serverKey]);
  const ikm = Buffer.from(hkdfSync('sha256', secret, auth, info, 32));
  const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12));
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString();
}

/** RFC 8292: the claims, when the signature is that of the key the server names. */
function vapidClaims(authorization: string): { aud: string; exp: number; sub: string } {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
  expect(key).toBe(keys.publicKey);
  const point = Buffer.from(key, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const [head = '', claims = '', signature = ''] = token.split('.');
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const sound = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  expect(sound).toBe(true);
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string; exp: number; sub: string };
}

let service: Server;
let origin: string;
let answers: { status: number; retryAfter?: string }[];
let knocks: Knock[];
let arrived: (() => void)[];
let forgotten: Binding[];
let timers: { ms: number; run: () => void }[];
let wake: WakeWithEnd;

beforeEach(async () => {
  answers = [];
  knocks = [];
  arrived = [];
  forgotten = [];
  timers = [];
  service = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { status, retryAfter } = answers.shift() ?? { status: 201 };
      response
        .writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
        .end('ignored');
      knocks.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      for (const tell of arrived.splice(0)) tell();
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const clock: Clock = {
    now: () => 1_000_000,
    random: () => 0,
    after(ms, run) {
      const timer = { ms, run };
      timers.push(timer);
      for (const tell of arrived.splice(0)) tell();
      return () => void (timers = timers.filter((one) => one !== timer));
    },
  };
  const send = createPushSender({ keys, subject: 'mailto:postmaster@example.org', allowLoopback: true });
  const forget = (binding: Binding): void => {
    forgotten.push(binding);
    for (const tell of arrived.splice(0)) tell();
  };
  wake = createWake({ send, publicKey: keys.publicKey, locations: { forget }, clock, log: silentLog() });
});
afterEach(() => {
  wake.stop();
  service.closeAllConnections();
  service.close();
});

function binding(path = '/a'): Binding {
  const params = pushParams({
    endpoint: origin + path,
    p256dh: p256dh.toString('base64url'),
    auth: auth.toString('base64url'),
  });
  return {
    aor: BOB,
    contact: `${BOB};x=${path}`,
    instance: `urn:uuid:${path}`,
    flow: null,
    expiresAt: 0,
    q: 1000,
    push: { ...params, prid: encodeURIComponent(params.prid) },
  };
}
const call = (...bindings: Binding[]) =>
  wake.wake(BOB, { kind: 'call', from: ALICE, callId: 'c1@x', bindings });
/** Waits for the world to reach a state; what changes it wakes this up. */
async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise<void>((resolve) => arrived.push(resolve));
}
const retries = () => timers.filter(({ ms }) => ms < 60_000);

describe('a push', () => {
  it('is encrypted for the browser, signed by the server, urgent and short-lived for a call', async () => {
    call(binding());
    await until(() => knocks.length === 1);
    const [knock] = knocks;
    expect(knock?.headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      ttl: '60',
      urgency: 'high',
      topic: expect.stringMatching(/^[\w-]{32}$/) as string,
    });
    expect(knock?.body.length).toBeLessThan(250);
    expect(knock?.body.toString('latin1')).not.toContain('alice');
    expect(decodePushNotice(decrypt(knock?.body ?? Buffer.alloc(0)))).toEqual({
      kind: 'call',
      from: ALICE,
      callId: 'c1@x',
    });
    const claims = vapidClaims(knock?.headers.authorization ?? '');
    expect(claims).toMatchObject({ aud: origin, sub: 'mailto:postmaster@example.org' });
    expect(claims.exp * 1000 - Date.now()).toBeLessThanOrEqual(86_400_000);
  });

  it('says that a call is over under the same topic', async () => {
    call(binding());
    wake.over(BOB, 'c1@x');
    await until(() => knocks.length === 2);
    const kinds = knocks.map(({ body }) => decodePushNotice(decrypt(body))?.kind).sort();
    expect(kinds).toEqual(['call', 'gone']);
    expect(new Set(knocks.map(({ headers }) => headers['topic'])).size).toBe(1);
    wake.over(BOB, 'c1@x');
    wake.over(BOB, 'unknown');
    call(binding('/b'));
    await until(() => knocks.length === 3);
    expect(knocks[2]?.path).toBe('/b');
  });

  it('coalesces the messages of one sender: the first at once, one more at the end', async () => {
    const bindings = [binding()];
    const message = (from: string) => wake.wake(BOB, { kind: 'message', from, callId: 'm', bindings });
    for (let i = 0; i < 5; i++) message(ALICE);
    message('sip:carol@example.org');
    await until(() => knocks.length === 2);
    expect(knocks[0]?.headers).toMatchObject({ urgency: 'normal', ttl: '604800' });
    for (const { run } of timers.splice(0)) run();
    await until(() => knocks.length === 3);
    expect(knocks.map(({ body }) => decodePushNotice(decrypt(body))?.from)).toContain(
      'sip:carol@example.org',
    );
  });
});

describe('what the push service answers', () => {
  it.each([404, 410])('%i removes the binding', async (status) => {
    answers = [{ status }];
    const one = binding();
    call(one);
    await until(() => forgotten.length === 1);
    expect(forgotten).toEqual([one]);
  });

  it('503 and 429 are tried again, as late as asked, and at most four times', async () => {
    answers = [{ status: 503 }, { status: 429, retryAfter: '7' }, { status: 500 }, { status: 500 }];
    call(binding());
    for (const wait of [1_000, 7_000, 15_000]) {
      await until(() => retries().length === 1);
      expect(retries()[0]?.ms).toBe(wait);
      retries()[0]?.run();
      timers = timers.filter(({ ms }) => ms >= 60_000);
    }
    await until(() => knocks.length === 4);
    await new Promise((resolve) => setImmediate(resolve));
    expect(retries()).toEqual([]);
    expect(forgotten).toEqual([]);
  });

  it('nothing more is tried for a call that is over', async () => {
    answers = [{ status: 503 }];
    call(binding());
    await until(() => retries().length === 1);
    wake.over(BOB, 'c1@x');
    retries()[0]?.run();
    await until(() => knocks.length === 2);
    expect(knocks.map(({ body }) => decodePushNotice(decrypt(body))?.kind)).toEqual(['call', 'gone']);
  });

  it('a redirect is not followed', async () => {
    answers = [{ status: 307 }];
    call(binding());
    await until(() => knocks.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(retries()).toEqual([]);
  });
});

it('a binding that cannot be read is forgotten', () => {
  const one = binding();
  call({ ...one, push: { provider: 'webpush', prid: 'https%3A//x.example/', param: 'short' } });
  expect(forgotten).toHaveLength(1);
});

describe('the guard', () => {
  const strict = { allowLoopback: false };
  it.each([
    'http://push.example.net/a',
    'https://127.0.0.1/a',
    'https://2130706433/a',
    'https://0x7f.1/a',
    'https://10.1.2.3/a',
    'https://172.16.0.1/a',
    'https://192.168.1.1/a',
    'https://169.254.169.254/latest',
    'https://100.64.0.1/a',
    'https://0.0.0.0/a',
    'https://224.0.0.1/a',
    'https://[::1]/a',
    'https://[::]/a',
    'https://[fe80::1]/a',
    'https://[fd00::1]/a',
    'https://[::ffff:10.0.0.1]/a',
    'https://[::ffff:a9fe:a9fe]/a',
    'https://[64:ff9b::a00:1]/a',
    'https://[2002:a00:1::]/a',
    'https://localhost/a',
    'https://intranet/a',
    'https://push.example.net:8443/a',
    'https://user:pass@push.example.net/a',
    'ftp://push.example.net/a',
    'nonsense',
  ])('refuses %s', (endpoint) => {
    expect(guardEndpoint(endpoint, strict).ok).toBe(false);
  });

  it('lets public endpoints through, and this machine only when told', () => {
    expect(guardEndpoint('https://updates.push.services.example.com/wpush/v2/x', strict).ok).toBe(true);
    expect(guardEndpoint('https://93.184.216.34/x', strict).ok).toBe(true);
    expect(guardEndpoint('http://127.0.0.1:9/x', { allowLoopback: true }).ok).toBe(true);
    expect(guardEndpoint('http://10.0.0.1:9/x', { allowLoopback: true }).ok).toBe(false);
  });

  it('looks through names', async () => {
    const ask = (loopback: boolean) =>
      new Promise<Error | null>((resolve) => {
        guardedLookup({ allowLoopback: loopback })('localhost', { all: true }, (error) => resolve(error));
      });
    expect(await ask(false)).toBeInstanceOf(Error);
    expect(await ask(true)).toBeNull();
  });
});

describe('the key pair', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'vapid-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, kept, and readable for its owner alone', () => {
    const made = vapidKeys(folder);
    expect(vapidKeys(folder)).toEqual(made);
    expect(statSync(join(folder, 'vapid.json')).mode & 0o777).toBe(0o600);
  });

  it('is never replaced in silence', () => {
    writeFileSync(join(folder, 'vapid.json'), '{}');
    expect(() => vapidKeys(folder)).toThrow('no key pair');
  });
});
