import { describe, expect, it } from 'vitest';
import { header } from '../../protocol/sip-message.ts';
import { type ListNotification, decodeListNotification } from '../../protocol/rlmi.ts';
import { utf8Length } from '../../protocol/utf8.ts';
import { ALICE, BOB, CAROL, RULES, type Device, createWorld, lastOf, pidf, ruleset } from './test-world.ts';

/*
 * watcher                     list server
 *   | SUBSCRIBE ;list=contacts    |  Supported: eventlist
 *   |---------------------------->|  200 Require: eventlist
 *   |   NOTIFY full, all members  |
 *   |<----------------------------|
 *   |   NOTIFY partial, changed   |
 *   |<----------------------------|
 */

const LIST = `${ALICE};list=contacts`;
const EVENTLIST = { Supported: 'eventlist' };

function setUp() {
  const world = createWorld();
  return { world, alice: world.device(ALICE) };
}
type TestWorld = ReturnType<typeof createWorld>;

function contacts(...uris: string[]): string {
  const entries = uris.map((uri) => `<entry uri="${uri}"/>`).join('');
  return `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="all">${entries}</list></resource-lists>`;
}
const write = (world: TestWorld, auid: string, body: string, owner = ALICE) =>
  world.documents.change({ auid, owner, path: 'index' }, () => ({ edit: { write: body }, answer: null }));

function lists(device: Device): ListNotification[] {
  return device.notifies.map((notify) => {
    const read = decodeListNotification(header(notify, 'Content-Type') ?? '', notify.body);
    if (!read.ok) throw new Error(read.why);
    return read.value;
  });
}
/** `bob active open`, `carol active` … */
function words(list: ListNotification | undefined): string[] {
  return (list?.resources ?? []).map(({ uri, instances, parts }) => {
    const basic = /<basic>(\w+)/.exec(parts[0]?.body ?? '')?.[1];
    return [uri.replace(/^sip:|@.*/g, ''), instances[0]?.state, basic].filter(Boolean).join(' ');
  });
}

