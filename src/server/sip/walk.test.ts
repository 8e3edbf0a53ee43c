import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { header, headers } from '../../protocol/sip-message.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';

/**
 *   alice            server             bob
 *     | REGISTER ->    |                 |
 *     | <- 401, 200    |    <- REGISTER  |
 *     | INVITE ------> | INVITE -------> |
 *     | <--- 100, 180  | <---- 180, 200  |
 *     | ACK ---------> | ACK ----------> |
 *     | <--------- BYE | <---------- BYE |
 */
describe('two people and the server', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  it('register with digest and GRUU', async () => {
    const phone = await office.phone('Alice', { instance: 'urn:uuid:00000000-0000-1000-8000-000000000001' });
    const response = await phone.register();
    expect(response.status).toBe(200);
    const contact = header(response, 'Contact') ?? '';
    expect(contact).toContain(
      `pub-gruu="${aorOf('Alice')};gr=urn:uuid:00000000-0000-1000-8000-000000000001"`,
    );
    expect(contact).toMatch(/temp-gruu="sip:tgruu\.[\w-]+@parley\.test;gr"/);
    expect(header(response, 'Require')).toBe('outbound');
    expect(header(response, 'Flow-Timer')).toBe('60');
    expect(header(response, 'Date')).toBeDefined();
  });

  it('also with MD5', async () => {
    const phone = await office.phone('Alice', { algorithm: 'MD5' });
    expect((await phone.register()).status).toBe(200);
  });

  it('ask the server what it can do', async () => {
    const phone = await office.device('Alice');
    const response = await phone.request('OPTIONS', { uri: `sip:${DOMAIN}` });
    expect(response.status).toBe(200);
    expect(header(response, 'Allow')).toContain('MESSAGE');
  });

  it('send a message', async () => {
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const sending = alice.request('MESSAGE', {
      uri: aorOf('Bob'),
      contentType: 'text/plain',
      body: 'Grüß dich',
    });
    const got = await bob.next('MESSAGE');
    bob.reply(got, { status: 200 });
    expect((await sending).status).toBe(202);
    expect(got.body).toBe('Grüß dich');
    expect(header(got, 'P-Asserted-Identity')).toBe(`"Alice Example" <${aorOf('Alice')}>`);
    expect(header(got, 'Parley-Sequence')).toBe('1');
  });

  it('call, talk and hang up', async () => {
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const invite = alice.start('INVITE', {
      uri: aorOf('Bob'),
      headers: [{ name: 'Contact', value: `<${alice.contact}>` }],
      contentType: 'application/sdp',
      body: 'v=0\r\n',
    });
    const ringing = await bob.next('INVITE');
    expect(ringing.uri).toBe(bob.contact);
    expect(ringing.maxForwards).toBe(69);
    bob.reply(ringing, { status: 180 });
    expect((await alice.responseTo(invite, false)).status).toBe(180);
    bob.reply(ringing, { status: 200, headers: [{ name: 'Contact', value: `<${bob.contact}>` }] });
    const answer = await alice.responseTo(invite);
    expect(answer.status).toBe(200);
    expect(answer.vias).toHaveLength(1);
    alice.inDialog('ACK', answer);
    const ack = await bob.next('ACK');
    expect(headers(ack, 'Route')).toEqual([]);
    const bye = alice.inDialog('BYE', answer);
    bob.reply(await bob.next('BYE'), { status: 200 });
    expect((await alice.responseTo(bye)).status).toBe(200);
  });
});
