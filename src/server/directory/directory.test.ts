import { describe, expect, it } from 'vitest';
import { silentLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { PATIENCE, type DirectoryGroup, type Person, type Source } from './contract.ts';
import { createDirectory } from './directory.ts';

const ANA = 'sip:ana@x.test';
const BEN = 'sip:ben@x.test';

function source(name: string, people: readonly Person[], more: Partial<Source> = {}): Source {
  const groups: DirectoryGroup[] = [{ id: `${name}:all`, name: `All of ${name}`, size: people.length }];
  return {
    name,
    prefix: `${name}:`,
    search: async (words) => people.filter((one) => one.name.toLowerCase().includes(words)),
    people: async (aors) =>
      new Map(people.filter(({ aor }) => aors.includes(aor)).map((one) => [one.aor, one])),
    portrait: async () => null,
    searchGroups: async () => groups,
    groupsOf: async () => groups,
    group: async () => groups[0] ?? null,
    members: async () => ({
      group: groups[0] ?? { id: '', name: '', size: 0 },
      members: people.map(({ aor }) => ({ is: 'person', aor }) as const),
      total: people.length,
    }),
    stop: () => undefined,
    ...more,
  };
}

function open(sources: readonly Source[], clock = manualClock()) {
  const failures = createMetrics().counter('failures', '', 'source');
  return { clock, failures, directory: createDirectory({ sources, clock, log: silentLog(), failures }) };
}

describe('several sources', () => {
  it('make one person: the first one’s word counts, the next fill the gaps', async () => {
    const { directory } = open([
      source('own', [{ aor: ANA, name: 'Ana', title: 'Boss' }]),
      source('far', [
        { aor: ANA, name: 'Ana Far', title: 'Clerk', team: 'Bridges' },
        { aor: BEN, name: 'Ben Anaconda' },
      ]),
    ]);
    const ana = { aor: ANA, name: 'Ana', title: 'Boss', team: 'Bridges' };
    expect((await directory.search('ana', 10)).value.people).toEqual([
      ana,
      { aor: BEN, name: 'Ben Anaconda' },
    ]);
    expect(await directory.entry(ANA)).toEqual({ value: ana });
    expect((await directory.members('far:all', 0, 10)).value?.members).toContainEqual({
      is: 'person',
      person: ana,
    });
    expect((await directory.search('ana', 1)).value.people).toHaveLength(1);
  });

  it('a person found in one only is completed by the other', async () => {
    const { directory } = open([
      source('own', [{ aor: ANA, name: 'A. Nam', title: 'Boss' }]),
      source('far', [{ aor: ANA, name: 'Zoe', team: 'Bridges' }]),
    ]);
    expect((await directory.search('zoe', 10)).value.people).toEqual([
      { aor: ANA, name: 'A. Nam', title: 'Boss', team: 'Bridges' },
    ]);
  });

  it('one that fails is left out, counted and told', async () => {
    const away = source('far', [], { search: () => Promise.reject(new Error('down')) });
    const { directory, failures } = open([source('own', [{ aor: ANA, name: 'Ana' }]), away]);
    const { value, problem } = await directory.search('ana', 10);
    expect(value.people).toHaveLength(1);
    expect(problem).toBe('No answer from far; this is what the rest knows.');
    expect(failures.read('far')).toBe(1);
  });

  it('one that says nothing is not waited for longer than anybody waits', async () => {
    const stuck = source('far', [], { people: () => new Promise(() => undefined) });
    const { directory, clock } = open([source('own', [{ aor: ANA, name: 'Ana' }]), stuck]);
    const asked = directory.entry(ANA);
    await new Promise((next) => setImmediate(next));
    clock.advance(PATIENCE);
    expect(await asked).toEqual({
      value: { aor: ANA, name: 'Ana' },
      problem: expect.stringContaining('far') as string,
    });
  });

  it('a group is asked of its own source alone', async () => {
    const { directory } = open([source('own', []), source('far', [])]);
    expect((await directory.group('far:all')).value?.name).toBe('All of far');
    expect((await directory.group('elsewhere:all')).value).toBeNull();
    expect((await directory.members('elsewhere:all', 0, 10)).value).toBeNull();
  });
});
