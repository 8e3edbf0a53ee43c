/** What the demo office holds before anybody enters, and what its colleagues publish, as a newcomer's client reads them. */
import { describe, expect, it } from 'vitest';
import { levelOf } from '../../protocol/access-policy.ts';
import { customWords } from '../../protocol/custom-words.ts';
import { decodeCustomStates } from '../../protocol/custom-states.ts';
import { decodePresRules } from '../../protocol/pres-rules.ts';
import { viewAs } from '../../protocol/published-document.ts';
import { decodeResourceLists } from '../../protocol/resource-lists.ts';
import { groupStore, groupsModule } from '../directory/groups-store.ts';
import { openDatabase } from '../store/database.ts';
import { CUSTOM_STATES_NAME } from '../xcap/global-tree.ts';
import { openDocuments, XCAP_TABLES } from '../xcap/documents.ts';
import { seedDemoContacts } from './contacts.ts';
import { seedDemoGroups } from './groups.ts';
import { endOf, stateIn, type Mood } from './mood.ts';
import { DEMO_DOMAIN, demoPeople } from './people.ts';
import { OPEN_TO_ALL, PARTS, TAGGED } from './phrases.ts';
import { DEMO_STATES, seedDemoStates } from './states.ts';

const NOW = Date.UTC(2026, 9, 14, 10, 7);
const people = demoPeople();
const aorOf = (user: string): string => `sip:${user}@${DEMO_DOMAIN}`;
const seen = (mood: Mood, level: 'team' | 'company' | 'public', isOnCall = false) =>
  viewAs(stateIn(mood, NOW, { aor: aorOf(TAGGED), instanceId: 'urn:uuid:1', now: NOW }, isOnCall), level);

describe('what is there', async () => {
  const { durable } = openDatabase(':memory:', [XCAP_TABLES, groupsModule]);
  const documents = openDocuments(durable);
  const groups = groupStore(durable);
  const shared = await seedDemoGroups(groups, people, DEMO_DOMAIN);
  await seedDemoStates(documents);
  for (const person of people) await seedDemoContacts(documents, person, people, shared, DEMO_DOMAIN);
  const read = (auid: string, user: string): string =>
    documents.read({ auid, owner: aorOf(user), path: 'index' })?.body ?? '';

  it('P27 the organisation’s states have English and German words', () => {
    const states = decodeCustomStates(documents.read(CUSTOM_STATES_NAME)?.body ?? '');
    expect(states.ok && states.value.map((one) => [one.band, customWords(one, ['de'])])).toEqual([
      ['available', 'Auf der Baustelle'],
      ['busy', 'Vor Gericht'],
      ['dnd', 'Am Zeichenbrett'],
    ]);
  });

  it.each(people.map(({ user }) => user))('P28, C03 %s knows everybody, one tagged, and a list', (user) => {
    const document = decodeResourceLists(read('resource-lists', user));
    if (!document.ok) throw new Error(document.why);
    const { lists } = document.value;
    const entries = lists.flatMap((one) => one.entries);
    expect(new Set(entries.map(({ uri }) => uri)).size).toBe(people.length - 1);
    expect(entries.filter(({ details }) => details.tagged).map(({ uri }) => uri)).toEqual(
      user === TAGGED ? [] : [aorOf(TAGGED)],
    );
    const directory = lists.flatMap((one) => one.directory ?? []);
    expect(directory.map((id) => groups.group(id)?.name)).toEqual(['Wharfe crossing']);
  });

  it('A06 gives Team to the own team, and one colleague to everybody', () => {
    const level = (user: string, watcher: string) => {
      const rules = decodePresRules(read('pres-rules', user));
      return rules.ok
        ? levelOf(rules.value, aorOf(watcher), { now: NOW, ownDomain: DEMO_DOMAIN })
        : rules.why;
    };
    expect(level('rahul.desai', 'amara.okafor')).toBe('team');
    expect(level('rahul.desai', 'peter.nowak')).toBe('company');
    for (const { user } of people) if (user !== OPEN_TO_ALL) expect(level(OPEN_TO_ALL, user)).toBe('team');
  });
});

describe('what colleagues publish', () => {
  const moods = PARTS.flatMap(({ user, moods: all }) =>
    all.map((mood, at) => [`${user} ${at}`, mood] as const),
  );

  it.each(moods)('%s is somebody who can be reached, with the note', (_name, mood) => {
    const presence = seen(mood, 'company');
    expect(['available', 'busy', 'dnd', 'away']).toContain(presence.availability);
    expect(presence.note).toBe(mood.note);
    expect(presence.location).toBe(mood.location);
    expect(seen(mood, 'public')).not.toHaveProperty('note');
  });

  it('A07 tells Team that it comes through, and others that they do not', () => {
    for (const state of ['dnd', 'drawing-board'] as const) {
      expect([seen({ state }, 'team').availability, seen({ state }, 'company').availability]).toEqual([
        'urgent',
        'dnd',
      ]);
    }
  });

  it('P27 names the organisation’s state, until when, and not on the telephone', () => {
    const mood = { state: 'in-court', timed: true } as const;
    expect(seen(mood, 'team')).toMatchObject({
      availability: 'busy',
      custom: DEMO_STATES['in-court'].words[''],
      until: Date.UTC(2026, 9, 14, 10, 30),
    });
    expect(seen(mood, 'team', true)).not.toHaveProperty('custom');
    expect(endOf(mood, Date.UTC(2026, 9, 14, 10, 20))).toBe(Date.UTC(2026, 9, 14, 11));
  });

  it('a note whose time is over is gone', () => {
    const mood = { state: 'available', note: 'Back at my desk', noteFor: 1 } as const;
    const device = { aor: aorOf(TAGGED), instanceId: 'urn:uuid:1', now: NOW + 61_000 };
    expect(viewAs(stateIn(mood, NOW, device, false), 'team')).not.toHaveProperty('note');
  });
});
