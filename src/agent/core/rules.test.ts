/** Tables of the small pure rules. */
import { describe, expect, test } from 'vitest';
import { IDLE_TIMES } from '../../protocol/own-activities.ts';
import { placeFrom, readAddress, readServer } from './address.ts';
import { endOf, wordsOf, type Ending } from './call-end.ts';
import { connectionFrom } from './connection.ts';
import { newConversation, withMessage, withRead } from './conversations.ts';
import { judgeHeaders } from './doctor-findings.ts';
import { placeOf, stampAfter } from './order.ts';
import { adopted, lastInputOf, withoutExpired, type Chosen } from './own-state.ts';
import type { StoredMessage } from '../../store/rows.ts';

test.each([
  ['ann@X.test', undefined, 'sip:ann@x.test'],
  ['sip:ann@x.test', undefined, 'sip:ann@x.test'],
  [' ann ', 'x.test', 'sip:ann@x.test'],
  ['ann', undefined, null],
  ['ann smith@x.test', undefined, null],
  ['@x.test', undefined, null],
  ['', 'x.test', null],
  ['<ann@x.test>', undefined, null],
])('the address %j (domain %j) is %j', (typed, domain, aor) => {
  expect(readAddress(typed, domain)?.aor ?? null).toBe(aor);
});

test.each([
  ['server.test', 'wss://server.test/sip'],
  ['wss://server.test/ws', 'wss://server.test/ws'],
  ['ws://localhost:8080/sip', 'ws://localhost:8080/sip'],
  ['not a host', null],
])('the server %j is %j', (typed, url) => {
  expect(readServer(typed)).toBe(url);
});

test('a configuration speaks only for its own domain', () => {
  const config = { sip: ['wss://x.test/sip'], domain: 'x.test', xcapRoot: 'https://x.test/xcap' };
  expect(placeFrom(config, 'x.test')).toEqual({
    ...{ servers: ['wss://x.test/sip'], xcapRoot: 'https://x.test/xcap', serviceRoot: null },
  });
  expect(placeFrom(config, 'y.test')).toBeNull();
  expect(placeFrom({}, 'x.test')).toBeNull();
});

const ending: Ending = {
  ...{ direction: 'out', established: false, timedOut: false, by: 'them', status: null, elsewhere: false },
};
test.each<[Partial<Ending>, string]>([
  [{ established: true }, 'hung-up'],
  [{ established: true, by: 'network' }, 'lost'],
  [{ status: 486 }, 'busy'],
  [{ status: 600 }, 'busy'],
  [{ status: 603 }, 'declined'],
  [{ status: 480 }, 'unreachable'],
  [{ status: 404 }, 'unreachable'],
  [{ status: 408 }, 'no-answer'],
  [{ status: 488 }, 'failed'],
  [{ by: 'us' }, 'cancelled'],
  [{ by: 'us', timedOut: true }, 'no-answer'],
  [{ by: 'network' }, 'lost'],
  [{ direction: 'in' }, 'missed'],
  [{ direction: 'in', elsewhere: true }, 'elsewhere'],
  [{ direction: 'in', by: 'us', status: 603 }, 'declined'],
  [{ direction: 'in', by: 'us', status: 480, timedOut: true }, 'missed'],
])('a call with %j ended as %s', (change, end) => {
  expect(endOf({ ...ending, ...change })).toBe(end);
});

test('says why only where something needs saying', () => {
  expect(wordsOf('busy', 'Ingrid', 486)).toBe('Ingrid is busy on another call.');
  expect(wordsOf('hung-up', 'Ingrid', null)).toBeUndefined();
  expect(wordsOf('unreachable', 'Ingrid', 404)).toMatch(/address/);
});

test('ten attempts are one time of being away', () => {
  const away = connectionFrom(
    { is: 'online', since: 1, server: 's' },
    { is: 'offline', retryAt: 9, why: 'cut' },
    5,
  );
  expect(away).toEqual({ is: 'offline', since: 5, retryAt: 9, why: 'cut' });
  expect(connectionFrom(away, { is: 'offline', retryAt: 99, why: 'cut' }, 50)).toMatchObject({
    since: 5,
    retryAt: 99,
  });
  expect(connectionFrom(away, { is: 'refused', status: 403, why: '' }, 50)).toEqual({
    ...{ is: 'refused', why: 'The name or the password is not right. Check both and try again.' },
  });
});

describe('order', () => {
  test('a stamp is later than what was seen', () => {
    expect(stampAfter(10.6, 3)).toBe(11);
    expect(stampAfter(10, 20.5)).toBe(21);
  });
  test.each([
    [null, null, 7, 7],
    [null, 5, 7, 5],
    [100, 5000, 7, 100],
    [1, 100_000, 7, 100_001],
    [200_500, 100_000, 7, 100_500],
    [100, null, 50, 100],
  ])('stamp %j accepted %j at %j stands at %j', (stamp, accepted, now, place) => {
    expect(placeOf(stamp, accepted, now)).toBe(place);
  });
});

