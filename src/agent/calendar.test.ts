import { expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { createCalendar } from './calendar.ts';

const ROOT = 'https://parley.test/api';
const status = {
  source: { is: 'ics', url: 'https://example.org/work.ics' },
  readAt: 1_000,
  problem: null,
  today: [{ from: 1, until: 2, kind: 'busy', subject: 'Review' }],
};

function answering(code: number, body: unknown) {
  const asked: HttpRequest[] = [];
  const calendar = createCalendar((request) => {
    asked.push(request);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve({ status: code, body: text, etag: null, type: '' } satisfies HttpAnswer);
  }, ROOT);
  return { asked, calendar };
}

it('asks how things stand, and puts what was chosen', async () => {
  const { asked, calendar } = answering(200, status);
  expect(await calendar({})).toEqual({ ok: true, value: status });
  await calendar({ set: { is: 'none' } });
  expect(asked.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', `${ROOT}/calendar`, undefined],
    ['PUT', `${ROOT}/calendar`, '{"is":"none"}'],
  ]);
});

it.each([
  [422, { problem: 'A password is only sent to https.' }, 'A password is only sent to https.'],
  [422, 'nonsense', 'The server gave no useful answer.'],
  [404, '', 'This server reads no calendars.'],
  [429, '', 'Too many changes at once. Wait a moment and try again.'],
  [0, '', 'The server cannot be reached. Try again when you are connected.'],
  [200, 'nonsense', 'The server gave no useful answer.'],
  [200, null, 'The server gave no useful answer.'],
  [200, { ...status, source: { is: 'magic' } }, 'The server gave no useful answer.'],
  [200, { ...status, source: { is: 'caldav', url: 'x' } }, 'The server gave no useful answer.'],
])('%i with %j is a sentence', async (code, body, why) => {
  expect(await answering(code, body).calendar({})).toMatchObject({ ok: false, why });
});

it('leaves out what it does not understand, and a password that should not be there', async () => {
  const odd = {
    source: { is: 'caldav', url: 'https://x/', username: 'a', password: 'b' },
    readAt: 'now',
    problem: 7,
    today: [{ from: 1, until: 2, kind: 'free' }, null, ...status.today],
  };
  expect(await answering(200, odd).calendar({})).toEqual({
    ok: true,
    value: {
      source: { is: 'caldav', url: 'https://x/', username: 'a' },
      readAt: null,
      problem: null,
      today: status.today,
    },
  });
});

it('says so where there is no service of ours', async () => {
  const calendar = createCalendar(() => Promise.reject(new Error('asked')), null);
  expect(await calendar({})).toEqual({ ok: false, why: 'This server reads no calendars.' });
});
