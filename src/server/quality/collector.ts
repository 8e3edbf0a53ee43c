import { aorOf } from '../../protocol/sip-uri.ts';
import { readVqReport, VQ_TYPE } from '../../protocol/vq-report.ts';
import type { Clock } from '../clock.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRequest, HttpRoute } from '../http/contract.ts';
import { json } from '../http/status-routes.ts';
import { tokenBucket } from '../sip/limits.ts';
import type { StoreModule, Writer } from '../store/database.ts';
import { qualityStore } from './quality-store.ts';

export const qualityModule: StoreModule = {
  name: 'quality',
  migrations: [
    `CREATE TABLE call_quality (
       owner TEXT NOT NULL,
       call_id TEXT NOT NULL,
       remote TEXT NOT NULL,
       started_at INTEGER NOT NULL,
       stopped_at INTEGER NOT NULL,
       codec TEXT NOT NULL,
       loss_in REAL NOT NULL,
       loss_out REAL,
       jitter REAL,
       round_trip REAL,
       mos REAL NOT NULL,
       reported_at INTEGER NOT NULL,
       PRIMARY KEY (owner, call_id)
     ) STRICT;
     CREATE INDEX call_quality_owner ON call_quality (owner, reported_at)`,
  ],
};

/** A report has about 700 octets. */
const LARGEST = 16 * 1024;
/** Reports a second and at once, of one person. */
const PACE = { rate: 0.5, burst: 30 };
const MOST_PACES = 10_000;

/**
 *   POST /api/quality   digest, a report of one's own call (RFC 6035, application/vq-rtcpxr): 204
 *   GET /api/quality    digest, one's own calls, newest first
 */
export function qualityRoutes(writer: Writer, authenticator: HttpAuthenticator, clock: Clock): HttpRoute[] {
  const store = qualityStore(writer, clock);
  const paces = new Map<string, (now: number) => boolean>();

  function keepsPace(owner: string): boolean {
    let pace = paces.get(owner);
    if (!pace) {
      if (paces.size >= MOST_PACES) paces.clear();
      pace = tokenBucket(PACE.rate, PACE.burst, clock.now());
      paces.set(owner, pace);
    }
    return pace(clock.now());
  }

  async function handle(request: HttpRequest): Promise<HttpAnswer> {
    const verdict = await authenticator.authenticate(request);
    if ('answer' in verdict) return verdict.answer;
    const { aor } = verdict;
    if (!/^\/api\/quality(?:\?|$)/.test(request.target)) return { status: 404 };
    if (request.method === 'GET' || request.method === 'HEAD') return json({ calls: store.of(aor) });
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'GET, HEAD, POST' } };
    if (!keepsPace(aor)) return { status: 429, headers: { 'Retry-After': '60' } };
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if (type !== VQ_TYPE) return json({ problem: `A report is ${VQ_TYPE} (RFC 6035).` }, 415);
    const body = await request.body(LARGEST);
    if (body === null) return { status: 413 };
    const report = readVqReport(body.toString('utf8'));
    if (!report.ok) return json({ problem: `This is no report: ${report.why}.` }, 400);
    // Nobody reports of others' calls.
    if (aorOf(report.value.localId) !== aor) return json({ problem: 'LocalID is somebody else.' }, 403);
    await store.add(aor, report.value);
    return { status: 204 };
  }

  return [{ prefix: '/api/quality', crossOrigin: true, handle }];
}
