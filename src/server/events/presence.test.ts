import { describe, expect, it } from 'vitest';
import { decodePidf } from '../../protocol/pidf.ts';
import { header } from '../../protocol/sip-message.ts';
import {
  ALICE,
  BOB,
  CAROL,
  RULES,
  createWorld,
  lastOf,
  memoryWriter,
  pidf,
  ruleset,
  testClock,
} from './test-world.ts';

/*
 * alice's devices        presence agent               bob
 *   |                        |   SUBSCRIBE alice       |
 *   |                        |<------------------------|
 *   |                        |   200, NOTIFY (empty)   |
 *   |                        |------------------------>|
 *   |   PUBLISH open         |                         |
 *   |----------------------->|   NOTIFY open           |
 *   |   200 SIP-ETag         |------------------------>|
 *   |<-----------------------|                         |
 */

const tag = (response: { headers: readonly { name: string; value: string }[] }) =>
  header(response, 'SIP-ETag') ?? '';

describe('PUBLISH', () => {
  it('makes, refreshes, changes and removes a document by its entity tag', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    world.watch(bob, ALICE);
    const made = world.publish(alice, pidf('a'));
    expect(made.status).toBe(200);
    expect(header(made, 'Expires')).toBe('3600');
    await world.clock.pass(2000);
    expect(lastOf(bob)).toMatchObject({ state: 'active', count: 2 });
    const refreshed = world.publish(alice, '', { 'SIP-If-Match': tag(made) });
    expect(tag(refreshed)).not.toBe(tag(made));
    await world.clock.pass(2000);
    expect(lastOf(bob).count).toBe(2);
    expect(world.publish(alice, '', { 'SIP-If-Match': tag(made) }).status).toBe(412);
    const changed = world.publish(alice, pidf('a', 'closed', 'home'), { 'SIP-If-Match': tag(refreshed) });
    await world.clock.pass(2000);
    expect(lastOf(bob).body).toContain('closed');
    expect(world.publish(alice, '', { 'SIP-If-Match': tag(changed), Expires: '0' }).status).toBe(200);
    await world.clock.pass(2000);
    expect(lastOf(bob)).toMatchObject({ state: 'active', body: '', count: 4 });
  });

  it('is refused: others, unknown event, type, expiry, tag, body', () => {
    const world = createWorld();
    const alice = world.device(ALICE);
    expect(world.publish(alice, pidf('a'), {}, BOB).status).toBe(403);
    expect(world.publish(alice, pidf('a'), {}, 'sip:alice@elsewhere.org').status).toBe(403);
    const bad = world.publish(alice, pidf('a'), { Event: 'weather' });
    expect(bad.status).toBe(489);
    expect(header(bad, 'Allow-Events')).toBe('presence, dialog');
    expect(world.publish(alice, pidf('a'), { Event: 'presence.winfo' }).status).toBe(489);
    const short = world.publish(alice, pidf('a'), { Expires: '5' });
    expect([short.status, header(short, 'Min-Expires')]).toEqual([423, '60']);
    expect(world.publish(alice, pidf('a'), { Expires: 'soon' }).status).toBe(400);
    expect(header(world.publish(alice, pidf('a'), { Expires: '99999999999' }), 'Expires')).toBe('3600');
    expect(world.publish(alice, pidf('a'), { 'SIP-If-Match': 'x' }).status).toBe(412);
    expect(world.publish(alice, '').status).toBe(400);
    expect(world.publish(alice, '<presence').status).toBe(400);
    expect(world.publish(alice, '<!DOCTYPE x><presence/>').status).toBe(400);
    expect(world.publish(alice, '<x/>').status).toBe(400);
    const text = { method: 'PUBLISH', uri: ALICE, headers: [{ name: 'Event', value: 'presence' }] };
    const typed = world.send(alice, { ...text, body: 'x', contentType: 'text/plain' });
    expect([typed.status, header(typed, 'Accept')]).toEqual([415, 'application/pidf+xml']);
  });

  it('does not take the tag of somebody else', () => {
    const world = createWorld();
    const made = world.publish(world.device(ALICE), pidf('a'));
    expect(world.publish(world.device(BOB), '', { 'SIP-If-Match': tag(made), Expires: '0' }).status).toBe(
      412,
    );
  });
});

