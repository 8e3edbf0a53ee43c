/**
 * One person, several devices, one mind:
 *
 *   this device --PUBLISH, by levels--> server --NOTIFY of oneself--> the others adopt what is newer
 *        '--PUT, for the time without a page--> pidf-manipulation
 */
import { describe, expect, test } from 'vitest';
import { calendarDocument } from '../protocol/calendar-document.ts';
import { encodeCustomStates, type CustomState } from '../protocol/custom-states.ts';
import type { OwnState } from '../protocol/own-activities.ts';
import { decodePidf, encodePidf } from '../protocol/pidf.ts';
import { hardStateDocument, publishedDocument } from '../protocol/published-document.ts';
import { encodeXcapCaps, LEVELS_EXTENSION } from '../protocol/xcap-caps.ts';
import { ANN, BEN, CONFIG, createStage, signedInStage } from './testing/stage.ts';
import { XCAP_ROOT, xcapServer } from './testing/xcap-server.ts';

const NOW = 1_800_000_000_000;
const CAPS = 'xcap-caps/global/index';
const HARD = `pidf-manipulation/users/${ANN}/index`;
const STATES = 'org.openmobilealliance.user-profile/global/custom-states';
const KEPT = encodeXcapCaps({ auids: [], extensions: [LEVELS_EXTENSION], namespaces: [] });
const COURT: CustomState = { id: 'court', band: 'busy', words: { '': 'In court', de: 'Vor Gericht' } };

async function setUp(documents: Record<string, string> = { [CAPS]: KEPT }) {
  const server = xcapServer(documents);
  const given = { config: { ...CONFIG, xcapRoot: XCAP_ROOT }, fetch: server.fetch };
  const { stage, tab } = await signedInStage(given);
  await stage.pass(50);
  const account = () => tab.last('account')?.account;
  const published = () => {
    const decoded = decodePidf(stage.sip().published.at(-1) ?? '');
    if (!decoded.ok) throw new Error(decoded.why);
    return decoded.value;
  };
  const classes = () => published().persons.map(({ rpid }) => rpid.class);
  /** The server tells what another device of Ann's says, beside what it has of this one. */
  const hear = async (...bodies: string[]) => {
    for (const body of bodies) {
      const listener = stage.sip().subscriptions.get(`presence ${ANN}`);
      listener?.({ is: 'active', contentType: 'application/pidf+xml', body });
    }
    await stage.pass(50);
  };
  return { stage, tab, server, given, account, published, classes, hear };
}

const other: OwnState = {
  ...{ aor: ANN, instanceId: 'urn:uuid:other', now: NOW, manual: 'auto', manualSince: 0, lastInput: NOW },
  video: true,
};
const device = (own: Partial<OwnState>) => encodePidf(publishedDocument({ ...other, ...own }, true));

describe('A07 levels on the wire', () => {
  const LEVELS = ['personal', 'team', 'company', 'public', 'self'];
  test('one plain variant until the server says that it keeps levels apart, then four', async () => {
    const { stage, classes, account, server, tab } = await setUp();
    const first = decodePidf(stage.sip().published[0] ?? '');
    expect(first.ok && first.value.persons.map(({ rpid }) => rpid.class)).toEqual([undefined]);
    expect(classes()).toEqual(LEVELS);
    expect(account()?.levelsKept).toBe(true);
    expect(server.writes.filter((one) => one.includes('pidf-manipulation'))).toEqual([]);
    const examined = tab.send('examine', { doctor: true });
    await stage.pass(20_000);
    const done = await examined;
    expect(done.ok && done.value.find(({ id }) => id === 'levels')?.verdict).toBe('good');
  });
  test('remembered at the next start, and asked again', async () => {
    const { stage, given, server } = await setUp();
    server.documents.delete(CAPS);
    const next = await createStage({ ...given, shelves: stage.shelves });
    const tab = await next.tab();
    next.sip().connect();
    await next.pass(50);
    const classesOf = (text: string | undefined) => {
      const one = decodePidf(text ?? '');
      return one.ok ? one.value.persons.map(({ rpid }) => rpid.class) : [];
    };
    expect(classesOf(next.sip().published[0])).toEqual(LEVELS);
    // The server was exchanged for one that would show everybody everything.
    expect(classesOf(next.sip().published.at(-1))).toEqual([undefined]);
    expect(tab.last('account')?.account?.levelsKept).toBe(false);
  });
  test('a server without: the plain variant alone, said by the doctor', async () => {
    const { stage, classes, account, tab, server } = await setUp({});
    expect([classes(), account()?.levelsKept]).toEqual([[undefined], false]);
    await tab.send('set-state', { manual: 'dnd' });
    expect(server.writes.filter((one) => one.includes('pidf-manipulation'))).toEqual([]);
    const examined = tab.send('examine', { doctor: true });
    await stage.pass(20_000);
    const done = await examined;
    expect(done.ok && done.value.find(({ id }) => id === 'levels')).toMatchObject({ verdict: 'limited' });
  });
});

