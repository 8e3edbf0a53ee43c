import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, headers, type Header } from '../../protocol/sip-message.ts';
import { aorOf, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';

const INSTANCES = {
  Alice: 'urn:uuid:00000000-0000-1000-8000-00000000000a',
  Bob: 'urn:uuid:00000000-0000-1000-8000-00000000000b',
};

describe('calls that outlive a connection', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  let alice: Phone;
  let bob: Phone;
  beforeEach(async () => {
    office = await openOffice();
    alice = await office.device('Alice', { instance: INSTANCES.Alice });
    bob = await office.device('Bob', { instance: INSTANCES.Bob });
  });
  afterEach(() => office.close());

  const gruu = async (phone: Phone, kind: 'pub-gruu' | 'temp-gruu'): Promise<string> => {
    const contact = parseNameAddr(headers(await phone.register(), 'Contact')[0] ?? '');
    return contact?.params.get(kind) ?? '';
  };
  const contactOf = (uri: string): Header[] => [{ name: 'Contact', value: `<${uri}>` }];
  const call = async (from: string, to: string) => {
    const invite = alice.start('INVITE', { uri: aorOf('Bob'), headers: contactOf(from) });
    const got = await bob.next('INVITE');
    bob.reply(got, { status: 200, headers: contactOf(to) });
    const answer = await alice.responseTo(invite);
    alice.inDialog('ACK', answer);
    await bob.next('ACK');
    return { invite: got, answer };
  };

  it.each(['pub-gruu', 'temp-gruu'] as const)(
    'a %s leads to the device on its new connection',
    async (kind) => {
      const { answer } = await call(await gruu(alice, kind), await gruu(bob, kind));
      const again = await office.device('Bob', { instance: INSTANCES.Bob });
      // A temporary one lives as long as the registration's Call-ID (RFC 5627 §5.2); ours is new, hence the public one.
      const bye = alice.inDialog('BYE', answer);
      if (kind === 'temp-gruu') {
        expect((await alice.responseTo(bye)).status).toBe(480);
        return;
      }
      again.reply(await again.next('BYE'), { status: 200 });
      expect((await alice.responseTo(bye)).status).toBe(200);
    },
  );

  it('a request waits for a device that is changing its connection', async () => {
    const { answer } = await call(await gruu(alice, 'pub-gruu'), await gruu(bob, 'pub-gruu'));
    await bob.close();
    const info = alice.inDialog('INFO', answer);
    const again = await office.device('Bob', { instance: INSTANCES.Bob });
    again.reply(await again.next('INFO'), { status: 200 });
    expect((await alice.responseTo(info)).status).toBe(200);
  });

  it('CD1 inside a call From may be the address that was called: the call says whose it is, and nobody else is believed', async () => {
    const { invite, answer } = await call(await gruu(alice, 'pub-gruu'), await gruu(bob, 'pub-gruu'));
    const carol = await office.device('Carol');
    const within = (who: Phone, method: string, more: object = {}) =>
      who.start(method, {
        uri: parseNameAddr(header(invite, 'Contact') ?? '')?.uri ?? '',
        ...{ from: aorOf('Dave'), fromTag: answer.to.params.get('tag') ?? '' },
        ...{ to: aorOf('Alice'), toTag: invite.from.params.get('tag') ?? '', callId: invite.callId },
        headers: headers(invite, 'Record-Route').map((value) => ({ name: 'Route', value })),
        ...more,
      });
    const info = within(bob, 'INFO');
    const got = await alice.next('INFO');
    expect(headers(got, 'P-Asserted-Identity')).toEqual([`"Bob Example" <${aorOf('Bob')}>`]);
    alice.reply(got, { status: 200 });
    expect((await bob.responseTo(info)).status).toBe(200);
    // A message would be read as Dave's; a stranger has no call; without a Route there is none, and neither before it began.
    const refused = [
      within(bob, 'MESSAGE', { body: 'pay me' }),
      within(bob, 'INFO', { headers: [] }),
      within(bob, 'INVITE', { toTag: undefined }),
    ];
    for (const one of refused) expect([401, 403, 407]).toContain((await bob.responseTo(one)).status);
    expect([401, 403, 407]).toContain((await carol.responseTo(within(carol, 'BYE'))).status);
  });

  it('without GRUU the flow token leads to the other end, both ways', async () => {
    const { invite, answer } = await call('sip:a@one.invalid;transport=ws', 'sip:b@two.invalid;transport=ws');
    const info = alice.inDialog('INFO', answer);
    bob.reply(await bob.next('INFO'), { status: 200 });
    expect((await alice.responseTo(info)).status).toBe(200);

    const bye = bob.start('BYE', {
      uri: 'sip:a@one.invalid;transport=ws',
      from: aorOf('Bob'),
      to: aorOf('Alice'),
      toTag: invite.from.params.get('tag') ?? '',
      callId: invite.callId,
      headers: headers(invite, 'Record-Route').map((value) => ({ name: 'Route', value })),
    });
    alice.reply(await alice.next('BYE'), { status: 200 });
    expect((await bob.responseTo(bye)).status).toBe(200);
  });

  it('a forged flow token leads nowhere', async () => {
    const { answer } = await call('sip:a@one.invalid;transport=ws', 'sip:b@two.invalid;transport=ws');
    const route = header(answer, 'Record-Route') ?? '';
    const forged = route.replace(/sip:(\w+)\.(\w+)\./, 'sip:$2.$1.');
    const carol = await office.device('Carol');
    const info = carol.start('INFO', {
      uri: 'sip:b@two.invalid;transport=ws',
      toTag: 'x',
      headers: [{ name: 'Route', value: forged }],
    });
    expect((await carol.responseTo(info)).status).toBe(480);
  });

  it('the far end sees a call from the person, whichever address was dialled', async () => {
    const { invite } = await call(await gruu(alice, 'temp-gruu'), bob.contact);
    const info = bob.start('INFO', {
      uri: parseNameAddr(header(invite, 'Contact') ?? '')?.uri ?? '',
      to: aorOf('Alice'),
      toTag: invite.from.params.get('tag') ?? '',
    });
    const got = await alice.next('INFO');
    expect(got.uri).toBe(alice.contact);
    alice.reply(got, { status: 200 });
    expect((await bob.responseTo(info)).status).toBe(200);
  });

  it('a GRUU of a device that is not there is unavailable, a made-up one is not found', async () => {
    const gone = `${aorOf('Carol')};gr=${INSTANCES.Alice}`;
    expect((await alice.request('OPTIONS', { uri: 'sip:tgruu.AAAA@parley.test;gr' })).status).toBe(404);
    expect((await alice.request('OPTIONS', { uri: gone })).status).toBe(480);
  });
});