describe('composition', () => {
  it('appends the documents of all devices, with ids of their own', async () => {
    const world = createWorld();
    const [desk, phone, bob] = [world.device(ALICE), world.device(ALICE), world.device(BOB)];
    const person = '<dm:person xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" id="p"/>';
    world.publish(desk, pidf('desk', 'open', 'at my desk').replace('</presence>', `${person}</presence>`));
    await world.clock.pass(1000);
    world.publish(phone, pidf('phone', 'closed').replace('</presence>', `${person}</presence>`));
    world.watch(bob, ALICE);
    await world.clock.pass(0);
    const document = decodePidf(lastOf(bob).body);
    if (!document.ok) throw new Error(document.why);
    expect(document.value.entity).toBe(ALICE);
    expect(document.value.tuples.map(({ id }) => id)).toEqual(['phone', 'desk']);
    expect(document.value.persons.map(({ id }) => id)).toEqual(['p', 'p-2']);
    expect(lastOf(bob).body.indexOf('<note')).toBeGreaterThan(lastOf(bob).body.lastIndexOf('<tuple'));
  });

  it('lets a fresh document of the same device replace its old one', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    const old = world.publish(alice, pidf('desk', 'closed'));
    world.publish(alice, pidf('desk', 'open'));
    world.watch(bob, ALICE);
    await world.clock.pass(0);
    expect(lastOf(bob).body.match(/<tuple/g)).toHaveLength(1);
    expect(lastOf(bob).body).toContain('open');
    expect(world.publish(alice, '', { 'SIP-If-Match': tag(old) }).status).toBe(412);
  });
});

describe('the end of a publication', () => {
  it('comes at its expiry', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    world.publish(alice, pidf('a'), { Expires: '60' });
    world.watch(bob, ALICE);
    await world.clock.pass(59_000);
    expect(lastOf(bob).body).toContain('open');
    await world.clock.pass(3_000);
    expect(lastOf(bob)).toMatchObject({ state: 'active', body: '' });
  });

  it('comes 20 s after its device vanished, not when the device is back in time', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    world.publish(alice, pidf('a'));
    world.watch(bob, ALICE);
    alice.cut();
    await world.clock.pass(10_000);
    alice.comeBack();
    await world.clock.pass(40_000);
    expect(lastOf(bob)).toMatchObject({ count: 1 });
    alice.cut();
    await world.clock.pass(15_000);
    expect(lastOf(bob)).toMatchObject({ count: 1 });
    await world.clock.pass(16_000);
    expect(lastOf(bob)).toMatchObject({ count: 2, body: '' });
  });
});

describe('a publisher', () => {
  it('that never registers is not missed', async () => {
    const world = createWorld();
    const [calendar, bob] = [world.device(ALICE), world.device(BOB)];
    calendar.unregister();
    world.publish(calendar, pidf('calendar'), { Expires: '300' });
    calendar.cut();
    world.watch(bob, ALICE);
    await world.clock.pass(290_000);
    expect(lastOf(bob)).toMatchObject({ count: 1 });
    expect(lastOf(bob).body).toContain('calendar');
    await world.clock.pass(15_000);
    expect(lastOf(bob)).toMatchObject({ count: 2, body: '' });
  });

  it('that registers after its PUBLISH is missed all the same', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    alice.unregister();
    world.publish(alice, pidf('a'));
    alice.register();
    world.watch(bob, ALICE);
    await world.clock.pass(6_000);
    alice.cut();
    await world.clock.pass(31_000);
    expect(lastOf(bob)).toMatchObject({ count: 2, body: '' });
  });
});