describe('a conversation', () => {
  const row = (id: string, order: number, mine = false): StoredMessage => ({
    ...{ id, conversation: 'c', sender: 's', mine, text: id, state: 'received', at: order, order },
  });
  const amara = { aor: 'sip:amara@larkfield.example', name: 'Amara Okafor' };
  test('counts unread rows once and keeps the newest as its last', () => {
    let one = withMessage(newConversation('c'), row('a', 5), true);
    one = withMessage(one, row('b', 3), true);
    one = withMessage(one, row('a', 5), false);
    one = withMessage(one, row('mine', 4, true), true);
    expect([one.unread, one.last?.id, one.at]).toEqual([2, 'a', 5]);
    one = withRead(one, 4, [row('a', 5)], amara);
    expect([one.unread, one.readOrder]).toEqual([1, 4]);
    expect(withMessage(one, row('old', 2), true).unread).toBe(1);
  });
  test('I08 says while a message that mentions me is unread', () => {
    const named = { ...row('a', 5), text: '@Amara, look' };
    const one = withMessage(newConversation('c'), named, true, amara);
    expect([one.mentioned, withMessage(one, row('b', 6), true, amara).mentioned]).toEqual([true, true]);
    expect(withRead(one, 4, [named], amara).mentioned).toBe(true);
    expect(withRead(one, 5, [row('b', 6)], amara).mentioned).toBeUndefined();
  });
});

describe('own state', () => {
  const chosen: Chosen = {
    ...{ manual: 'dnd', manualSince: 10, manualUntil: 100, custom: 'court' },
    ...{ note: 'n', noteSince: 10, noteUntil: null },
    ...{ location: '', locationSince: 10, locationFor: 'team' },
  };
  test('P10 P17 gives back what has run out', () => {
    expect(withoutExpired(chosen, 99)).toBe(chosen);
    expect(withoutExpired(chosen, 100)).toMatchObject({
      ...{ manual: 'auto', manualSince: 100, manualUntil: null, custom: null, note: 'n' },
    });
    expect(withoutExpired({ ...chosen, noteUntil: 50 }, 50)).toMatchObject({
      ...{ manual: 'dnd', note: '', noteSince: 50, noteUntil: null },
    });
  });
  test('P12 adopts what another device chose later, each thing by itself', () => {
    expect(adopted(chosen, {})).toBe(chosen);
    const earlier = { manual: 'away', since: 9 } as const;
    expect(adopted(chosen, { state: earlier, note: { text: 'x', since: 10 } })).toBe(chosen);
    expect(adopted(chosen, { state: { manual: 'busy', since: 11, until: 50, custom: 'lab' } })).toEqual({
      ...chosen,
      ...{ manual: 'busy', manualSince: 11, manualUntil: 50, custom: 'lab' },
    });
    expect(adopted(chosen, { note: { text: '', since: 11 } })).toEqual({
      ...chosen,
      note: '',
      noteSince: 11,
    });
    expect(adopted(chosen, { location: { text: 'Home', since: 11, for: 'personal' } })).toEqual({
      ...chosen,
      ...{ location: 'Home', locationSince: 11, locationFor: 'personal' },
    });
  });
  test('P20 the newest touch of any tab counts, a locked screen means nobody is there', () => {
    const tab = (lastInput: number, locked = false) => ({ lastInput, locked, presenting: false });
    const tabs = [tab(500), tab(900)];
    expect(lastInputOf(tabs, 0, 1000, IDLE_TIMES)).toBe(900);
    expect(lastInputOf(tabs, 0, 700, IDLE_TIMES)).toBe(700);
    expect(lastInputOf([...tabs, tab(0, true)], 0, 1000, IDLE_TIMES)).toBe(1000 - IDLE_TIMES.inactive);
  });
});

test('the doctor reads headers', () => {
  const verdicts = (
    options: Parameters<typeof judgeHeaders>[0],
    registered: Parameters<typeof judgeHeaders>[1],
    gruu: string | null,
  ) => Object.fromEntries(judgeHeaders(options, registered, gruu).map((one) => [one.id, one.verdict]));
  const h = (name: string, value: string) => ({ name, value });
  expect(
    verdicts(
      {
        status: 200,
        headers: [
          h('Allow', 'INVITE, MESSAGE'),
          h('Allow-Events', 'presence, dialog'),
          h('Supported', 'path'),
        ],
      },
      [h('Require', 'outbound'), h('Feature-Caps', '*;+sip.pns="webpush"')],
      'sip:a@x;gr=1',
    ),
  ).toEqual({ options: 'good', events: 'good', outbound: 'good', gruu: 'good', push: 'good' });
  expect(verdicts(null, [], null)).toEqual({
    ...{ options: 'failed', events: 'limited', outbound: 'limited', gruu: 'limited', push: 'missing' },
  });
  expect(
    verdicts({ status: 200, headers: [h('Allow', 'INVITE'), h('Allow-Events', 'dialog')] }, [], null),
  ).toMatchObject({
    ...{ options: 'limited', events: 'missing' },
  });
});
