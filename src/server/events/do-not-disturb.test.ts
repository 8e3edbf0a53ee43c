import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushParams } from '../../protocol/push-params.ts';
import { type SipResponse, header } from '../../protocol/sip-message.ts';
import {
  ALICE,
  INSTANCE,
  type Levels,
  POLICY,
  WATCHERS,
  WHO,
  type Watcher,
  fields,
  inDnd,
  openLevels,
  ownState,
} from '../testing/levels-office.ts';
import { DOMAIN, aorOf } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';

/*
 * caller               server                       alice, page open             alice, page closed
 *   | INVITE ----------> | Team: ------------------> rings                        push, held (182)
 *   | <---- 480 -------- | others in Do Not Disturb  hears nothing                no push
 *   | MESSAGE ---------> | 202, Team: -------------> delivered                    kept, push
 *   | <---- 202 -------- | others: ----------------> delivered (client is quiet)  kept, no push
 *   | <---- 202 -------- | blocked: thrown away
 */

let levels: Levels;
let service: Server;
let knocks: string[];
beforeEach(async () => {
  levels = await openLevels();
  knocks = [];
  service = createServer((request, response) => {
    knocks.push(request.headers['topic']?.toString() ?? '');
    response.writeHead(201).end();
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
});
afterEach(async () => {
  await levels.close();
  service.closeAllConnections();
  service.close();
});

/** Bodies of the messages that alice's open page got. */
let heard: string[] = [];

async function openPage(): Promise<Phone> {
  const alice = await levels.phone('Alice', { instance: INSTANCE });
  heard = [];
  // Whoever hears Busy has rung.
  alice.answer('INVITE', (invite) => alice.reply(invite, { status: 486 }));
  alice.answer('MESSAGE', (message) => {
    alice.reply(message, { status: 200 });
    heard.push(message.body);
  });
  expect((await alice.register()).status).toBe(200);
  return alice;
}

/** Registered for push, and gone. */
async function closePage(): Promise<void> {
  const alice = await levels.phone('Alice', { instance: INSTANCE });
  const { provider, prid, param } = pushParams({
    endpoint: `http://127.0.0.1:${(service.address() as AddressInfo).port}/alice`,
    p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
    auth: randomBytes(16).toString('base64url'),
  });
  const push = `;pn-provider=${provider};pn-prid=${encodeURIComponent(prid)};pn-param=${param}`;
  const contact = `<${alice.contact}${push}>;+sip.instance="<${INSTANCE}>";expires=600`;
  expect((await alice.register({ contact })).status).toBe(200);
  alice.socket.close();
  await once(alice.socket, 'close');
}

const call = (phone: Phone, uri = ALICE) =>
  phone.start('INVITE', {
    uri,
    headers: fields({ Contact: `<${phone.contact}>` }),
    contentType: 'application/sdp',
    body: 'v=0\r\n',
  });
/** The first answer that says something: 180 and above. */
const answer = async (phone: Phone, uri = ALICE): Promise<SipResponse> =>
  phone.responseTo(call(phone, uri), false);
const write = (phone: Phone, body: string, uri = ALICE) =>
  phone.request('MESSAGE', { uri, contentType: 'text/plain', body });

const OTHERS: readonly Watcher[] = ['personal', 'company', 'rival', 'public'];

describe('P19 A09 Do Not Disturb with the page open', () => {
  it.each([
    ['A02', 'team', 486, 'Busy Here'],
    ...OTHERS.map((who) => [who === 'personal' ? 'A08' : 'A09', who, 480, 'Do Not Disturb'] as const),
    ['A05', 'blocked', 480, 'Temporarily Unavailable'],
  ] as const)('%s a call from %s is answered %i', async (_id, who, status, reason) => {
    const alice = await openPage();
    await levels.publish(alice, inDnd());
    const phone = await levels.watcher(who);
    const response = await answer(phone);
    expect([response.status, response.reason]).toEqual([status, reason]);
    // Nor by the address of the device itself.
    const direct = await answer(phone, `${ALICE};gr=${INSTANCE}`);
    expect([direct.status, direct.reason]).toEqual([status, reason]);
  });

  it('messages of everybody but the blocked come, in the order they were sent', async () => {
    const alice = await openPage();
    await levels.publish(alice, inDnd());
    const last = new Promise<void>((resolve) => {
      alice.answer('MESSAGE', (message) => {
        alice.reply(message, { status: 200 });
        heard.push(message.body);
        if (message.body === 'end') resolve();
      });
    });
    for (const who of WATCHERS) expect((await write(await levels.watcher(who), who)).status).toBe(202);
    await write(await levels.watcher('team'), 'end');
    await last;
    expect(heard).toEqual(['personal', 'team', 'company', 'rival', 'public', 'end']);
  });

  it('ends with the choice', async () => {
    const alice = await openPage();
    await levels.publish(alice, inDnd());
    const cora = await levels.watcher('company');
    expect((await answer(cora)).status).toBe(480);
    await levels.publish(alice, ownState());
    expect((await answer(cora)).status).toBe(486);
  });

  it('P18 holds while a screen is shared', async () => {
    const alice = await openPage();
    await levels.publish(alice, ownState({ presenting: true }));
    expect((await answer(await levels.watcher('company'))).reason).toBe('Do Not Disturb');
    expect((await answer(await levels.watcher('team'))).status).toBe(486);
  });
});

describe('P19 A09 Do Not Disturb with the page closed', () => {
  it.each([
    ['A02', 'team', 182],
    ...OTHERS.map((who) => [who === 'personal' ? 'A08' : 'A09', who, 480] as const),
    ['A05', 'blocked', 480],
  ] as const)('%s a call from %s: %i', async (_id, who, status) => {
    await levels.keepChoice(inDnd());
    await closePage();
    const phone = await levels.watcher(who);
    const knocked = once(service, 'request');
    const response = await answer(phone);
    expect(response.status).toBe(status);
    if (who === 'team') await knocked;
    expect(knocks.length).toBe(who === 'team' ? 1 : 0);
  });

  it('messages wait without a push, but those of Team', async () => {
    await levels.keepChoice(inDnd());
    await closePage();
    const knocked = once(service, 'request');
    for (const who of ['personal', 'company', 'public', 'blocked', 'team'] as const) {
      expect((await write(await levels.watcher(who), who)).status).toBe(202);
    }
    await knocked;
    expect(knocks).toHaveLength(1);
    await openPage();
    await expect.poll(() => heard).toEqual(['personal', 'company', 'public', 'team']);
  });

  it('ends at its time', async () => {
    const until = Date.now() - 1;
    await levels.keepChoice(ownState({ manual: 'dnd', manualSince: until - 3_600_000, manualUntil: until }));
    await closePage();
    expect((await answer(await levels.watcher('company'))).status).toBe(182);
  });
});

describe('P11 Appear offline', () => {
  it('is not found out by a question that rings nowhere', async () => {
    const alice = await openPage();
    alice.answer('OPTIONS', (request) => alice.reply(request, { status: 200 }));
    const carl = await levels.watcher('company');
    const asked = async (method: string, uri = ALICE) => (await carl.request(method, { uri })).status;
    expect(await asked('OPTIONS')).toBe(200);
    await levels.publish(alice, ownState({ manual: 'offline', manualSince: Date.now() }));
    for (const method of ['OPTIONS', 'INFO', 'FOO']) {
      expect([await asked(method), await asked(method, `${ALICE};gr=${INSTANCE}`)]).toEqual([480, 480]);
    }
    expect((await answer(carl)).status).toBe(486);
  });
});

describe('A05 blocked', () => {
  it('calls, messages, typing and OPTIONS get what somebody offline gets', async () => {
    const alice = await openPage();
    await levels.publish(alice, ownState());
    const bert = await levels.watcher('blocked');
    const plain = (response: SipResponse): string =>
      JSON.stringify([
        response.status,
        response.reason,
        response.headers
          .filter(({ name }) => !['Via', 'Call-ID', 'CSeq', 'From', 'To', 'Date'].includes(name))
          .map(({ name, value }) => `${name}: ${value}`),
      ]);
    const typing = `<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>`;
    const ask = async (uri: string): Promise<string[]> => [
      plain(await answer(bert, uri)),
      plain(await bert.request('OPTIONS', { uri })),
      plain(await write(bert, 'hello', uri)),
      plain(
        await bert.request('MESSAGE', { uri, contentType: 'application/im-iscomposing+xml', body: typing }),
      ),
    ];
    expect(await ask(ALICE)).toEqual(await ask(aorOf('Carol')));
    await bert.request('OPTIONS', { uri: `sip:${DOMAIN}` });
    expect([...heard, ...alice.requests.items]).toEqual([]);
  });

  it('a repeated message is answered with the time of the first, and their other device has its copy', async () => {
    const other = await levels.phone(WHO.blocked);
    const headers = fields({
      Contact: `<${other.contact}>;+parley.copies;+sip.instance="<urn:uuid:00000000-0000-4000-8000-0000000000bb>";expires=600`,
    });
    await other.register({ headers });
    const bert = await levels.watcher('blocked');
    const callId = crypto.randomUUID();
    const send = () =>
      bert.request('MESSAGE', { uri: ALICE, contentType: 'text/plain', body: 'psst', callId });
    const first = await send();
    const copy = await other.next('MESSAGE');
    other.reply(copy, { status: 200 });
    expect(copy.body).toBe('psst');
    const again = await send();
    expect([again.status, header(again, 'Date')]).toEqual([202, header(first, 'Date')]);
  });

  it('and once unblocked, comes through', async () => {
    await openPage();
    const bert = await levels.watcher('blocked');
    expect((await answer(bert)).status).toBe(480);
    await levels.rules({ ...POLICY, people: {} });
    expect((await answer(bert)).status).toBe(486);
  });
});
