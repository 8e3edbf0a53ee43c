import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headers } from '../../protocol/sip-message.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';
import { connectRaw } from '../testing/raw-peer.ts';

describe('who a request is from', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  it('REGISTER for somebody else is forbidden, even with a right password', async () => {
    const alice = await office.phone('Alice');
    const contact = [{ name: 'Contact', value: '<sip:a@b.invalid>' }];
    const uri = `sip:${DOMAIN}`;
    expect((await alice.request('REGISTER', { uri, to: aorOf('Bob'), headers: contact })).status).toBe(403);
    const asBob = { uri, from: aorOf('Bob'), to: aorOf('Bob'), headers: contact };
    expect((await alice.request('REGISTER', asBob)).status).toBe(403);
  });

  it('a From that was not proved is challenged, and alice’s password does not prove bob', async () => {
    const alice = await office.device('Alice');
    const forged = { uri: aorOf('Carol'), from: aorOf('Bob'), body: 'pay me' };
    expect((await alice.request('MESSAGE', { ...forged, anonymous: true })).status).toBe(401);
    expect((await alice.request('MESSAGE', forged)).status).toBe(403);
  });

  it('a From of another domain is forbidden', async () => {
    const alice = await office.device('Alice');
    const response = await alice.request('MESSAGE', { uri: aorOf('Bob'), from: 'sip:alice@bank.test' });
    expect(response.status).toBe(403);
  });

  it.each(['From', 'f'])('two From fields are refused (second as %s)', async (name) => {
    await office.device('Bob');
    const peer = await connectRaw(office.server.port);
    const answer = await peer.ask(
      Buffer.from(
        `MESSAGE ${aorOf('Bob')} SIP/2.0\r\nVia: SIP/2.0/WS p.invalid;branch=z9hG4bK1\r\nFrom: <${aorOf('Alice')}>;tag=1\r\n` +
          `${name}: <${aorOf('Carol')}>;tag=2\r\nTo: <${aorOf('Bob')}>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n\r\n`,
      ),
    );
    expect(answer?.status).toBe(400);
    peer.socket.terminate();
  });

  it('nobody but the server asserts an identity, in requests and responses', async () => {
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const boast = [{ name: 'P-Asserted-Identity', value: '<sip:ceo@parley.test>' }];
    const invite = alice.start('INVITE', { uri: aorOf('Bob'), headers: boast });
    const got = await bob.next('INVITE');
    expect(headers(got, 'P-Asserted-Identity')).toEqual([`"Alice Example" <${aorOf('Alice')}>`]);
    bob.reply(got, { status: 486, headers: boast });
    expect(headers(await alice.responseTo(invite), 'P-Asserted-Identity')).toEqual([]);
  });

  it('credentials stay between a client and the server', async () => {
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const fields = [
      { name: 'Proxy-Authorization', value: 'Digest username="alice", response="00"' },
      { name: 'Authorization', value: 'Digest username="alice", response="00"' },
    ];
    alice.start('OPTIONS', { uri: aorOf('Bob'), headers: fields });
    const got = await bob.next('OPTIONS');
    expect(headers(got, 'Proxy-Authorization')).toEqual([]);
    expect(headers(got, 'Authorization')).toEqual([]);
  });

  it('relays to no other domain, address or route', async () => {
    const alice = await office.device('Alice');
    const status = async (uri: string, route?: string) => {
      const fields = route === undefined ? [] : [{ name: 'Route', value: route }];
      return (await alice.request('OPTIONS', { uri, headers: fields })).status;
    };
    expect(await status('sip:bob@elsewhere.test')).toBe(404);
    expect(await status('sip:127.0.0.1:22')).toBe(404);
    expect(await status('sip:bob@255.255.255.255')).toBe(404);
    expect(await status(aorOf('Bob'), '<sip:127.0.0.1;lr>')).toBe(403);
    expect(await status(aorOf('Bob'), `<sip:${DOMAIN};lr>, <sip:elsewhere.test;lr>`)).toBe(403);
    expect(await status(`sip:${DOMAIN}`, `<sip:${DOMAIN};lr>`)).toBe(200);
    expect(await status('tel:+4930123456')).toBe(416);
  });

  it('a connection proves nothing for another one', async () => {
    await office.device('Alice');
    const second = await office.phone('Alice');
    expect((await second.request('OPTIONS', { uri: aorOf('Bob'), anonymous: true })).status).toBe(407);
  });

  it('a changed password ends at the next REGISTER', async () => {
    const alice = await office.device('Alice');
    await office.server.users.remove(aorOf('Alice'));
    expect((await alice.register()).status).toBe(401);
    expect((await alice.request('OPTIONS', { uri: aorOf('Bob'), anonymous: true })).status).toBe(407);
  });

  it('forged responses change nothing', async () => {
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const carol = await office.device('Carol');
    const invite = alice.start('INVITE', { uri: aorOf('Bob') });
    const got = await bob.next('INVITE');
    // Carol knows everything of the transaction, but it is not her connection.
    carol.reply(got, { status: 603 });
    expect((await carol.request('OPTIONS', { uri: `sip:${DOMAIN}` })).status).toBe(200);
    bob.reply(got, { status: 486 });
    expect((await alice.responseTo(invite)).status).toBe(486);
  });
});
