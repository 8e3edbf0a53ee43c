/** Groups that an administrator makes, by the command's own words, and those of the demo office. */
import { beforeEach, describe, expect, it } from 'vitest';
import { seedDemoGroups } from '../demo/groups.ts';
import { demoPeople } from '../demo/people.ts';
import { openDatabase } from '../store/database.ts';
import { runGroup } from './admin-groups.ts';
import { groupsModule, groupStore, type GroupStore } from './groups-store.ts';

let groups: GroupStore;
beforeEach(() => {
  groups = groupStore(openDatabase(':memory:', [groupsModule]).durable);
});
const run = (verb: string, name?: string, ...more: string[]) =>
  runGroup(verb, name, more, undefined, groups, 'x.test');

describe('the group command', () => {
  it('makes groups, fills them with people and groups, lists and empties them', async () => {
    expect(await run('list')).toEqual({ words: 'There are no groups.' });
    expect((await run('add', 'Bridge design')).words).toMatch(/^Bridge design is added: g-/);
    await run('add', 'Everybody');
    const filled = await run(
      'member',
      'everybody',
      'add',
      'alice',
      'sip:bob@x.test',
      'guest@y.test',
      'Bridge design',
    );
    expect(filled.words).toBe('Everybody has 4 members.');
    const inner = groups.find('Bridge design');
    expect((await run('list', 'Everybody')).words.split('\n')).toEqual([
      `${inner?.id}\tBridge design`,
      'sip:alice@x.test',
      'sip:bob@x.test',
      'sip:guest@y.test',
    ]);
    expect((await run('member', 'Everybody', 'remove', 'alice', 'carol')).words).toBe(
      '1 removed from Everybody.',
    );
    // A group that goes leaves no hole in another.
    await run('remove', 'Bridge design');
    expect(groups.find('Everybody')?.size).toBe(2);
    expect(groups.search('', 10)).toHaveLength(1);
  });

  it.each([
    [['add', ' \u0000 '], 'name'],
    [['remove', 'Nothing'], 'no group'],
    [['member', 'One', 'add'], 'whom'],
    [['member', 'One', 'love', 'alice'], 'whom'],
    [['member', 'One', 'add', 'not an address'], 'neither'],
  ] as const)('refuses %j with a sentence', async ([verb, name, ...more], words) => {
    await run('add', 'One');
    const done = await run(verb, name, ...more);
    expect(done.failed).toBe(true);
    expect(done.words).toContain(words);
  });

  it('asks for the id where two groups have one name', async () => {
    await run('add', 'Twin');
    await run('add', 'twin');
    expect((await run('remove', 'Twin')).failed).toBe(true);
    expect((await run('remove', groups.list()[0]?.id ?? '')).failed).toBeUndefined();
  });

  it('keeps hostile names as text, and finds by words without accents', async () => {
    await run('add', '<b>Équipe</b>\u202E');
    expect(groups.search('equipe', 5).map(({ name }) => name)).toEqual(['<b>Équipe</b>']);
    expect(groups.search("' OR 1=1 --", 5)).toEqual([]);
  });
});

describe('the demo office', () => {
  it('C03, C04 has teams and two distribution lists, one inside the other, without any set-up', async () => {
    await seedDemoGroups(groups, demoPeople(), 'larkfield.example');
    const [leads, ...none] = groups.search('all project', 5);
    expect(none).toEqual([]);
    const crossing = groups.find('Wharfe crossing');
    expect(crossing?.size).toBe(6);
    const members = groups.members(leads?.id ?? '', 0, 100)?.members;
    expect(members?.[0]).toEqual({ is: 'group', id: crossing?.id });
    const mine = groups.groupsOf('sip:amara.okafor@larkfield.example').map(({ name }) => name);
    expect(mine).toEqual(expect.arrayContaining(['Bridge design', 'Wharfe crossing']));
  });
});
