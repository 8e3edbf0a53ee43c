/** The whole server: a person's calendar is on a web server, a colleague watches the person. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Presence } from '../../protocol/availability.ts';
import { foldAvailability } from '../../protocol/fold-availability.ts';
import { decodePidf } from '../../protocol/pidf.ts';
import type { CalendarSource, CalendarStatus } from '../../protocol/service-api.ts';
import { manualClock, type ManualClock } from '../testing/manual-clock.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

/*
 *   web server        Parley                 bob
 *     | <--- GET ------ | <--- PUT ------ alice (then her page is closed)
 *     | 200 calendar -> | NOTIFY meeting --> |
 *     |                 | it ends            |
 *     |                 | NOTIFY free -----> |
 */

const NOW = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;
let web: Server;
let page: { status: number; body: string; headers: Record<string, string> };
let asked: (string | undefined)[];
let clock: ManualClock;
let folder: string;
let office: Awaited<ReturnType<typeof openOffice>>;

const host = () => `127.0.0.1:${(web.address() as AddressInfo).port}`;
const open = () => openOffice({ folder, clock, calendarHosts: [host()] });
beforeEach(async () => {
  asked = [];
  page = { status: 200, body: calendar([meeting(-10, 0.5, 'Review')]), headers: { ETag: '"1"' } };
  web = createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    const isSame = request.headers['if-none-match'] === page.headers['ETag'] && page.status === 200;
    response.writeHead(isSame ? 304 : page.status, { 'Content-Type': 'text/calendar', ...page.headers });
    response.end(isSame ? '' : page.body);
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  clock = manualClock(NOW);
  folder = mkdtempSync(join(tmpdir(), 'parley-calendar-'));
  office = await open();
});
afterEach(async () => {
  await office.close();
  web.close();
  rmSync(folder, { recursive: true });
});

const stamp = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
function meeting(from: number, until: number, summary: string, ...more: string[]): string {
  const times = [`DTSTART:${stamp(NOW + from * MINUTE)}`, `DTEND:${stamp(NOW + until * MINUTE)}`];
  return ['BEGIN:VEVENT', `UID:${summary}`, ...times, `SUMMARY:${summary}`, ...more, 'END:VEVENT'].join(
    '\r\n',
  );
}
function calendar(events: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events, 'END:VCALENDAR', ''].join('\r\n');
}
const put = async (source: CalendarSource) => {
  const answer = await signedFetch(office.server.port, 'Alice', '/api/calendar', {
    method: 'PUT',
    body: JSON.stringify(source),
  });
  return { status: answer.status, body: (await answer.json()) as CalendarStatus };
};
const get = async (name = 'Alice') =>
  (await (await signedFetch(office.server.port, name, '/api/calendar')).json()) as CalendarStatus;
const ics = (): CalendarSource => ({ is: 'ics', url: `http://${host()}/work.ics` });

async function watch(phone: Phone, aor: string): Promise<void> {
  const headers = [
    { name: 'Event', value: 'presence' },
    { name: 'Expires', value: '3600' },
    { name: 'Contact', value: `<${phone.contact}>` },
  ];
  expect((await phone.request('SUBSCRIBE', { uri: aor, headers })).status).toBe(200);
}
async function told(phone: Phone): Promise<Presence | null> {
  const notify = await phone.next('NOTIFY');
  phone.reply(notify, { status: 200 });
  // Bob is a colleague like any other: titles are for those at the Personal level.
  expect(notify.body).not.toContain('Review');
  const read = decodePidf(notify.body);
  return read.ok ? foldAvailability([read.value], clock.now()) : null;
}

/** NOTIFYs of one subscription keep their distance, and the answer to the last one has to be there before time passes. */
async function settle(phone: Phone): Promise<void> {
  await phone.request('OPTIONS', { uri: `sip:${DOMAIN}` });
  clock.advance(5_000);
}

