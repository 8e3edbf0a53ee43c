import { expect, test } from 'vitest';
import type { HttpRequest } from '../http/contract.ts';
import { handlingRoute } from './handling-route.ts';

const asks = (method: string, who: { aor: string } | { answer: { status: number } }) =>
  handlingRoute(
    { managersOf: (delegate) => new Set(delegate === 'sip:dana@x.test' ? ['sip:ben@x.test'] : []) },
    { voicemail: true, numbers: false },
    { authenticate: () => Promise.resolve(who) },
  ).handle({ method, target: '/api/call-handling' } as HttpRequest);

test('CD1 a delegate learns whose they are, and nobody else learns anything of them', async () => {
  const dana = await asks('GET', { aor: 'sip:dana@x.test' });
  expect(JSON.parse(String(dana.body))).toEqual({
    ...{ managers: ['sip:ben@x.test'], voicemail: true, numbers: false },
  });
  const ann = await asks('GET', { aor: 'sip:ann@x.test' });
  expect(JSON.parse(String(ann.body))).toMatchObject({ managers: [] });
  expect(await asks('GET', { answer: { status: 401 } })).toEqual({ status: 401 });
  expect((await asks('DELETE', { aor: 'sip:dana@x.test' })).status).toBe(405);
});
