import { afterEach, describe, expect, it } from 'vitest';
import { header } from '../../protocol/sip-message.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';
import { connectRaw } from '../testing/raw-peer.ts';

describe('the proxy', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  afterEach(() => office.close());

  it('counts hops down, and refuses the last one', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const hops = (maxForwards: number) => alice.request('OPTIONS', { uri: aorOf('Bob'), maxForwards });
    expect((await hops(0)).status).toBe(483);
    bob.answer('OPTIONS', (request) => bob.reply(request, { status: request.maxForwards === 0 ? 200 : 500 }));
    expect((await hops(1)).status).toBe(200);
    expect((await alice.request('OPTIONS', { uri: `sip:${DOMAIN}`, maxForwards: 0 })).status).toBe(200);
  });

  it('sees its own request coming round', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const sent = alice.start('OPTIONS', { uri: aorOf('Bob') });
    const got = await bob.next('OPTIONS');
    // Bob's side sends it on to where it was meant for, as a forwarding proxy would.
    const [, ...below] = got.vias;
    const via = {
      transport: 'WS',
      host: 'bob.invalid',
      port: null,
      params: new Map([['branch', 'z9hG4bKagain']]),
    };
    bob.send({
      ...got,
      uri: aorOf('Bob'),
      vias: [via, ...got.vias],
      headers: [{ name: 'Via', value: 'SIP/2.0/WS bob.invalid;branch=z9hG4bKagain' }, ...got.headers],
    });
    const looped = await bob.responses.take(({ cseq }) => cseq.method === 'OPTIONS', 'answer to the loop');
    expect(looped.status).toBe(482);
    expect(below).toHaveLength(1);
    bob.reply(got, { status: 200 });
    expect((await alice.responseTo(sent)).status).toBe(200);
  });

  it.each(['Require', 'Proxy-Require'])('refuses an unknown %s where it is the one asked', async (name) => {
    office = await openOffice();
    const alice = await office.device('Alice');
    const response = await alice.request('OPTIONS', {
      uri: `sip:${DOMAIN}`,
      headers: [{ name, value: 'gruu, teleport' }],
    });
    expect(response.status).toBe(420);
    expect(header(response, 'Unsupported')).toContain('teleport');
  });

  it('leaves Require to the far end', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    alice.start('OPTIONS', { uri: aorOf('Bob'), headers: [{ name: 'Require', value: 'teleport' }] });
    expect(header(await bob.next('OPTIONS'), 'Require')).toBe('teleport');
  });

  it('answers a method it does not serve with 405 and what it does', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    for (const method of ['INFO', 'TELEPORT']) {
      const response = await alice.request(method, { uri: `sip:${DOMAIN}` });
      expect(response.status).toBe(405);
      expect(header(response, 'Allow')).toMatch(/REGISTER, OPTIONS, MESSAGE, PUBLISH, SUBSCRIBE/);
    }
  });

  it('gives a device up that never answers an INVITE', async () => {
    const clock = manualClock();
    office = await openOffice({ clock, limits: { idle: 1e9 } });
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const invite = alice.start('INVITE', { uri: aorOf('Bob') });
    await bob.next('INVITE');
    clock.advance(32_000);
    expect((await alice.responseTo(invite)).status).toBe(480);
  });

  it('ends a call that rings for three minutes (timer C), and tells the device', async () => {
    const clock = manualClock();
    office = await openOffice({ clock, limits: { idle: 1e9 } });
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const invite = alice.start('INVITE', { uri: aorOf('Bob') });
    bob.reply(await bob.next('INVITE'), { status: 180 });
    await alice.responseTo(invite, false);
    clock.advance(180_000);
    expect((await alice.responseTo(invite)).status).toBe(480);
    expect((await bob.next('CANCEL')).callId).toBe(invite.callId);
  });

  it('an unsolicited NOTIFY reaches nobody', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    await office.device('Bob');
    expect((await alice.request('NOTIFY', { uri: aorOf('Bob') })).status).toBe(481);
  });

  it('an ACK of a stranger reaches nobody', async () => {
    office = await openOffice();
    const bob = await office.device('Bob');
    const stranger = await office.phone('Carol');
    stranger.start('ACK', { uri: bob.contact, from: aorOf('Alice'), toTag: 'x' });
    expect((await stranger.request('OPTIONS', { uri: `sip:${DOMAIN}` })).status).toBe(200);
    expect((await bob.request('OPTIONS', { uri: `sip:${DOMAIN}` })).status).toBe(200);
    expect(bob.requests.items).toEqual([]);
  });

  it('serves well beside 5,000 idle connections', { timeout: 60_000 }, async () => {
    office = await openOffice({ limits: { perAddress: 6000, rate: 1e6, burst: 1e6 } });
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    bob.answer('OPTIONS', (request) => bob.reply(request, { status: 200 }));
    /** Milliseconds that 95 of 100 requests took at most. */
    const slowest = async (): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 200; i++) {
        const began = performance.now();
        expect((await alice.request('OPTIONS', { uri: aorOf('Bob') })).status).toBe(200);
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b)[190] ?? Infinity;
    };
    await slowest();
    const alone = await slowest();
    const idle: Awaited<ReturnType<typeof connectRaw>>[] = [];
    while (idle.length < 5000) {
      idle.push(...(await Promise.all(Array.from({ length: 250 }, () => connectRaw(office.server.port)))));
    }
    // Some milliseconds of grace: alone it takes less than one.
    expect(await slowest()).toBeLessThan(3 * alone + 20);
    for (const { socket } of idle) socket.terminate();
  });
});
