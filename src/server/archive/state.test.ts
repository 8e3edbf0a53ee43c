import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  STATE_EVENT,
  STATE_TYPE,
  type ChangesResponse,
  type StateChange,
} from '../../protocol/history-api.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { openHistoryOffice } from '../testing/history-office.ts';
import { jmapCall } from '../testing/jmap.ts';
import { aorOf } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';

const [ALICE, BOB] = [aorOf('Alice'), aorOf('Bob')];

/**
 *   bob's desk        server            bob's mobile
 *     |                 | <--- SUBSCRIBE   | parley-state
 *     | set, POST ----> |                  |
 *     |                 | NOTIFY --------> | where his history stands
 */
describe('H01 devices hear that the history has changed', () => {
  let office: Awaited<ReturnType<typeof openHistoryOffice>>;
  beforeEach(async () => {
    office = await openHistoryOffice();
  });
  afterEach(() => office.close());

  const subscribe = (phone: Phone, uri: string) =>
    phone.request('SUBSCRIBE', {
      uri,
      headers: [
        { name: 'Event', value: STATE_EVENT },
        { name: 'Accept', value: STATE_TYPE },
        { name: 'Expires', value: '600' },
        { name: 'Contact', value: `<${phone.contact}>` },
      ],
    });
  const heard = async (phone: Phone): Promise<StateChange> => {
    const notify: SipRequest = await phone.next('NOTIFY');
    phone.reply(notify, { status: 200 });
    expect(header(notify, 'Content-Type')).toBe(STATE_TYPE);
    return JSON.parse(notify.body) as StateChange;
  };

  it('of new messages, and of what another device has read', async () => {
    const mobile = await office.device('Bob');
    mobile.answer('MESSAGE', (request) => mobile.reply(request, { status: 200 }));
    expect((await subscribe(mobile, BOB)).status).toBe(200);
    const before = await heard(mobile);
    expect(before).toEqual({
      '@type': 'StateChange',
      changed: { [BOB]: { Message: 's0', Conversation: 's0', CallRecord: 's0' } },
    });
    await office.write(office.alice, BOB, 'm1', 'Hello');
    const after = await heard(mobile);
    expect(after.changed[BOB]).toEqual({ Message: 's1', Conversation: 's1', CallRecord: 's0' });
    const sinceState = before.changed[BOB]?.Message ?? '';
    const changes = await jmapCall<ChangesResponse>(office.port, 'Bob', 'Message/changes', { sinceState });
    expect(changes).toMatchObject({ newState: after.changed[BOB]?.Message, created: ['m1'] });
    await jmapCall(office.port, 'Bob', 'Conversation/set', {
      update: { [ALICE]: { readThrough: { date: 1, id: 'm1' } } },
    });
    expect((await heard(mobile)).changed[BOB]).toMatchObject({ Message: 's1', Conversation: 's2' });
  });

  it('a storm of them is told as one, and only to the owner', async () => {
    const mobile = await office.device('Bob');
    mobile.answer('MESSAGE', (request) => mobile.reply(request, { status: 200 }));
    await subscribe(mobile, BOB);
    await heard(mobile);
    const notices: SipRequest[] = [];
    mobile.answer('NOTIFY', (request) => {
      notices.push(request);
      mobile.reply(request, { status: 200 });
    });
    for (let n = 0; n < 20; n++) await office.write(office.alice, BOB, `m${n}`, `Number ${n}`);
    await expect.poll(() => notices.at(-1)?.body ?? '', { timeout: 5_000 }).toContain('"Message":"s20"');
    expect(notices.length).toBeLessThan(10);
    expect((await subscribe(office.alice, BOB)).status).toBe(403);
  });
});