describe('a list', () => {
  it('is told fully first, then by what changed', async () => {
    const { world, alice } = setUp();
    const bob = world.device(BOB);
    await write(world, 'resource-lists', contacts(BOB, CAROL, 'tel:+123', 'sip:nobody@example.org'));
    world.publish(bob, pidf('b'));
    const { response } = world.watch(alice, LIST, EVENTLIST);
    expect([response.status, header(response, 'Require')]).toEqual([200, 'eventlist']);
    await world.clock.pass(2000);
    expect(header(alice.notifies[0] ?? response, 'Require')).toBe('eventlist');
    world.publish(world.device(CAROL), pidf('c', 'closed', 'back at noon'));
    await world.clock.pass(2000);
    const [first, second, third] = lists(alice);
    expect([first?.full, second?.full, third]).toEqual([true, false, undefined]);
    expect(first?.uri).toBe(LIST);
    expect(words(first)).toEqual(['bob active open', 'carol active', 'nobody terminated']);
    expect(words(second)).toEqual(['carol active closed']);
    expect((second?.version ?? 0) - (first?.version ?? 0)).toBe(1);
  });

  it('is for its owner, and for those who can read lists', () => {
    const { world, alice } = setUp();
    const bob = world.device(BOB);
    expect(world.watch(bob, LIST, EVENTLIST).response.status).toBe(404);
    const refused = world.watch(alice, LIST).response;
    expect([refused.status, header(refused, 'Require')]).toEqual([421, 'eventlist']);
    expect(world.watch(alice, LIST, { ...EVENTLIST, Accept: 'application/pidf+xml' }).response.status).toBe(
      406,
    );
  });

  it('follows its document: new members partially, gone ones by a full state', async () => {
    const { world, alice } = setUp();
    world.publish(world.device(BOB), pidf('b'));
    await write(world, 'resource-lists', contacts(CAROL));
    world.watch(alice, LIST, EVENTLIST);
    await world.clock.pass(2000);
    await write(world, 'resource-lists', contacts(CAROL, BOB));
    await world.clock.pass(2000);
    await write(world, 'resource-lists', contacts(BOB));
    await world.clock.pass(2000);
    world.publish(world.device(CAROL), pidf('c'));
    await world.clock.pass(2000);
    const all = lists(alice);
    expect(all.map(({ full }) => full)).toEqual([true, false, true]);
    expect(all.map(words)).toEqual([['carol active'], ['bob active open'], ['bob active open']]);
  });

  it('hides what single subscriptions hide', async () => {
    const { world, alice } = setUp();
    const bob = world.device(BOB);
    world.publish(bob, pidf('b'));
    await write(world, 'resource-lists', contacts(BOB));
    world.watch(alice, LIST, EVENTLIST);
    await world.clock.pass(2000);
    for (const handling of ['polite-block', 'confirm', 'block', 'allow']) {
      await write(world, RULES.auid, ruleset({ [ALICE]: handling }), BOB);
      await world.clock.pass(2000);
    }
    expect(lists(alice).flatMap(words)).toEqual([
      'bob active open',
      'bob active',
      'bob pending',
      'bob terminated',
      'bob active open',
    ]);
  });

  it('may be one of rls-services, inline or by reference to a node', async () => {
    const { world, alice } = setUp();
    world.publish(world.device(BOB), pidf('b'));
    await write(world, 'resource-lists', contacts(BOB, CAROL));
    const path = `/xcap/resource-lists/users/${ALICE}/index/~~/resource-lists/list%5b@name=%22all%22%5d`;
    const ns = 'xmlns="urn:ietf:params:xml:ns:rls-services" xmlns:rl="urn:ietf:params:xml:ns:resource-lists"';
    const services = `<rls-services ${ns}>
      <service uri="sip:alice-all@example.org"><resource-list>https://xcap.example.org${path}</resource-list></service>
      <service uri="sip:alice-one@example.org"><list><rl:entry uri="${BOB}"/></list></service>
      <service uri="sip:alice-evil@example.org"><resource-list>https://x/resource-lists/users/${BOB}/index</resource-list></service>
    </rls-services>`;
    await write(world, 'rls-services', services);
    await write(world, 'resource-lists', contacts(CAROL), BOB);
    for (const name of ['all', 'one', 'evil']) {
      expect(world.watch(alice, `sip:alice-${name}@example.org`, EVENTLIST).response.status).toBe(200);
      await world.clock.pass(2000);
    }
    expect(lists(alice).map(words)).toEqual([['bob active open', 'carol active'], ['bob active open'], []]);
    expect(world.watch(alice, 'sip:alice-one@example.org').response.status).toBe(421);
    expect(world.watch(world.device(BOB), 'sip:alice-one@example.org', EVENTLIST).response.status).toBe(404);
  });

  it('of 300 comes in pieces below 60 KB, each member once', async () => {
    const { world, alice } = setUp();
    const uris = Array.from({ length: 300 }, (_, i) => `sip:user${i}@example.org`);
    for (const uri of uris) world.publish(world.device(uri), pidf('x', 'open', 'n'.repeat(800)));
    await write(world, 'resource-lists', contacts(...uris));
    world.watch(alice, LIST, EVENTLIST);
    await world.clock.pass(2000);
    const all = lists(alice);
    expect(all.map(({ full }) => full)).toEqual([true, ...all.slice(1).map(() => false)]);
    expect(all[0]?.resources).toHaveLength(300);
    const shown = all.flatMap(({ resources }) => resources.filter(({ parts }) => parts.length > 0));
    expect(shown.map(({ uri }) => uri).sort()).toEqual([...uris].sort());
    for (const { body } of alice.notifies) expect(utf8Length(body)).toBeLessThan(60_000);
    expect(all.length).toBeLessThan(10);
    world.publish(world.device('sip:user7@example.org'), pidf('x', 'closed', 'gone'));
    await world.clock.pass(2000);
    expect(words(lists(alice).at(-1))).toEqual(['user7 active closed']);
  });

  it('of 1000 with long names and nothing published comes in pieces too', async () => {
    const { world, alice } = setUp();
    const uris = Array.from({ length: 1000 }, (_, i) => `sip:user${i}.${'x'.repeat(60)}@example.org`);
    await write(world, 'resource-lists', contacts(...uris));
    world.watch(alice, LIST, EVENTLIST);
    await world.clock.pass(2000);
    const all = lists(alice);
    expect(all.map(({ full }) => full)).toEqual([true, ...all.slice(1).map(() => false)]);
    const told = all.flatMap(({ resources }) =>
      resources.filter(({ instances }) => instances.length > 0).map(({ uri }) => uri),
    );
    expect(told).toEqual(uris);
    for (const { body } of alice.notifies) expect(utf8Length(body)).toBeLessThan(60_000);
    expect(all.length).toBeLessThan(8);
    expect(all.map(({ version }) => version)).toEqual(all.map((_, i) => (all[0]?.version ?? 0) + i));
  });

  it('names everybody first, and sends what is too large beside the names after them', async () => {
    const { world, alice } = setUp();
    const uris = Array.from({ length: 600 }, (_, i) => `sip:user${i}@example.org`);
    await write(world, 'resource-lists', contacts(...uris));
    const one = 'sip:user300@example.org';
    for (const id of ['a', 'b', 'c']) {
      world.publish(world.device(one), pidf(id, 'open', 'n'.repeat(15_000)));
    }
    world.watch(alice, LIST, EVENTLIST);
    await world.clock.pass(2000);
    const all = lists(alice);
    expect(all[0]?.resources.map(({ uri }) => uri)).toEqual(uris);
    expect(all.filter(({ resources }) => resources.some(({ parts }) => parts.length > 0))).toHaveLength(1);
    for (const { body } of alice.notifies) expect(utf8Length(body)).toBeLessThan(60_000);
  });

  it('leaves out what is no person: numbers, lists, references, itself; and goes as deep as they nest', async () => {
    const { world, alice } = setUp();
    world.publish(world.device(BOB), pidf('b'));
    const services = `<rls-services xmlns="urn:ietf:params:xml:ns:rls-services"><service uri="sip:alice-all@example.org"><resource-list>https://x/xcap/resource-lists/users/${ALICE}/index</resource-list></service></rls-services>`;
    await write(world, 'rls-services', services);
    const inner = '<list>'.repeat(40) + `<entry uri="${CAROL}"/>` + '</list>'.repeat(40);
    const body = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="all"><entry uri="tel:+15551234"/><entry uri="mailto:x@example.org"/><entry uri="${LIST}"/><entry uri="sip:alice-all@example.org"/><external anchor="https://x/xcap/resource-lists/users/${ALICE}/index/~~/resource-lists/list%5b1%5d"/><entry-ref ref="resource-lists/users/${ALICE}/index/~~/resource-lists/list/entry-ref%5b1%5d"/><entry uri="${BOB}"/><entry uri="${BOB}"/>${inner}</list></resource-lists>`;
    await write(world, 'resource-lists', body);
    for (const uri of [LIST, 'sip:alice-all@example.org']) {
      expect(world.watch(alice, uri, EVENTLIST).response.status).toBe(200);
      await world.clock.pass(2000);
      expect(words(lists(alice).at(-1))).toEqual(['bob active open', 'carol active']);
    }
  });

  it('of 1000 costs a change of one member little', async () => {
    const { world, alice } = setUp();
    const uris = Array.from({ length: 1000 }, (_, i) => `sip:user${i}@example.org`);
    await write(world, 'resource-lists', contacts(...uris));
    world.watch(alice, LIST, EVENTLIST);
    await world.clock.pass(2000);
    const [one] = [world.device('sip:user500@example.org')];
    const before = lastOf(alice).count;
    const started = process.cpuUsage();
    for (let i = 0; i < 100; i++) {
      world.publish(one, pidf('x', 'open', String(i)));
      await world.clock.pass(1000);
    }
    const { user, system } = process.cpuUsage(started);
    expect(lastOf(alice).count - before).toBe(100);
    expect((user + system) / 100_000).toBeLessThan(30);
  });
});
