import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { header, headers } from '../../protocol/sip-message.ts';
import { aorOf, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';

/**
 *   alice          server         bob's desk     bob's phone
 *     | INVITE ----> | ------------> | INVITE       |
 *     |              | ---------------------------> | INVITE
 *     |              | <---- 180, 200               |
 *     | <---- 200    | CANCEL, Reason cause=200 --> |
 */
describe('a call to several devices', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  let alice: Phone;
  let desk: Phone;
  let mobile: Phone;
  beforeEach(async () => {
    office = await openOffice();
    alice = await office.device('Alice');
    desk = await office.device('Bob');
    mobile = await office.device('Bob');
  });
  afterEach(() => office.close());

  const ring = async () => {
    const invite = alice.start('INVITE', { uri: aorOf('Bob') });
    const atDesk = await desk.next('INVITE');
    const atMobile = await mobile.next('INVITE');
    desk.reply(atDesk, { status: 180 });
    mobile.reply(atMobile, { status: 180 });
    await alice.responseTo(invite, false);
    await alice.responseTo(invite, false);
    return { invite, atDesk, atMobile };
  };
  const endCancelled = async (phone: Phone, invite: Awaited<ReturnType<Phone['next']>>) => {
    const cancel = await phone.next('CANCEL');
    phone.reply(cancel, { status: 200 });
    phone.reply(invite, { status: 487 });
    expect((await phone.next('ACK')).vias[0]?.params.get('branch')).toBe(
      invite.vias[0]?.params.get('branch'),
    );
    return cancel;
  };

  it('the others learn that it was answered elsewhere', async () => {
    const { invite, atDesk, atMobile } = await ring();
    desk.reply(atDesk, { status: 200, headers: [{ name: 'Contact', value: `<${desk.contact}>` }] });
    expect((await alice.responseTo(invite)).status).toBe(200);
    const cancel = await endCancelled(mobile, atMobile);
    expect(header(cancel, 'Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
  });

  it('one busy device lets the other ring; the best answer goes back when all have ended', async () => {
    const { invite, atDesk, atMobile } = await ring();
    desk.reply(atDesk, { status: 486 });
    expect((await desk.next('ACK')).method).toBe('ACK');
    mobile.reply(atMobile, { status: 480 });
    expect((await alice.responseTo(invite)).status).toBe(486);
  });

  it('a decline for everywhere ends the others at once', async () => {
    const { invite, atDesk, atMobile } = await ring();
    desk.reply(atDesk, { status: 603 });
    const cancel = await endCancelled(mobile, atMobile);
    expect(header(cancel, 'Reason')).toContain('cause=603');
    expect((await alice.responseTo(invite)).status).toBe(603);
  });

  it('CANCEL reaches every device and the caller gets 487', async () => {
    const { invite, atDesk, atMobile } = await ring();
    const reason = [{ name: 'Reason', value: 'SIP;cause=487;text="Not that urgent"' }];
    alice.cancel(invite, reason);
    const cancels = await Promise.all([endCancelled(desk, atDesk), endCancelled(mobile, atMobile)]);
    for (const cancel of cancels) expect(headers(cancel, 'Reason')).toEqual([reason[0]?.value]);
    expect((await alice.responseTo(invite)).status).toBe(487);
  });

  it('a caller whose connection goes takes the call along', async () => {
    const { atDesk, atMobile } = await ring();
    alice.socket.terminate();
    await Promise.all([endCancelled(desk, atDesk), endCancelled(mobile, atMobile)]);
  });

  it('a device that registers while it rings joins in', async () => {
    const { invite } = await ring();
    const tablet = await office.device('Bob');
    const late = await tablet.next('INVITE');
    tablet.reply(late, { status: 200, headers: [{ name: 'Contact', value: `<${tablet.contact}>` }] });
    expect((await alice.responseTo(invite)).status).toBe(200);
    expect((await desk.next('CANCEL')).method).toBe('CANCEL');
  });

  it('a device that only renews its registration does not ring twice', async () => {
    const { invite, atDesk, atMobile } = await ring();
    await desk.register();
    desk.reply(atDesk, { status: 486 });
    await desk.next('ACK');
    await desk.register();
    mobile.reply(atMobile, { status: 486 });
    expect((await alice.responseTo(invite)).status).toBe(486);
    expect(desk.requests.items).toEqual([]);
  });

  it('both devices going away ends the call as unavailable', async () => {
    const { invite } = await ring();
    desk.socket.terminate();
    mobile.socket.terminate();
    expect((await alice.responseTo(invite)).status).toBe(480);
  });

  it('a second 2xx still reaches the caller, who has to end it', async () => {
    const { invite, atDesk, atMobile } = await ring();
    const contact = (phone: Phone) => [{ name: 'Contact', value: `<${phone.contact}>` }];
    desk.reply(atDesk, { status: 200, headers: contact(desk) });
    mobile.reply(atMobile, { status: 200, headers: contact(mobile) });
    const answers = [await alice.responseTo(invite), await alice.responseTo(invite)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ to }) => to.params.get('tag'))).size).toBe(2);
  });

  it('CANCEL for a call that is not there gets 481', async () => {
    const { invite, atDesk } = await ring();
    desk.reply(atDesk, { status: 603 });
    const vias = invite.vias.map((via) => ({ ...via, params: new Map([['branch', 'z9hG4bKother']]) }));
    alice.cancel({ ...invite, vias });
    const response = await alice.responses.take(({ cseq }) => cseq.method === 'CANCEL', 'answer to CANCEL');
    expect(response.status).toBe(481);
  });
});