describe('P10 P12 what was chosen on another device', () => {
  test('state with its end, note with its end and place are adopted and published here too', async () => {
    const { account, hear, published } = await setUp();
    await hear(
      device({
        ...{ manual: 'dnd', manualSince: NOW + 10, manualUntil: NOW + 3_600_000 },
        ...{ note: 'Budget', noteSince: NOW + 11, noteUntil: NOW + 60_000 },
        ...{ location: 'Home', locationSince: NOW + 12, locationFor: 'personal' },
      }),
    );
    expect(account()).toMatchObject({
      ...{ manual: 'dnd', manualUntil: NOW + 3_600_000, note: 'Budget', noteUntil: NOW + 60_000 },
      ...{ location: 'Home', locationFor: 'personal', presence: { availability: 'dnd' } },
    });
    expect(published().persons[0]?.rpid.activities?.own).toEqual(['dnd']);
  });
  test('the newest counts, each for itself', async () => {
    const { account, hear, tab } = await setUp();
    await tab.send('set-state', { manual: 'busy' });
    await hear(
      device({ ...{ manual: 'away', manualSince: NOW - 10 }, ...{ note: 'Later', noteSince: NOW + 1_000 } }),
    );
    expect(account()).toMatchObject({ manual: 'busy', note: 'Later' });
  });
  test('a choice here beats one that was seen, although the other device’s clock is ahead', async () => {
    const { account, hear, tab } = await setUp();
    const busy = device({ manual: 'busy', manualSince: NOW + 900, note: 'Later', noteSince: NOW + 900 });
    await hear(busy);
    expect(account()).toMatchObject({ manual: 'busy', note: 'Later' });
    await tab.send('set-state', { manual: 'dnd' });
    await tab.send('set-note', { text: '' });
    await hear(busy);
    expect(account()).toMatchObject({ manual: 'dnd', note: '' });
  });
  test('a choice from far in the future is not believed', async () => {
    const { account, hear } = await setUp();
    await hear(device({ manual: 'away', manualSince: NOW + 86_400_000 }));
    expect(account()?.manual).toBe('auto');
  });
  test('nor one about somebody else, nor nonsense', async () => {
    const { account, hear } = await setUp();
    await hear(device({ aor: BEN, manual: 'away', manualSince: NOW + 10 }), '<nonsense');
    expect(account()?.manual).toBe('auto');
  });
  test('P23 appear offline goes from device to device, and nobody else can read it', async () => {
    const { account, hear, published } = await setUp();
    await hear(device({ manual: 'offline', manualSince: NOW + 10 }));
    expect(account()).toMatchObject({ manual: 'offline', presence: { availability: 'offline' } });
    expect(published().tuples.map(({ basic, rpid }) => [basic, rpid.class])).toEqual([['closed', 'self']]);
  });
  test('P08 P16 the own state is that of all devices and the calendar', async () => {
    const { account, hear } = await setUp();
    await hear(device({ call: { kind: 'call', since: NOW } }));
    expect(account()?.presence).toMatchObject({ availability: 'busy', activity: 'call' });
    const meeting = { from: NOW - 1, until: NOW + 60_000, kind: 'busy', subject: 'Budget' } as const;
    await hear(calendarDocument(ANN, [meeting], null, NOW) ?? '');
    expect(account()?.presence).toMatchObject({
      ...{
        availability: 'busy',
        activity: 'meeting',
        until: NOW + 60_000,
        schedule: [{ subject: 'Budget' }],
      },
    });
  });
  test('P10 a note runs out by itself', async () => {
    const { account, tab, stage } = await setUp();
    await tab.send('set-note', { text: 'Lunch', until: NOW + 60_000 });
    expect(account()).toMatchObject({ note: 'Lunch', noteUntil: NOW + 60_000 });
    await stage.pass(61_000);
    expect(account()?.note).toBe('');
    expect(account()).not.toHaveProperty('noteUntil');
  });
});

describe('P17 A09 for the time without a page', () => {
  test('do not disturb is written, and taken back with it', async () => {
    const { tab, server, stage } = await setUp();
    await tab.send('set-state', { manual: 'dnd' });
    await stage.pass(10);
    expect(server.documents.get(HARD)).toContain('urgent');
    await tab.send('set-state', { manual: 'auto' });
    await stage.pass(10);
    expect(server.documents.has(HARD)).toBe(false);
    expect(server.writes.filter((one) => one.includes(HARD))).toEqual([`PUT ${HARD}`, `DELETE ${HARD}`]);
  });
  test('P18 presenting and calls are not: they end with the page', async () => {
    const { tab, server, stage } = await setUp();
    await tab.send('activity', { visible: true, lastInput: NOW, presenting: true });
    await stage.pass(10);
    expect(tab.last('account')?.account?.presence.availability).toBe('dnd');
    expect(server.writes.filter((one) => one.includes(HARD))).toEqual([]);
  });
  test('whoever chose last wins: the server’s newer choice is adopted at the start', async () => {
    const later: OwnState = { ...other, manual: 'dnd', manualSince: NOW - 1_000 };
    const kept = hardStateDocument(later);
    const { account, server } = await setUp({ [CAPS]: KEPT, [HARD]: kept ? encodePidf(kept) : '' });
    expect(account()).toMatchObject({ manual: 'dnd', presence: { availability: 'dnd' } });
    expect(server.writes.filter((one) => one.includes(HARD))).toEqual([]);
  });
  test('and a choice made without a connection is brought there', async () => {
    const older = hardStateDocument({ ...other, manual: 'dnd', manualSince: NOW - 1_000 });
    const { tab, server, stage } = await setUp({ [CAPS]: KEPT, [HARD]: older ? encodePidf(older) : '' });
    stage.sip().connect({ is: 'offline', retryAt: null, why: 'cut' });
    server.down = true;
    await stage.pass(1_000);
    await tab.send('set-state', { manual: 'busy' });
    await stage.pass(10);
    expect(server.documents.has(HARD)).toBe(true);
    server.down = false;
    stage.sip().connect();
    await stage.pass(50);
    expect(server.documents.has(HARD)).toBe(false);
  });
});

