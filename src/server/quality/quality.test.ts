/**
 *   alice (digest)                          server
 *     | POST /api/quality, vq-rtcpxr ------> |   her own call, bounded
 *     | GET /api/quality ------------------> |   her own calls and nobody else's
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeVqReport, type VqReport } from '../../protocol/vq-report.ts';
import { aorOf, openOffice } from '../testing/office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

let office: Awaited<ReturnType<typeof openOffice>>;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(() => office.close());

const report: VqReport = {
  callId: 'call-1',
  localId: aorOf('Alice'),
  remoteId: aorOf('Bob'),
  origId: aorOf('Alice'),
  local: { ip: '0.0.0.0', port: 0, ssrc: 1 },
  remote: { ip: '0.0.0.0', port: 0, ssrc: 2 },
  start: 1_790_000_000_000,
  stop: 1_790_000_060_000,
  quality: { codec: 'opus', hertz: 48000, lossIn: 0.02, lossOut: null, jitter: 4, roundTrip: 31, mos: 4.2 },
};
const send = (name: string, body: string, type = 'application/vq-rtcpxr') =>
  signedFetch(office.server.port, name, '/api/quality', {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
const callsOf = async (name: string) => {
  const answer = await signedFetch(office.server.port, name, '/api/quality');
  return ((await answer.json()) as { calls: { callId: string; mos: number }[] }).calls;
};

it('MO1 T20 keeps a report once, for its owner alone', async () => {
  expect((await send('Alice', writeVqReport(report))).status).toBe(204);
  expect((await send('Alice', writeVqReport({ ...report, stop: report.stop + 1000 }))).status).toBe(204);
  expect(await callsOf('Alice')).toEqual([
    {
      ...{ callId: 'call-1', remote: aorOf('Bob'), start: report.start, stop: report.stop + 1000 },
      ...{ codec: 'opus', lossIn: 0.02, lossOut: null, jitter: 4, roundTrip: 31, mos: 4.2 },
    },
  ]);
  expect(await callsOf('Bob')).toEqual([]);
});

it('T20 refuses what is no report, too large, of somebody else, or of nobody', async () => {
  expect((await send('Alice', 'VQSessionReport: CallTerm')).status).toBe(400);
  expect((await send('Alice', writeVqReport(report), 'text/plain')).status).toBe(415);
  expect((await send('Alice', 'x'.repeat(20_000))).status).toBe(413);
  expect((await send('Bob', writeVqReport(report))).status).toBe(403);
  const bare = await fetch(`http://127.0.0.1:${office.server.port}/api/quality`, { method: 'POST' });
  expect(bare.status).toBe(401);
  const removal = await signedFetch(office.server.port, 'Alice', '/api/quality', { method: 'DELETE' });
  expect(removal.status).toBe(405);
  expect(await callsOf('Alice')).toEqual([]);
});

it('T20 slows down who reports without end', async () => {
  const statuses: number[] = [];
  for (let at = 0; at < 40; at += 1)
    statuses.push((await send('Alice', writeVqReport({ ...report, callId: `call-${at}` }))).status);
  expect(statuses.slice(0, 30).every((status) => status === 204)).toBe(true);
  expect(statuses).toContain(429);
});
