import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { pidf, toHeaders } from './events/test-world.ts';
import { aorOf, DOMAIN, openOffice, PASSWORD } from './testing/office.ts';
import { connectPhone, type Phone } from './testing/phone.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** SIP messages through the server, both ways. */
const MESSAGES = 50_000;
const UNLIMITED = { rate: 1e6, burst: 1e6, perAddress: 1000 };

/** A day of an office in a quarter of a minute: what the server holds afterwards is what it held in the morning. */
describe('a long run', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  afterEach(() => office.close());

  it(`of ${MESSAGES} messages leaves memory, handles and tables flat`, { timeout: 120_000 }, async () => {
    office = await openOffice({ limits: UNLIMITED });
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    let frames = 0;
    for (const { socket } of [alice, bob]) socket.on('message', () => (frames += 2));
    for (const phone of [alice, bob]) {
      for (const method of ['MESSAGE', 'NOTIFY', 'OPTIONS', 'CANCEL'])
        phone.answer(method, (request) => phone.reply(request, { status: 200 }));
    }
    bob.answer('INVITE', (request) => bob.reply(request, { status: 486 }));
    bob.answer('ACK', () => undefined);

    const day = async (turn: number): Promise<void> => {
      const presence = toHeaders({ Event: 'presence', Contact: `<${alice.contact}>` });
      const watching = await alice.request('SUBSCRIBE', { uri: aorOf('Bob'), headers: presence });
      await Promise.all([
        ...Array.from({ length: 40 }, () => alice.request('MESSAGE', { uri: aorOf('Bob'), body: 'x' })),
        ...Array.from({ length: 3 }, () => alice.request('OPTIONS', { uri: aorOf('Bob') })),
        alice.register(),
        call(alice),
        bob.request('PUBLISH', {
          uri: bob.aor,
          headers: toHeaders({ Event: 'presence' }),
          contentType: 'application/pidf+xml',
          body: pidf('b', 'open', `turn ${turn}`),
        }),
        visit(turn),
      ]);
      const end = toHeaders({ Event: 'presence', Contact: `<${alice.contact}>`, Expires: '0' });
      await alice.responseTo(alice.inDialog('SUBSCRIBE', watching, { headers: end }));
    };
    const call = async (phone: Phone): Promise<void> => {
      const invite = phone.start('INVITE', { uri: aorOf('Bob') });
      const { to } = await phone.responseTo(invite);
      await phone.responses.take(({ status, callId }) => status === 100 && callId === invite.callId, '100');
      // The ACK to a refusal belongs to the INVITE's own transaction.
      phone.send({
        ...invite,
        method: 'ACK',
        to,
        cseq: { seq: invite.cseq.seq, method: 'ACK' },
        headers: invite.headers
          .filter(({ name }) => name !== 'CSeq' && name !== 'To')
          .concat(
            { name: 'CSeq', value: `${invite.cseq.seq} ACK` },
            { name: 'To', value: `<${to.uri}>;tag=${to.params.get('tag') ?? ''}` },
          ),
      });
    };
    /** Somebody comes with a new device each time, and is gone without a word. */
    const visit = async (turn: number): Promise<void> => {
      if (turn % 5 !== 0) return;
      // Not one of the office's phones, which it keeps to the end.
      const instance = `urn:uuid:${crypto.randomUUID()}`;
      const { port } = office.server;
      const carol = await connectPhone({ port, aor: aorOf('Carol'), password: PASSWORD, instance });
      await carol.register();
      await carol.request('OPTIONS', { uri: `sip:${DOMAIN}` });
      await carol.close();
    };
    const held = async () => {
      // The last answers are on their way, and sockets that ended close.
      await wait(200);
      for (let i = 0; i < 4; i++) collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      const gauges = office.server.metrics
        .text()
        .match(/^parley_(?:connections|bindings|subscriptions|sip_transactions) .*$/gm);
      const handles = process.getActiveResourcesInfo().filter((kind) => /Wrap$/.test(kind)).length;
      return { octets: heapUsed + arrayBuffers, gauges, handles };
    };

    let turn = 0;
    while (frames < MESSAGES / 4) await day(turn++);
    const before = await held();
    while (frames < MESSAGES) await day(turn++);
    const after = await held();
    expect(after.gauges).toEqual(before.gauges);
    expect(after.gauges).toContain('parley_subscriptions 0');
    expect(after.gauges).toContain('parley_sip_transactions 0');
    expect(after.handles).toBeLessThanOrEqual(before.handles + 2);
    expect(after.octets).toBeLessThan(before.octets * 1.05 + 500_000);
  });
});
