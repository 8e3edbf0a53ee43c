/**
 * One person's contact list on two devices, against our XCAP server (RFC 4825) in one process:
 *
 *   left   --edits--> PUT If-Match --> 2xx          right  --edits--> PUT If-Match --> 412
 *                                                          <-- GET -- the same edits again --> PUT --> 2xx
 */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SipUserAgent, SubscriptionFact } from '../../src/sip/contract.ts';
import type { ContactEdit } from '../../src/store/rows.ts';
import { add, Device, ME, Office, person, settled } from './list-office.ts';

let office: Office;
let left: Device;
let right: Device;
beforeEach(async () => {
  office = new Office();
  left = await new Device(office).start();
  right = await new Device(office).start();
  await left.sync();
  await right.sync();
});

test('fifty changes offline on each of two devices merge without loss', async () => {
  await left.edit({ edit: 'add-group', id: 'g', name: 'Old' }, add('old', 'g'), add('stays'));
  await settled();
  await right.sync();
  left.isOnline = right.isOnline = false;
  const many = (side: string) => Array.from({ length: 44 }, (_, i) => `${side}${i}`);
  await left.edit(
    { edit: 'add-group', id: 'l', name: 'Project X' },
    ...many('l').map((name, i) => add(name, i % 2 ? 'l' : null)),
    { edit: 'rename', aor: person('stays'), name: 'Renamed' },
    { edit: 'remove', aor: person('l0') },
    { edit: 'tag', aor: person('old'), tagged: true },
    { edit: 'level', aor: person('stays'), level: 'team' },
    { edit: 'private-note', aor: person('old'), text: 'Knows Greek' },
  );
  await right.edit(
    { edit: 'add-group', id: 'r', name: 'project x' },
    ...many('r').map((name, i) => add(name, i % 2 ? 'r' : null)),
    { edit: 'remove-group', id: 'g' },
    { edit: 'block', aor: person('r3'), blocked: true },
    { edit: 'place', aor: person('stays'), groups: ['r'] },
    { edit: 'group-level', id: 'r', level: 'personal' },
    { edit: 'newcomers', others: 'ask' },
  );
  expect([left.contacts.waiting(), right.contacts.waiting()]).toEqual([50, 50]);
  // One of them is closed and opened again before the network is back.
  right = await Object.assign(new Device(office), { shelves: right.shelves, isOnline: false }).start();
  await Promise.all([left.sync(), right.sync()]);
  await left.sync();
  const expected = [...many('l').slice(1), ...many('r'), 'old', 'Renamed'].sort();
  for (const device of [left, right]) {
    expect(device.contacts.waiting()).toBe(0);
    expect(device.problems()).toEqual([]);
    expect(device.names()).toEqual(expected);
    const { groups, entries, blocked } = device.contacts.list();
    expect(groups.map(({ name, level }) => [name.toLowerCase(), level])).toEqual([['project x', 'personal']]);
    const group = groups[0]?.id ?? '';
    expect(entries.filter((one) => one.groups.includes(group))).toHaveLength(45);
    expect(entries.find(({ aor }) => aor === person('old'))).toMatchObject({
      ...{ groups: [], tagged: true, privateNote: 'Knows Greek' },
    });
    expect(blocked).toEqual([person('r3')]);
  }
  expect(
    left.contacts
      .list()
      .entries.map(({ aor }) => aor)
      .sort(),
  ).toEqual(
    right.contacts
      .list()
      .entries.map(({ aor }) => aor)
      .sort(),
  );
  expect(['stays', 'r3', 'l1', 'l2'].map((name) => office.levelOf(name))).toEqual([
    ...['team', 'blocked', 'personal', 'company'],
  ]);
});

test('whatever two devices do, in whatever order they meet the server, nobody is lost', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const group = fc.constantFrom('g', 'h');
  const step = fc.oneof(
    { arbitrary: fc.record({ do: fc.constant('add' as const), name, group: fc.option(group) }), weight: 4 },
    fc.record({ do: fc.constant('remove' as const), name }),
    fc.record({ do: fc.constant('place' as const), name, groups: fc.array(group, { maxLength: 2 }) }),
    fc.record({ do: fc.constant('add-group' as const), group, name: fc.constantFrom('One', 'Two') }),
    fc.record({ do: fc.constant('remove-group' as const), group }),
    fc.record({ do: fc.constant('network' as const), on: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), step), { maxLength: 25 }), async (steps) => {
      const server = new Office();
      const devices = [await new Device(server).start(), await new Device(server).start()];
      const removed = new Set<string>();
      const added = new Set<string>();
      for (const [first, one] of steps) {
        const device = devices[first ? 0 : 1];
        if (!device) continue;
        if (one.do === 'network') {
          device.isOnline = one.on;
          if (one.on) device.contacts.sync();
        } else if (one.do === 'add') {
          added.add(one.name);
          await device.edit(add(one.name, one.group));
        } else if (one.do === 'remove') {
          removed.add(one.name);
          await device.edit({ edit: 'remove', aor: person(one.name) });
        } else if (one.do === 'place') {
          await device.edit({ edit: 'place', aor: person(one.name), groups: one.groups });
        } else if (one.do === 'add-group') {
          await device.edit({ edit: 'add-group', id: one.group, name: one.name });
        } else await device.edit({ edit: 'remove-group', id: one.group });
        await new Promise<void>((done) => setImmediate(done));
      }
      for (const device of [...devices, ...devices]) await device.sync();
      const [one, other] = devices.map((device) => device.contacts.list());
      expect(one?.entries).toEqual(other?.entries);
      expect(one?.groups).toEqual(other?.groups);
      const there = one?.entries.map((entry) => entry.name) ?? [];
      for (const each of added) if (!removed.has(each)) expect(there).toContain(each);
    }),
    { numRuns: 25 },
  );
});

