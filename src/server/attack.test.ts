import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatCpim } from '../protocol/cpim.ts';
import { parseNameAddr } from '../protocol/sip-header.ts';
import { header, headers, type Header } from '../protocol/sip-message.ts';
import { ruleset, toHeaders } from './events/test-world.ts';
import { manualClock } from './testing/manual-clock.ts';
import { aorOf, DOMAIN, openOffice } from './testing/office.ts';
import type { Phone } from './testing/phone.ts';
import { signedFetch } from './testing/signed-fetch.ts';

/** What somebody with an account, or without one, might try. Carol is the one who tries. */
describe('an attacker', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const blockCarol = async (owner: string): Promise<void> => {
    const { status } = await signedFetch(
      office.server.port,
      owner,
      `/xcap/pres-rules/users/${aorOf(owner)}/index`,
      {
        method: 'PUT',
        headers: { 'content-type': 'application/auth-policy+xml' },
        body: ruleset({ [aorOf('Carol')]: 'block' }),
      },
    );
    expect(status).toBe(201);
  };
  const gruuOf = async (phone: Phone): Promise<string> =>
    parseNameAddr(headers(await phone.register(), 'Contact')[0] ?? '')?.params.get('pub-gruu') ?? '';
  const contact = (uri: string): Header[] => [{ name: 'Contact', value: `<${uri}>` }];
  const cpimFrom = (name: string) => ({
    contentType: 'message/cpim',
    body: formatCpim({
      from: { name: '', uri: aorOf(name) },
      to: [{ name: '', uri: aorOf('Bob') }],
      contentHeaders: [['Content-Type', 'text/plain']],
      content: 'pay me',
    }),
  });

  it('who is blocked gets no nearer with a made-up dialog', async () => {
    const bob = await office.device('Bob');
    const carol = await office.device('Carol');
    const gruu = await gruuOf(bob);
    await blockCarol('Bob');
    for (const uri of [gruu, bob.contact]) {
      for (const method of ['MESSAGE', 'INVITE', 'REFER', 'INFO']) {
        const sent = carol.start(method, { uri, toTag: 'made-up', headers: contact(carol.contact) });
        expect([method, (await carol.responseTo(sent)).status]).toEqual([method, 480]);
      }
    }
    expect(bob.requests.items).toEqual([]);
  });

  it('a call that began before the block can still be ended', async () => {
    const bob = await office.device('Bob');
    const carol = await office.device('Carol');
    const invite = carol.start('INVITE', { uri: aorOf('Bob'), headers: contact(carol.contact) });
    bob.reply(await bob.next('INVITE'), { status: 200, headers: contact(bob.contact) });
    const answer = await carol.responseTo(invite);
    carol.inDialog('ACK', answer);
    await bob.next('ACK');
    await blockCarol('Bob');
    const bye = carol.inDialog('BYE', answer);
    bob.reply(await bob.next('BYE'), { status: 200 });
    expect((await carol.responseTo(bye)).status).toBe(200);
    const again = carol.start('INVITE', {
      uri: bob.contact,
      headers: [
        ...contact(carol.contact),
        ...headers(answer, 'Record-Route').map((value) => ({ name: 'Route', value })),
      ],
    });
    expect((await carol.responseTo(again)).status).toBe(480);
  });

  it('somebody else’s Route leads nobody into their call', async () => {
    const [alice, bob, carol] = [
      await office.device('Alice'),
      await office.device('Bob'),
      await office.device('Carol'),
    ];
    const invite = alice.start('INVITE', { uri: aorOf('Bob'), headers: contact('sip:a@one.invalid') });
    bob.reply(await bob.next('INVITE'), { status: 200, headers: contact('sip:b@two.invalid') });
    const answer = await alice.responseTo(invite);
    alice.inDialog('ACK', answer);
    await bob.next('ACK');
    const route = headers(answer, 'Record-Route').map((value) => ({ name: 'Route', value }));
    const dialog = {
      uri: 'sip:b@two.invalid',
      toTag: answer.to.params.get('tag') ?? '',
      callId: answer.callId,
    };
    const bye = carol.start('BYE', { ...dialog, headers: route });
    expect((await carol.responseTo(bye)).status).toBe(480);
    carol.start('ACK', { ...dialog, headers: route });
    const real = alice.inDialog('BYE', answer);
    expect((await bob.next('BYE')).from.uri).toBe(aorOf('Alice'));
    expect(bob.requests.items).toEqual([]);
    expect(real.method).toBe('BYE');
  });

  it('no wrapper sent straight to a device names another sender', async () => {
    const bob = await office.device('Bob');
    const carol = await office.device('Carol');
    const uri = await gruuOf(bob);
    expect((await carol.request('MESSAGE', { uri, ...cpimFrom('Alice') })).status).toBe(403);
    expect((await carol.request('MESSAGE', { uri, contentType: 'message/cpim', body: 'x' })).status).toBe(
      400,
    );
    const referrer = [{ name: 'Referred-By', value: `<${aorOf('Alice')}>` }, ...contact(carol.contact)];
    expect((await carol.request('REFER', { uri, headers: referrer })).status).toBe(403);
    expect(bob.requests.items).toEqual([]);
    const honest = carol.start('MESSAGE', { uri, ...cpimFrom('Carol') });
    bob.reply(await bob.next('MESSAGE'), { status: 200 });
    expect((await carol.responseTo(honest)).status).toBe(200);
  });

  it('nobody’s word is taken for where a request has been, whatever the spelling', async () => {
    const bob = await office.device('Bob');
    const carol = await office.device('Carol');
    const names = ['History-Info', 'diversion', 'REMOTE-PARTY-ID', 'p-asserted-identity', 'parley-sequence'];
    const claims = names.map((name) => ({ name, value: `<${aorOf('Alice')}>` }));
    carol.start('INVITE', { uri: aorOf('Bob'), headers: claims });
    const invite = await bob.next('INVITE');
    expect((await carol.request('MESSAGE', { uri: aorOf('Bob'), headers: claims, body: 'x' })).status).toBe(
      202,
    );
    const message = await bob.next('MESSAGE');
    for (const got of [invite, message]) {
      expect(got.headers.filter(({ value }) => value.includes('alice')).map(({ name }) => name)).toEqual([]);
    }
    expect(headers(message, 'Parley-Sequence')).toEqual(['1']);
  });

  it('a Contact that is an address of this server registers nothing', async () => {
    const carol = await office.phone('Carol');
    for (const uri of [aorOf('Alice'), `${aorOf('Alice')};gr=urn:uuid:1`, `sip:${DOMAIN}`]) {
      expect((await carol.register({ contact: `<${uri}>` })).status).toBe(403);
    }
  });

  it('a Contact in use stays its owner’s, also while the owner’s device sleeps', async () => {
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const carol = await office.phone('Carol');
    expect((await carol.register({ contact: `<${bob.contact}>` })).status).toBe(200);
    alice.start('OPTIONS', { uri: bob.contact });
    expect((await bob.next('OPTIONS')).uri).toBe(bob.contact);
  });

  it('a subscription’s notices go to its watcher’s devices, not to an address it names', async () => {
    const bob = await office.device('Bob');
    const carol = await office.device('Carol');
    const fields = toHeaders({ Event: 'presence', Contact: `<${await gruuOf(bob)}>` });
    expect((await carol.request('SUBSCRIBE', { uri: aorOf('Alice'), headers: fields })).status).toBe(200);
    await carol.next('NOTIFY');
    expect(bob.requests.items).toEqual([]);
  });

  it('a message with the tag of some dialog holds no mailbox up', async () => {
    const carol = await office.device('Carol');
    expect((await carol.request('MESSAGE', { uri: aorOf('Bob'), toTag: 'x', body: 'one' })).status).toBe(202);
    expect((await carol.request('MESSAGE', { uri: aorOf('Bob'), body: 'two' })).status).toBe(202);
    const bob = await office.device('Bob');
    const first = await bob.next('MESSAGE');
    expect([first.body, first.to.params.get('tag')]).toEqual(['one', undefined]);
  });

  it('an account that was removed ends on open connections too', async () => {
    const carol = await office.device('Carol');
    await office.server.users.remove(aorOf('Carol'));
    const sent = carol.start('MESSAGE', { uri: aorOf('Bob'), body: 'still here' });
    expect((await carol.responseTo(sent)).status).toBe(401);
  });

  it('a connection is not believed for ever without registering again', async () => {
    await office.close();
    const clock = manualClock();
    office = await openOffice({ clock });
    const carol = await office.phone('Carol');
    expect((await carol.request('OPTIONS', { uri: `sip:${DOMAIN}` })).status).toBe(200);
    const ask = async () => {
      const sent = carol.start('OPTIONS', { uri: `sip:${DOMAIN}` });
      return (await carol.responseTo(sent)).status;
    };
    expect(await ask()).toBe(200);
    for (let minutes = 0; minutes < 66; minutes++) {
      clock.advance(29_000);
      carol.sendRaw('\r\n\r\n');
      await once(carol.socket, 'message');
      clock.advance(29_000);
      carol.sendRaw('\r\n\r\n');
      await once(carol.socket, 'message');
      clock.advance(2_000);
    }
    expect(await ask()).toBe(401);
  });

  it('who hangs up in the middle of a refused handshake takes nothing along', async () => {
    for (let i = 0; i < 50; i++) {
      const socket = connect(office.server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const path = i % 2 ? '/sip' : '/elsewhere';
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
      );
      socket.resetAndDestroy();
    }
    expect((await fetch(`http://127.0.0.1:${office.server.port}/health`)).status).toBe(200);
  });

  it('65 calls at once from one connection are one too many', async () => {
    const bob = await office.device('Bob');
    const carol = await office.device('Carol');
    const calls = Array.from({ length: 65 }, () => carol.start('INVITE', { uri: aorOf('Bob') }));
    const last = calls.at(-1);
    const refused = last ? await carol.responseTo(last) : null;
    expect([refused?.status, refused && header(refused, 'Retry-After')]).toEqual([503, '5']);
    expect((await bob.next('INVITE')).from.uri).toBe(aorOf('Carol'));
  });
});