describe('an iCalendar address', () => {
  it('makes its person busy in a meeting, with no page open, until the meeting ends', async () => {
    const bob = await office.device('Bob');
    await watch(bob, aorOf('Alice'));
    expect(await told(bob)).toBeNull();
    const { status, body } = await put(ics());
    expect(status).toBe(200);
    expect(body).toMatchObject({ source: ics(), readAt: NOW, problem: null });
    expect(body.today).toEqual([
      { from: NOW - 10 * MINUTE, until: NOW + MINUTE / 2, kind: 'busy', subject: 'Review' },
    ]);
    await settle(bob);
    expect(await told(bob)).toMatchObject({
      availability: 'busy',
      activity: 'meeting',
      schedule: [{ from: NOW - 10 * MINUTE, until: NOW + MINUTE / 2, kind: 'busy' }],
    });
    await settle(bob);
    clock.advance(MINUTE / 2);
    expect(await told(bob)).toMatchObject({ availability: 'offline' });
  });

  it('is asked again with its tag, and believed when it changes', async () => {
    await put(ics());
    const again = async (count: number): Promise<void> => {
      clock.advance(7 * MINUTE);
      await expect.poll(() => asked.length).toBe(count);
    };
    await again(2);
    expect(asked).toEqual([undefined, '"1"']);
    page = { ...page, body: calendar([meeting(60, 90, 'Later')]), headers: { ETag: '"2"' } };
    await expect.poll(async () => (await get()).readAt).toBe(NOW + 5 * MINUTE);
    await again(3);
    await expect.poll(async () => (await get()).today[0]?.subject).toBe('Later');
  });

  it('that fails keeps what was read, says why, and is asked less and less often', async () => {
    await put(ics());
    page = { ...page, status: 500, headers: {} };
    clock.advance(6 * MINUTE);
    await expect
      .poll(async () => (await get()).problem)
      .toBe('The calendar’s server has a fault of its own.');
    expect((await get()).today).toHaveLength(1);
    clock.advance(9 * MINUTE);
    expect(asked).toHaveLength(2);
    clock.advance(2 * MINUTE);
    await expect.poll(() => asked.length).toBe(3);
  });

  it('that refuses the password is left alone for an hour: asking on might lock the person out', async () => {
    page = { ...page, status: 401, headers: {} };
    expect((await put(ics())).body.problem).toMatch(/not accepted/);
    clock.advance(40 * MINUTE);
    expect(asked).toHaveLength(1);
    clock.advance(30 * MINUTE);
    await expect.poll(() => asked.length).toBe(2);
  });

  it('is remembered over a restart, even when it cannot be read then', async () => {
    await put(ics());
    await office.close();
    page = { ...page, status: 500 };
    office = await open();
    const bob = await office.device('Bob');
    await watch(bob, aorOf('Alice'));
    expect(await told(bob)).toMatchObject({ availability: 'busy', activity: 'meeting' });
  });

  it('taken away says nothing any more', async () => {
    const bob = await office.device('Bob');
    await put(ics());
    await watch(bob, aorOf('Alice'));
    expect(await told(bob)).toMatchObject({ availability: 'busy' });
    expect((await put({ is: 'none' })).body).toEqual({
      source: { is: 'none' },
      readAt: null,
      problem: null,
      today: [],
    });
    await settle(bob);
    expect((await told(bob))?.availability ?? 'offline').toBe('offline');
  });

  it('of an absence shows out of office with its text', async () => {
    const away = meeting(-60, 24 * 60, 'Out of office: back on Tuesday', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF');
    page = { ...page, body: calendar([away]) };
    const bob = await office.device('Bob');
    await put(ics());
    await watch(bob, aorOf('Alice'));
    expect(await told(bob)).toMatchObject({ availability: 'oof', note: 'back on Tuesday' });
  });
});

describe('what is refused', () => {
  it.each([
    ['a file of this machine', { is: 'ics', url: 'file:///etc/passwd' }],
    ['this machine itself', { is: 'ics', url: 'http://127.0.0.1:1/' }],
    ['this machine by another name', { is: 'ics', url: 'http://[::ffff:127.0.0.1]/' }],
    ['a number for this machine', { is: 'ics', url: 'http://2130706433/' }],
    ['the own network', { is: 'ics', url: 'https://192.168.1.1/cal.ics' }],
    ['a cloud’s own services', { is: 'ics', url: 'http://169.254.169.254/latest' }],
    ['a local name', { is: 'ics', url: 'https://intranet/cal.ics' }],
    ['credentials in the address', { is: 'ics', url: 'https://me:secret@example.org/' }],
    [
      'a password in the open',
      { is: 'caldav', url: 'http://dav.example.org/', username: 'a', password: 'b' },
    ],
    ['a mail server', { is: 'ics', url: 'https://example.org:25/' }],
    ['no source', { is: 'magic' }],
    ['no address', { is: 'ics', url: '   ' }],
    ['the demo’s days', { is: 'demo' }],
  ])('%s, in a sentence', async (_, source) => {
    const { status, body } = await put(source as CalendarSource);
    expect(status).toBe(422);
    expect(body.problem).toMatch(/^[A-Z].+\.\)?$/);
    expect((await get()).source).toEqual({ is: 'none' });
  });

  it('a request without a password, a large one, another method', async () => {
    const path = `http://127.0.0.1:${office.server.port}/api/calendar`;
    expect((await fetch(path)).status).toBe(401);
    const large = { method: 'PUT', body: 'x'.repeat(9_000) };
    expect((await signedFetch(office.server.port, 'Alice', '/api/calendar', large)).status).toBe(413);
    expect((await fetch(path, { method: 'POST' })).status).toBe(405);
  });

  it('a redirect to where one may not ask', async () => {
    page = { status: 302, body: '', headers: { Location: 'http://127.0.0.1:1/' } };
    expect((await put(ics())).body.problem).toMatch(/inside the server’s own network/);
  });
});

describe('a password', () => {
  const dav = (url: string, password?: string): CalendarSource => ({
    is: 'caldav',
    url,
    username: 'alice',
    ...(password === undefined ? {} : { password }),
  });

  it('is never shown again, lies encrypted, and is not sent to another address', async () => {
    await put(dav(`http://${host()}/dav/`, 'tr0ub4dor'));
    expect(JSON.stringify(await get())).not.toContain('tr0ub4dor');
    const same = await put(dav(`http://${host()}/other/`));
    expect(same.status).toBe(200);
    const other = await put(dav('https://elsewhere.example.org/'));
    expect(other).toMatchObject({
      status: 422,
      body: { problem: expect.stringContaining('password') as string },
    });
    await office.close();
    const database = new DatabaseSync(join(folder, 'parley.sqlite'));
    const rows = JSON.stringify(database.prepare('SELECT * FROM calendars').all());
    expect(rows).toContain('sip:alice');
    // The address of a calendar is as good as a password.
    for (const secret of ['tr0ub4dor', '127.0.0.1']) expect(rows).not.toContain(secret);
    database.close();
    office = await open();
  });
});
