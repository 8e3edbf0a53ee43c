/** Calendars that mean harm, read in threads of their own: each is told of in a sentence, and the next is read. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadingRequest } from './contract.ts';
import { createReader, type CalendarReader } from './reader.ts';
import { readSource } from './read-source.ts';

const NOW = Date.UTC(2026, 9, 14, 10);
const DAY = 86_400_000;
const GOOD = file('DTSTART:20261014T080000Z', 'DURATION:PT1H');

let web: Server;
let serve: RequestListener;
let reader: CalendarReader;
beforeEach(async () => {
  serve = (_request, response) => response.end(GOOD);
  web = createServer((request, response) => serve(request, response)).listen(0, '127.0.0.1');
  await once(web, 'listening');
  reader = createReader({ threads: 2, patience: 3_000 });
});
afterEach(() => {
  reader.stop();
  web.closeAllConnections();
  web.close();
});

function file(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join(
    '\r\n',
  );
}
const host = (): string => `127.0.0.1:${(web.address() as AddressInfo).port}`;
const request = (source?: ReadingRequest['source'], insideHosts = [host()]): ReadingRequest => ({
  source: source ?? { is: 'ics', url: `http://${host()}/cal.ics` },
  span: { from: NOW - DAY, until: NOW + 2 * DAY },
  zone: 'UTC',
  validator: null,
  rules: { insideHosts },
});

describe('a thread', () => {
  it('that never comes to an end is ended, and the next calendar is read', async () => {
    const hostile = file('DTSTART:20200101T080000Z', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31');
    serve = ({ url }, response) => response.end(url === '/cal.ics' ? hostile : GOOD);
    const good = { is: 'ics', url: `http://${host()}/good.ics` } as const;
    const answers = await Promise.all([
      reader.read(request()),
      reader.read(request()),
      reader.read(request(good)),
      reader.read(request(good)),
    ]);
    expect(answers.map(({ is }) => is)).toEqual(['failed', 'failed', 'read', 'read']);
    expect(answers[0]).toMatchObject({ why: expect.stringMatching(/takes too long/) as string });
  });

  it('reads one calendar at a time, each waits its turn', async () => {
    let open = 0;
    let most = 0;
    serve = (_request, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        response.end(GOOD);
      });
    };
    const answers = await Promise.all(Array.from({ length: 12 }, () => reader.read(request())));
    expect(answers.every(({ is }) => is === 'read')).toBe(true);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('that is stopped answers whoever waits', async () => {
    serve = () => undefined;
    const waiting = Array.from({ length: 4 }, () => reader.read(request()));
    reader.stop();
    expect((await Promise.all(waiting)).map(({ is }) => is)).toEqual([
      'failed',
      'failed',
      'failed',
      'failed',
    ]);
    expect((await reader.read(request())).is).toBe('failed');
  });
});

describe('a web server', () => {
  const limits = { size: 100_000, time: 1_000, redirects: 2, requests: 5 };
  const why = async (one = request()): Promise<string> => {
    const answer = await readSource(one, limits);
    return answer.is === 'failed' ? answer.why : answer.is;
  };

  it('that sends more than is read is cut off, packed or not', async () => {
    serve = (_request, response) => response.end('x'.repeat(200_000));
    expect(await why()).toMatch(/larger than/);
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    expect(bomb.length).toBeLessThan(limits.size);
    serve = (_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    };
    expect(await why()).toMatch(/larger than/);
  });

  it('that packs what it sends is understood', async () => {
    serve = ({ headers }, response) => {
      expect(headers['accept-encoding']).toContain('gzip');
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(GOOD));
    };
    expect(await why()).toBe('read');
  });

  it.each([
    ['does not answer', () => undefined, /takes too long/],
    [
      'drips',
      (_request: unknown, response: { write(text: string): void }) => response.write('BEGIN'),
      /takes too long/,
    ],
    [
      'hangs up',
      (incoming: { socket: { destroy(): void } }) => incoming.socket.destroy(),
      /cannot be reached/,
    ],
  ])('that %s is told of', async (_, how, words) => {
    serve = how as unknown as RequestListener;
    expect(await why()).toMatch(words);
  });

  it.each([
    [401, /name or the password/],
    [403, /does not allow/],
    [404, /no calendar at that address/],
    [410, /no calendar at that address/],
    [500, /fault of its own/],
    [503, /patience/],
    [418, /did not hand/],
  ])('that says %i is told of', async (status, words) => {
    serve = (_request, response) => void response.writeHead(status).end();
    expect(await why()).toMatch(words);
  });

  it('that sends a page is told of', async () => {
    serve = (_request, response) => void response.writeHead(200).end('<!doctype html><p>Sign in');
    expect(await why()).toMatch(/no calendar/);
  });

  it('may lead to another address, not to many', async () => {
    serve = ({ url }, response) => {
      if (url === '/there.ics') response.end(GOOD);
      else response.writeHead(302, { Location: '/there.ics' }).end();
    };
    expect(await why()).toBe('read');
    serve = (_request, response) => void response.writeHead(302, { Location: '/again' }).end();
    expect(await why()).toMatch(/on and on/);
  });

  it.each(['file:///etc/passwd', 'http://169.254.169.254/', 'gopher://x/', 'http://localhost/', '//'])(
    'does not get the server to read %s',
    async (Location) => {
      serve = (_request, response) => void response.writeHead(302, { Location }).end();
      expect(await why()).toMatch(/own network|begins with|no web address|no calendar/);
    },
  );

  it('does not get a password that was meant for another', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer(({ headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(207).end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const otherHost = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    serve = ({ headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(307, { Location: `http://${otherHost}/` }).end();
    };
    const source = { is: 'caldav', url: `http://${host()}/`, username: 'a', password: 'b' } as const;
    await readSource(request(source, [host(), otherHost]), limits);
    expect(seen.slice(0, 2)).toEqual(['Basic YTpi', undefined]);
    other.close();
  });

  it.each([
    ['nothing', ''],
    ['no XML', 'surprise'],
    ['half of it', '<multistatus xmlns="DAV:"><response>'],
    ['a page', '<!doctype html><p>Hello'],
    [
      'entities',
      '<!DOCTYPE x [<!ENTITY a "aaaa">]><multistatus xmlns="DAV:"><response><href>&a;</href></response></multistatus>',
    ],
    [
      'prototypes',
      '<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><__proto__>1</__proto__><resourcetype><constructor/></resourcetype></prop></propstat></response></multistatus>',
    ],
  ])('that speaks of CalDAV and says %s is told of', async (_, body) => {
    serve = (_request, response) => {
      response.writeHead(207, { 'Content-Type': 'application/xml' }).end(body);
    };
    const source = { is: 'caldav', url: `http://${host()}/`, username: 'a', password: 'b' } as const;
    expect(await why(request(source))).toMatch(/^[A-Z].*\.$/);
  });
});
