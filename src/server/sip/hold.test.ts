import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { aorOf, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';

const INSTANCE = 'urn:uuid:00000000-0000-1000-8000-00000000000b';

/**
 *   alice            server            bob, asleep
 *     | INVITE -----> | push ~~~~~~~~~~> |
 *     | <-- 100, 182  |      <- REGISTER |
 *     |               | INVITE --------> |
 *     | <------- 200  | <---------- 200  |
 */
describe('a call for a device that sleeps', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  afterEach(() => office.close());

  /** Registers with push and goes away. */
  const fallAsleep = async (): Promise<void> => {
    const bob = await office.phone('Bob', { instance: INSTANCE });
    const push = ';pn-provider=webpush;pn-prid=https%3A%2F%2Fpush.invalid%2F1;pn-param=x;transport';
    const uri = bob.contact.replace(';transport', push);
    await bob.register({ contact: `<${uri}>;+sip.instance="<${INSTANCE}>"` });
    await bob.close();
  };
  const call = async (alice: Phone) => {
    const invite = alice.start('INVITE', { uri: aorOf('Bob') });
    expect((await alice.responseTo(invite, false)).status).toBe(182);
    return invite;
  };

  it('is held and rings when the device has come', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    await fallAsleep();
    const invite = await call(alice);
    const bob = await office.device('Bob', { instance: INSTANCE });
    bob.reply(await bob.next('INVITE'), {
      status: 200,
      headers: [{ name: 'Contact', value: `<${bob.contact}>` }],
    });
    expect((await alice.responseTo(invite)).status).toBe(200);
  });

  it('a decline by the woken device ends it', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    await fallAsleep();
    const invite = await call(alice);
    const bob = await office.device('Bob', { instance: INSTANCE });
    bob.reply(await bob.next('INVITE'), { status: 603 });
    expect((await alice.responseTo(invite)).status).toBe(603);
  });

  it('ends as unavailable after 40 seconds', async () => {
    const clock = manualClock();
    office = await openOffice({ clock, limits: { idle: 1e9 } });
    const alice = await office.device('Alice');
    await fallAsleep();
    const invite = await call(alice);
    clock.advance(39_999);
    expect(alice.responses.items.filter(({ status }) => status > 100)).toEqual([]);
    clock.advance(1);
    expect((await alice.responseTo(invite)).status).toBe(480);
  });

  it('can be cancelled, and then rings nowhere', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    await fallAsleep();
    const invite = await call(alice);
    alice.cancel(invite);
    expect((await alice.responseTo(invite)).status).toBe(487);
    const bob = await office.device('Bob', { instance: INSTANCE });
    expect((await bob.request('OPTIONS', { uri: 'sip:parley.test' })).status).toBe(200);
    expect(bob.requests.items).toEqual([]);
  });

  it('a person whose other device declines can still be reached by the sleeping one', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    await fallAsleep();
    const desk = await office.device('Bob');
    const invite = alice.start('INVITE', { uri: aorOf('Bob') });
    desk.reply(await desk.next('INVITE'), { status: 486 });
    await desk.next('ACK');
    const mobile = await office.device('Bob', { instance: INSTANCE });
    mobile.reply(await mobile.next('INVITE'), {
      status: 200,
      headers: [{ name: 'Contact', value: `<${mobile.contact}>` }],
    });
    expect((await alice.responseTo(invite)).status).toBe(200);
  });

  it('nobody awake and nobody to wake: unavailable at once', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    expect((await alice.request('INVITE', { uri: aorOf('Bob') })).status).toBe(480);
    expect((await alice.request('INVITE', { uri: aorOf('Nobody') })).status).toBe(404);
  });
});
