import { describe, expect, it } from 'vitest';
import {
  DIALOG_INFO_TYPE,
  decodeDialogInfo,
  encodeDialogInfo,
  type DialogInfo,
} from '../../protocol/dialog-info.ts';
import { header } from '../../protocol/sip-message.ts';
import {
  ALICE,
  BOB,
  type Device,
  createWorld,
  memoryWriter,
  pidf,
  testClock,
  toHeaders,
} from './test-world.ts';

/*
 *   alice, desk               server                    alice, phone
 *     | PUBLISH dialog ------>  | <--------- SUBSCRIBE dialog |
 *     |                         | NOTIFY of all devices ----> |
 *     | (is gone) ......20 s    | NOTIFY without it --------> |
 */

type World = ReturnType<typeof createWorld>;
const EVENT = { Event: 'dialog' };

function body(ids: readonly string[], more: Partial<DialogInfo> = {}): string {
  const dialogs = ids.map((id) => ({ id, state: 'confirmed' as const, callId: `c-${id}` }));
  return encodeDialogInfo({ entity: ALICE, version: 0, full: true, dialogs, ...more });
}
function publish(world: World, from: Device, text: string, fields: Record<string, string> = {}, uri = ALICE) {
  const content = text === '' ? {} : { body: text, contentType: DIALOG_INFO_TYPE };
  return world.send(from, {
    method: 'PUBLISH',
    uri,
    headers: toHeaders({ ...EVENT, ...fields }),
    ...content,
  });
}
/** The dialogs each NOTIFY named, and its version. */
const told = (device: Device) =>
  device.notifies.map((notify) => {
    const info = decodeDialogInfo(notify.body);
    if (!info.ok) throw new Error(info.why);
    const { version, full, entity, dialogs } = info.value;
    return { version, full, entity, ids: dialogs.map(({ id }) => id) };
  });
const last = (device: Device) => told(device).at(-1)?.ids;

describe('EV2 the calls of one person on several devices', () => {
  it('are told to each of them as one document, and go with the device that had them', async () => {
    const world = createWorld();
    const [desk, phone, pad] = [world.device(ALICE), world.device(ALICE), world.device(ALICE)];
    expect(world.watch(phone, ALICE, EVENT).response.status).toBe(200);
    publish(world, desk, body(['d1']));
    await world.clock.pass(2000);
    publish(world, pad, body(['p1', 'p2']));
    await world.clock.pass(2000);
    expect(told(phone)).toEqual([
      { version: 0, full: true, entity: ALICE, ids: [] },
      { version: 1, full: true, entity: ALICE, ids: ['d1'] },
      { version: 2, full: true, entity: ALICE, ids: ['p1', 'p2', 'd1'] },
    ]);
    desk.cut();
    await world.clock.pass(30_000);
    expect(last(phone)).toEqual(['p1', 'p2']);
    expect(phone.notifies.every((one) => header(one, 'Event') === 'dialog')).toBe(true);
  });

  it('end with their document: taken back, run out, or published afresh by a device that forgot', async () => {
    const world = createWorld();
    const [desk, phone] = [world.device(ALICE), world.device(ALICE)];
    world.watch(phone, ALICE, EVENT);
    const tag = header(publish(world, desk, body(['d1'])), 'SIP-ETag') ?? '';
    await world.clock.pass(2000);
    // It knows its entity tag no more, but names the same dialog.
    publish(world, desk, body(['d1', 'd2']), { Expires: '60' });
    await world.clock.pass(2000);
    expect(last(phone)).toEqual(['d1', 'd2']);
    expect(publish(world, desk, '', { 'SIP-If-Match': tag, Expires: '0' }).status).toBe(412);
    await world.clock.pass(61_000);
    expect(last(phone)).toEqual([]);
    const next = header(publish(world, desk, body(['d3'])), 'SIP-ETag') ?? '';
    await world.clock.pass(2000);
    publish(world, desk, '', { 'SIP-If-Match': next, Expires: '0' });
    await world.clock.pass(2000);
    expect(last(phone)).toEqual([]);
  });

  it('leave presence as it is, and presence leaves them', async () => {
    const world = createWorld();
    const [desk, phone, bob] = [world.device(ALICE), world.device(ALICE), world.device(BOB)];
    world.watch(phone, ALICE, EVENT);
    world.watch(bob, ALICE);
    await world.clock.pass(2000);
    const before = [phone.notifies.length, bob.notifies.length];
    publish(world, desk, body(['d1']));
    await world.clock.pass(2000);
    expect([phone.notifies.length, bob.notifies.length]).toEqual([(before[0] ?? 0) + 1, before[1]]);
    world.publish(desk, pidf('d1'));
    await world.clock.pass(2000);
    expect(last(phone)).toEqual(['d1']);
    expect(bob.notifies.at(-1)?.body).not.toContain('dialog');
  });

  it('are known after a restart of the server until their device fails to come back', async () => {
    const clock = testClock();
    const writer = memoryWriter();
    const before = createWorld(clock, writer);
    publish(before, before.device(ALICE), body(['d1']));
    await clock.pass(100);
    writer.flush();
    before.events.stop();
    const after = createWorld(clock, writer);
    after.device(BOB);
    const phone = after.device(ALICE);
    // Another device than the one that published.
    Object.assign(phone, { contact: `${ALICE};gr=urn:uuid:99`, instance: 'urn:uuid:99' });
    phone.comeBack();
    after.watch(phone, ALICE, EVENT);
    await clock.pass(2000);
    expect(last(phone)).toEqual(['d1']);
    await clock.pass(120_000);
    expect(last(phone)).toEqual([]);
  });
});