describe('a change', () => {
  test('of one entry is one element on the wire, another is the whole document', async () => {
    await left.edit({ edit: 'add-group', id: 'g g', name: 'G' });
    await settled();
    office.asked.length = 0;
    const puts = async (edit: ContactEdit) => {
      office.asked.length = 0;
      await left.edit(edit);
      await settled();
      return office.asked.filter((one) => !one.startsWith('GET')).map(decodeURIComponent);
    };
    const entry = (who: string) =>
      `resource-lists/index/~~/resource-lists/list[@name="g g"]/entry[@uri="${person(who)}"]`;
    expect(await puts(add('ben', 'g g'))).toEqual([`PUT ${entry('ben')}`]);
    expect(await puts(add('cat', 'g g'))).toEqual([`PUT ${entry('cat')}`]);
    expect(await puts({ edit: 'rename', aor: person('ben'), name: 'Benjamin' })).toEqual([
      `PUT ${entry('ben')}`,
    ]);
    expect(await puts({ edit: 'remove', aor: person('cat') })).toEqual([`DELETE ${entry('cat')}`]);
    expect(await puts({ edit: 'place', aor: person('ben'), groups: [] })).toEqual([
      'PUT resource-lists/index',
    ]);
    await right.sync();
    expect(right.contacts.list().entries).toEqual(left.contacts.list().entries);
    expect(right.names()).toEqual(['Benjamin']);
  });

  test('is on the other device at once where the server tells of it (RFC 5875)', async () => {
    let tell: ((fact: SubscriptionFact) => void) | undefined;
    const agent = {
      subscribe: (_: unknown, heard: typeof tell) => ((tell = heard), { close: () => undefined }),
    };
    office.documents.onChange(() => tell?.({ is: 'active', contentType: '', body: '' }));
    right.news.online(agent as unknown as SipUserAgent);
    await left.edit(add('ben'));
    await settled();
    expect(right.names()).toEqual(['ben']);
    const before = right.now;
    await right.pass(300_000);
    expect(right.now - before).toBe(300_000);
    expect(right.timers).toEqual([]);
  });

  test.each<[string, SubscriptionFact | null]>([
    ['refuses to tell', { is: 'ended', status: 489, reason: 'Bad Event' }],
    ['says nothing', null],
  ])('is on the other device within a minute where the server %s', async (_what, fact) => {
    const agent = {
      subscribe(_: unknown, heard: (fact: SubscriptionFact) => void) {
        if (fact) heard(fact);
        return { close: () => undefined };
      },
    };
    right.news.online(agent as unknown as SipUserAgent);
    await left.edit(add('ben'));
    await settled();
    await right.pass(61_000);
    expect(right.names()).toEqual(['ben']);
    office.asked.length = 0;
    await right.pass(600_000);
    // Ten looks at two documents, each answered without a body.
    expect(office.asked).toHaveLength(20);
    right.news.offline();
    expect(right.timers).toEqual([]);
  });

  test('of a group on one device is in the rules, whoever writes them', async () => {
    await left.edit(
      { edit: 'add-group', id: 'g', name: 'G' },
      { edit: 'group-level', id: 'g', level: 'team' },
    );
    await settled();
    await right.sync();
    await right.edit(add('ben', 'g'));
    await settled();
    expect(office.levelOf('ben')).toBe('team');
    // Another client, which knows nothing of levels, takes him out of the list.
    const name = { auid: 'resource-lists', owner: ME, path: 'index' };
    await office.documents.change(name, (now) => ({
      edit: { write: (now?.body ?? '').replace(/<entry.*<\/entry>/, '') },
      answer: null,
    }));
    await left.sync();
    expect(office.levelOf('ben')).toBe('company');
  });

  test('that the server refuses goes alone, and is named', async () => {
    left.isOnline = false;
    const long = 'x'.repeat(5_000);
    await left.edit(
      add('ben'),
      { edit: 'private-note', aor: person('ben'), text: long },
      add('cat'),
      add('dan'),
    );
    office.largest = 4_000;
    await left.sync();
    expect(left.problems()).toEqual([
      'The server did not take a change of your contact list, so it was undone: the note about ben.',
    ]);
    expect(left.names()).toEqual(['ben', 'cat', 'dan']);
    expect(left.contacts.waiting()).toBe(0);
    expect(left.contacts.list().entries[0]).not.toHaveProperty('privateNote');
    await right.sync();
    expect(right.names()).toEqual(['ben', 'cat', 'dan']);
  });
});

test('C06 a list of ten thousand stays quick to change', async () => {
  const cards = Array.from({ length: 10_000 }, (_, i) => ({
    ...{ aor: person(`p${i}`), name: `Person ${i}`, groups: [], details: {} },
  }));
  await left.edit({ edit: 'import', cards });
  await settled();
  expect(left.contacts.waiting()).toBe(0);
  expect(left.problems()).toEqual([]);
  left.isOnline = false;
  const start = performance.now();
  await left.edit({ edit: 'tag', aor: person('p9999'), tagged: true });
  expect(performance.now() - start).toBeLessThan(5_000);
  await left.sync();
  await right.sync();
  expect(right.contacts.list().entries).toHaveLength(10_000);
});