describe('rules', () => {
  const block = (handling: string) => ruleset({ [BOB]: handling, '*': 'allow' });
  const write = (world: ReturnType<typeof createWorld>, body: string) =>
    world.documents.change({ ...RULES, owner: ALICE }, () => ({ edit: { write: body }, answer: null }));

  it('show a politely blocked watcher exactly what a watcher of somebody offline sees', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    await write(world, block('polite-block'));
    const told = async (uri: string) => {
      bob.notifies.length = 0;
      const watch = world.watch(bob, uri);
      await world.clock.pass(2000);
      world.publish(alice, pidf('a', 'open', String(Math.random())));
      await world.clock.pass(2000);
      const refreshed = watch.again();
      await world.clock.pass(2000);
      watch.again({ Expires: '0' });
      world.watch(bob, uri, { Expires: '0' });
      await world.clock.pass(2000);
      const plain = (text: string) => text.replaceAll(/(alice|carol|call\d+|tag=\w+|CSeq: \d+)/g, 'x');
      return [watch.response, refreshed, ...bob.notifies].map((one) =>
        plain(JSON.stringify(one.headers) + one.body),
      );
    };
    expect(await told(ALICE)).toEqual(await told(CAROL));
  });

  it('act at once on watchers that are there', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    world.publish(alice, pidf('a'));
    world.watch(bob, ALICE);
    await world.clock.pass(2000);
    expect(lastOf(bob).body).toContain('open');
    await write(world, block('polite-block'));
    await world.clock.pass(2000);
    expect(lastOf(bob)).toMatchObject({ state: 'active', body: '' });
    await write(world, ruleset({ '*': 'allow' }));
    await world.clock.pass(2000);
    expect(lastOf(bob).body).toContain('open');
    await write(world, block('confirm'));
    await world.clock.pass(2000);
    expect(lastOf(bob).body).toContain('open');
    await write(world, ruleset({ [BOB]: 'confirm' }));
    await world.clock.pass(2000);
    expect(lastOf(bob)).toMatchObject({ state: 'pending', body: '' });
    await write(world, block('block'));
    await world.clock.pass(2000);
    expect(lastOf(bob)).toMatchObject({ state: 'terminated;reason=rejected', body: '' });
    expect(world.events.subscriptions()).toBe(0);
  });

  it('hold on refresh and fetch, and for who may reach whom', async () => {
    const world = createWorld();
    const [alice, bob] = [world.device(ALICE), world.device(BOB)];
    world.publish(alice, pidf('a'));
    await write(world, block('polite-block'));
    const watch = world.watch(bob, ALICE);
    await world.clock.pass(2000);
    watch.again();
    await world.clock.pass(2000);
    world.watch(bob, ALICE, { Expires: '0' });
    await world.clock.pass(2000);
    expect(bob.notifies.map(({ body }) => body)).toEqual(['', '', '']);
    expect(world.events.reach.decide(BOB, ALICE)).toMatchObject({ is: 'blocked' });
    expect(world.events.reach.decide(CAROL, ALICE)).toMatchObject({ is: 'yes' });
    expect(world.events.reach.decide(ALICE, BOB)).toMatchObject({ is: 'yes' });
    await world.documents.change({ ...RULES, owner: ALICE }, () => ({
      edit: { remove: true },
      answer: null,
    }));
    expect(world.events.reach.decide(BOB, ALICE)).toMatchObject({ is: 'yes' });
  });
});

describe('a restart', () => {
  it('keeps publications and subscriptions, and numbers go on', async () => {
    const clock = testClock();
    const writer = memoryWriter();
    const before = createWorld(clock, writer);
    const [alice, bob] = [before.device(ALICE), before.device(BOB)];
    before.publish(alice, pidf('a', 'open', 'kept'));
    const watch = before.watch(bob, ALICE);
    await clock.pass(2000);
    writer.flush();
    const last = bob.notifies[bob.notifies.length - 1]?.cseq.seq ?? 0;
    before.events.stop();

    const after = createWorld(clock, writer);
    const back = after.device(BOB);
    Object.assign(back, { contact: bob.contact });
    back.comeBack();
    await clock.pass(2000);
    expect(lastOf(back)).toMatchObject({ state: 'active', count: 1 });
    expect(lastOf(back).body).toContain('kept');
    expect(back.notifies[0]?.cseq.seq).toBeGreaterThan(last);
    expect(back.notifies[0]?.callId).toBe(watch.response.callId);
    // Alice's device never comes back.
    await clock.pass(100_000);
    expect(lastOf(back)).toMatchObject({ count: 2, body: '' });
  });
});