describe('EV2 nobody else reads or writes them', () => {
  it('not by SUBSCRIBE, a fetch or a refresh, of a colleague or of somebody from elsewhere', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    publish(world, alice, body(['d1']));
    const own = world.watch(alice, ALICE, EVENT);
    const answers = [
      world.watch(bob, ALICE, EVENT).response.status,
      world.watch(bob, ALICE, { ...EVENT, Expires: '0' }).response.status,
      own.again({}, bob).status,
      world.watch(world.device('sip:alice@elsewhere.example'), ALICE, EVENT).response.status,
    ];
    await world.clock.pass(3000);
    expect(answers).toEqual([403, 403, 403, 403]);
    expect(bob.notifies).toEqual([]);
    expect(last(alice)).toEqual(['d1']);
  });

  it('not by PUBLISH, in their own name or in hers, nor with a tag that is not theirs', () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    const tag = header(publish(world, alice, body(['d1'])), 'SIP-ETag') ?? '';
    expect(publish(world, bob, body(['evil'])).status).toBe(403);
    expect(publish(world, bob, body(['evil']), {}, BOB).status).toBe(403);
    const mine = body(['b1'], { entity: BOB });
    expect(publish(world, bob, mine, { 'SIP-If-Match': tag }, BOB).status).toBe(412);
    expect(publish(world, bob, '', { 'SIP-If-Match': tag, Expires: '0' }, BOB).status).toBe(412);
    // The tag of another package of the same person is no way in either.
    expect(world.publish(alice, pidf('a'), { 'SIP-If-Match': tag }).status).toBe(412);
  });

  it.each<[string, number, string, Record<string, string>?]>([
    ['no XML', 400, 'dialog-info'],
    ['another document', 400, pidf('x')],
    ['a part of the state', 400, body(['d'], { full: false })],
    ['too many calls', 413, body(Array.from({ length: 17 }, (_, nth) => `d${nth}`))],
    ['too long a word', 413, body(['x'.repeat(16_100)])],
    ['a word that grows when written', 413, body(['<'.repeat(4000)]).replaceAll('&lt;', '&#60;')],
    ['a document type', 400, `<!DOCTYPE x [<!ENTITY e "e">]>${body(['d'])}`],
    ['a life too short', 423, body(['d']), { Expires: '5' }],
  ])('%s is refused: %i', (_, status, text, fields) => {
    const world = createWorld();
    expect(publish(world, world.device(ALICE), text, fields).status).toBe(status);
  });
});