describe('P27 states of the organisation', () => {
  test('are offered, chosen, shown and kept', async () => {
    const { tab, account, stage, published } = await setUp({
      [CAPS]: KEPT,
      [STATES]: encodeCustomStates([COURT]),
    });
    expect(account()?.customStates).toEqual([COURT]);
    expect(
      await tab.send('set-state', { manual: 'busy', custom: 'court', until: NOW + 60_000 }),
    ).toMatchObject({
      ok: true,
    });
    await stage.pass(10);
    expect(account()).toMatchObject({
      ...{ manual: 'busy', custom: 'court', manualUntil: NOW + 60_000 },
      presence: { availability: 'busy', custom: 'In court', customId: 'court' },
    });
    expect(published().persons[0]?.rpid.activities).toMatchObject({ words: ['busy'], other: 'In court' });
    expect(stage.shelves.account?.custom).toBe('court');
    await stage.pass(61_000);
    expect(account()).not.toHaveProperty('custom');
  });
  test('one that is not there is refused in words', async () => {
    const { tab, account } = await setUp();
    expect(await tab.send('set-state', { manual: 'busy', custom: 'court' })).toMatchObject({ ok: false });
    expect(account()?.manual).toBe('auto');
  });
  test('adopted from another device although this one does not know it: its plain state', async () => {
    const { account, hear } = await setUp();
    const custom = { id: 'court', band: 'busy', text: 'In court' } as const;
    await hear(device({ manual: 'busy', manualSince: NOW + 10, custom }));
    expect(account()).toMatchObject({ manual: 'busy', custom: 'court', presence: { availability: 'busy' } });
  });
  test('a document that cannot be read offers nothing', async () => {
    const { account } = await setUp({ [CAPS]: KEPT, [STATES]: '<nonsense' });
    expect(account()?.customStates).toEqual([]);
  });
});

describe('A01 to A05 view as', () => {
  test('what each level sees of me now', async () => {
    const { tab } = await setUp();
    await tab.send('set-state', { manual: 'dnd' });
    await tab.send('set-note', { text: 'Budget' });
    await tab.send('set-location', { text: 'Lab 4', visibleTo: 'team' });
    const see = async (level: 'personal' | 'team' | 'company' | 'public') => {
      const seen = await tab.send('view-as', { level });
      return seen.ok ? seen.value.presence : null;
    };
    expect(await see('personal')).toMatchObject({ availability: 'dnd', note: 'Budget', location: 'Lab 4' });
    expect(await see('team')).toMatchObject({ availability: 'urgent', note: 'Budget', location: 'Lab 4' });
    const company = await see('company');
    expect(company).toMatchObject({ availability: 'dnd', note: 'Budget' });
    expect(company).not.toHaveProperty('location');
    expect(await see('public')).toEqual({ availability: 'dnd', messages: true, asOf: NOW + 50 });
  });
  test('and a person, by their level; a blocked one sees me offline', async () => {
    const { tab, stage } = await setUp();
    await tab.send('add-contact', { aor: BEN, name: 'Ben' });
    await tab.send('set-blocked', { aor: BEN, blocked: true });
    await stage.pass(50);
    expect(await tab.send('view-as', { aor: BEN })).toMatchObject({
      ok: true,
      value: { level: 'blocked', presence: { availability: 'offline' }, phones: [] },
    });
    expect(await tab.send('view-as', { aor: 'sip:cy@x.test' })).toMatchObject({
      value: { level: 'company' },
    });
    expect(await tab.send('view-as', { aor: 'sip:eve@y.test' })).toMatchObject({
      value: { level: 'public' },
    });
  });
  test('where levels are not kept apart, everybody sees what Company may', async () => {
    const { tab } = await setUp({});
    await tab.send('set-state', { manual: 'dnd' });
    const seen = await tab.send('view-as', { level: 'team' });
    expect(seen.ok && seen.value.presence.availability).toBe('dnd');
  });
});
