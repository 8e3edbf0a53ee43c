import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushParams } from '../../protocol/push-params.ts';
import { decodeListNotification } from '../../protocol/rlmi.ts';
import { header } from '../../protocol/sip-message.ts';
import { DOMAIN, aorOf, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { pidf, ruleset, toHeaders } from './test-world.ts';

/*
 * The whole server on a socket of this machine: SIP over WebSocket, XCAP over HTTP, a push service.
 *
 *   alice            server              bob
 *     | PUBLISH ------> | NOTIFY ---------> |
 *     | PUT rules ----> | NOTIFY (empty) -> |
 *     |                 | <--- MESSAGE alice|  480-like, as if she were offline
 */

const [ALICE, BOB] = [aorOf('Alice'), aorOf('Bob')];
let office: Awaited<ReturnType<typeof openOffice>>;
beforeEach(async () => {
  office = await openOffice({ allowLoopbackPush: true });
});
afterEach(() => office.close());

async function watch(phone: Phone, uri: string, fields: Record<string, string> = {}) {
  const headers = toHeaders({ Event: 'presence', Expires: '600', Contact: `<${phone.contact}>`, ...fields });
  return phone.request('SUBSCRIBE', { uri, headers });
}

async function told(phone: Phone): Promise<{ state: string; body: string }> {
  const notify = await phone.next('NOTIFY');
  phone.reply(notify, { status: 200 });
  return { state: (header(notify, 'Subscription-State') ?? '').replace(/;.*/, ''), body: notify.body };
}

const publish = (phone: Phone, body: string) =>
  phone.request('PUBLISH', {
    uri: phone.aor,
    headers: toHeaders({ Event: 'presence' }),
    contentType: 'application/pidf+xml',
    body,
  });

const http = (name: string, method: string, path: string, type = '', body = ''): Promise<Response> =>
  signedFetch(office.server.port, name, path, {
    method,
    ...(type && { headers: { 'content-type': type } }),
    ...(body && { body }),
  });

describe('over a socket', () => {
  it('a change of presence shows without a poll', async () => {
    const [alice, bob] = [await office.device('Alice'), await office.device('Bob')];
    expect((await watch(bob, ALICE)).status).toBe(200);
    expect(await told(bob)).toEqual({ state: 'active', body: '' });
    const started = performance.now();
    expect((await publish(alice, pidf('a', 'open', 'here'))).status).toBe(200);
    expect((await told(bob)).body).toContain('here');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('a subscription is refreshed and ended in its dialog', async () => {
    const bob = await office.device('Bob');
    const response = await watch(bob, ALICE);
    await told(bob);
    for (const [expires, state] of [
      ['300', 'active'],
      ['0', 'terminated'],
    ] as const) {
      const headers = toHeaders({ Event: 'presence', Expires: expires, Contact: `<${bob.contact}>` });
      const refresh = bob.inDialog('SUBSCRIBE', response, { headers });
      expect((await bob.responseTo(refresh)).status).toBe(200);
      expect((await told(bob)).state).toBe(state);
    }
    const late = bob.inDialog('SUBSCRIBE', response, {
      headers: toHeaders({ Event: 'presence', Contact: '<sip:x@y>' }),
    });
    expect((await bob.responseTo(late)).status).toBe(481);
  });

  it('nobody publishes or subscribes without a password', async () => {
    const phone = await office.phone('Alice');
    const anonymous = {
      uri: ALICE,
      anonymous: true,
      headers: toHeaders({ Event: 'presence', Contact: '<sip:x@y>' }),
    };
    expect((await phone.request('SUBSCRIBE', anonymous)).status).toBeGreaterThanOrEqual(401);
    expect((await phone.request('PUBLISH', anonymous)).status).toBeGreaterThanOrEqual(401);
  });

  it('blocking by XCAP hides presence at once and keeps messages and calls away', async () => {
    const [alice, bob] = [await office.device('Alice'), await office.device('Bob')];
    await publish(alice, pidf('a'));
    await watch(bob, ALICE);
    expect((await told(bob)).body).toContain('open');
    const rules = ruleset({ [BOB]: 'polite-block', '*': 'allow' });
    const path = `/xcap/pres-rules/users/${ALICE}/index`;
    expect((await http('Alice', 'PUT', path, 'application/auth-policy+xml', rules)).status).toBe(201);
    expect(await told(bob)).toEqual({ state: 'active', body: '' });
    const invite = await bob.request('INVITE', {
      uri: ALICE,
      headers: toHeaders({ Contact: `<${bob.contact}>` }),
      contentType: 'application/sdp',
      body: 'v=0\r\n',
    });
    expect(invite.status).toBe(480);
    // The same answer as when nobody is there: it will be thrown away.
    const note = { uri: ALICE, contentType: 'text/plain', body: 'hello' };
    expect((await bob.request('MESSAGE', note)).status).toBe(202);
    expect(alice.requests.items).toEqual([]);
    expect((await http('Bob', 'GET', path)).status).toBe(403);
  });

  it('OPTIONS names the events', async () => {
    const phone = await office.device('Alice');
    const response = await phone.request('OPTIONS', { uri: `sip:${DOMAIN}` });
    expect(header(response, 'Allow-Events')).toContain('presence');
  });

  it('nodes of documents can be named with quotes and brackets', async () => {
    const path = `/xcap/resource-lists/users/${ALICE}/index`;
    const body =
      '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="a b"/></resource-lists>';
    expect((await http('Alice', 'PUT', path, 'application/resource-lists+xml', body)).status).toBe(201);
    const node = await http('Alice', 'GET', `${path}/~~/resource-lists/list%5b@name=%22a%20b%22%5d`);
    expect([node.status, node.headers.get('content-type')]).toEqual([200, 'application/xcap-el+xml']);
  });

  it('a call to a sleeping browser knocks at its push service within a second', async () => {
    const service = createServer((_request, response) => response.writeHead(201).end());
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}/bob`;
    const { provider, prid, param } = pushParams({
      endpoint,
      p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
      auth: randomBytes(16).toString('base64url'),
    });
    const sleeper = await office.phone('Bob', { instance: 'urn:uuid:00000000-0000-1000-8000-00000000000b' });
    const push = `;pn-provider=${provider};pn-prid=${encodeURIComponent(prid)};pn-param=${param}`;
    const contact = `<${sleeper.contact}${push}>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000b>";expires=600`;
    const registered = await sleeper.register({ contact });
    expect(registered.status).toBe(200);
    expect(header(registered, 'Feature-Caps')).toMatch(/\+sip\.pns="webpush";\+sip\.vapid="[\w-]{87}"/);
    sleeper.socket.close();
    await once(sleeper.socket, 'close');
    const alice = await office.device('Alice');
    const knocked = once(service, 'request');
    const started = performance.now();
    alice.start('INVITE', {
      uri: BOB,
      headers: toHeaders({ Contact: `<${alice.contact}>` }),
      contentType: 'application/sdp',
      body: 'v=0\r\n',
    });
    await knocked;
    expect(performance.now() - started).toBeLessThan(5000);
    service.closeAllConnections();
    service.close();
  });

  it('a list of contacts comes in one subscription', async () => {
    const [alice, bob] = [await office.device('Alice'), await office.device('Bob')];
    await publish(bob, pidf('b'));
    const path = `/xcap/resource-lists/users/${ALICE}/index`;
    const entries = [BOB, aorOf('Carol')].map((uri) => `<entry uri="${uri}"/>`).join('');
    const body = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`;
    await http('Alice', 'PUT', path, 'application/resource-lists+xml', body);
    const response = await watch(alice, `${ALICE};list=contacts`, { Supported: 'eventlist' });
    expect([response.status, header(response, 'Require')]).toEqual([200, 'eventlist']);
    const notify = await alice.next('NOTIFY');
    alice.reply(notify, { status: 200 });
    const list = decodeListNotification(header(notify, 'Content-Type') ?? '', notify.body);
    if (!list.ok) throw new Error(list.why);
    expect(list.value.resources.map(({ uri, parts }) => [uri, parts.length])).toEqual([
      [BOB, 1],
      [aorOf('Carol'), 0],
    ]);
  });

  it('a dialog lives on over a new socket and a new server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-'));
    const instance = 'urn:uuid:00000000-0000-1000-8000-0000000000bb';
    const gruu = `${BOB};gr=${instance}`;
    let second = await openOffice({ folder });
    try {
      const alice = await second.device('Alice');
      await publish(alice, pidf('a', 'open', 'kept'));
      const bob = await second.device('Bob', { instance });
      const response = await watch(bob, ALICE, { Contact: `<${gruu}>` });
      expect((await told(bob)).body).toContain('kept');
      await bob.close();
      const again = await second.device('Bob', { instance });
      await publish(alice, pidf('a', 'open', 'changed'));
      expect((await told(again)).body).toContain('changed');
      await second.close();

      second = await openOffice({ folder });
      const restored = await second.device('Bob', { instance });
      const notify = await restored.next('NOTIFY');
      expect(notify.callId).toBe(response.callId);
      expect(notify.body).toContain('changed');
    } finally {
      await second.close();
      rmSync(folder, { recursive: true });
    }
  });
});
