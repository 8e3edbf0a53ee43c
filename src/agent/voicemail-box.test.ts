import { expect, test } from 'vitest';
import type { Http, HttpAnswer, HttpRequest } from './http.ts';
import { createVoicemailBox } from './voicemail-box.ts';

const MESSAGE = { id: 'a', caller: 'sip:bob@x.test', name: 'Bob', at: 5, seconds: 3.2, heard: false };

/** Answers by method and path; what was asked is kept. */
function server(answers: Readonly<Record<string, Partial<HttpAnswer>>>): {
  http: Http;
  asked: HttpRequest[];
} {
  const asked: HttpRequest[] = [];
  const http: Http = (request) => {
    asked.push(request);
    const key = `${request.method} ${new URL(request.url).pathname}`;
    return Promise.resolve({ status: 0, body: '', etag: null, type: '', ...answers[key] });
  };
  return { http, asked };
}

test('EV1 voice messages are listed, and what cannot be read is left out', async () => {
  const body = JSON.stringify({ messages: [MESSAGE, { id: 1 }, null, { ...MESSAGE, name: 7 }], full: true });
  const { http } = server({ 'GET /api/voicemail': { status: 200, body } });
  const list = await createVoicemailBox(http, 'https://x.test/api').list();
  expect(list).toEqual({ ok: true, value: { messages: [MESSAGE, { ...MESSAGE, name: '' }], full: true } });
});

test('EV1 a change is sent first; one that is gone is no fault', async () => {
  const { http, asked } = server({
    'POST /api/voicemail/a': { status: 404 },
    'GET /api/voicemail': { status: 200, body: '{"messages":[]}' },
  });
  const list = await createVoicemailBox(http, 'https://x.test/api').list({ id: 'a', deleted: true });
  expect(list).toEqual({ ok: true, value: { messages: [], full: false } });
  expect(asked[0]?.body).toBe('{"deleted":true}');
});

test('EV1 every refusal is a sentence', async () => {
  const ask = (answers: Parameters<typeof server>[0]) =>
    createVoicemailBox(server(answers).http, 'https://x.test/api').list();
  expect(await createVoicemailBox(server({}).http, null).list()).toMatchObject({ ok: false });
  expect(await ask({})).toMatchObject({ why: expect.stringContaining('cannot be reached') });
  expect(await ask({ 'GET /api/voicemail': { status: 404 } })).toMatchObject({
    why: 'This server keeps no voice messages.',
  });
  expect(await ask({ 'GET /api/voicemail': { status: 200, body: 'x' } })).toMatchObject({ ok: false });
  const { http } = server({ 'GET /api/voicemail/a': { status: 404 } });
  expect(await createVoicemailBox(http, 'https://x.test/api').sound('a')).toMatchObject({
    ok: false,
    status: 404,
  });
});
