/** `GET /api/calendar`, `PUT /api/calendar`: the own calendar of whoever proves the password. */
import type { CalendarSource } from '../../protocol/service-api.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRoute } from '../http/contract.ts';
import { json } from '../http/status-routes.ts';
import { guardCalendarUrl } from './calendar-guard.ts';
import type { Calendars } from './calendars.ts';
import type { GuardRules } from './contract.ts';

const LARGEST = 8_192;

/** A refusal carries a sentence: `{ "problem": … }`. */
export function calendarRoutes(
  calendars: Calendars,
  rules: GuardRules,
  authenticator: HttpAuthenticator,
): HttpRoute[] {
  return [
    {
      prefix: '/api/calendar',
      crossOrigin: true,
      async handle(request) {
        const { method } = request;
        if (request.target.split('?')[0] !== '/api/calendar') return { status: 404 };
        if (method !== 'GET' && method !== 'HEAD' && method !== 'PUT')
          return { status: 405, headers: { Allow: 'GET, HEAD, PUT' } };
        const verdict = await authenticator.authenticate(request);
        if ('answer' in verdict) return verdict.answer;
        if (method !== 'PUT') return json(await calendars.status(verdict.aor));
        const body = await request.body(LARGEST);
        if (body === null) return { status: 413 };
        const source = readSource(body.toString('utf8'));
        if (source === null) return refusal('That is not understood.');
        if (source.is === 'ics' || source.is === 'caldav') {
          const guarded = guardCalendarUrl(source.url, rules, source.is === 'caldav');
          if (!guarded.ok) return refusal(guarded.why);
        }
        const status = await calendars.set(verdict.aor, source);
        return 'refused' in status ? refusal(status.refused) : json(status);
      },
    },
  ];
}

function refusal(why: string): HttpAnswer {
  return json({ problem: why }, 422);
}

/** Null: no source. */
function readSource(text: string): CalendarSource | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { is, url, username, password, zone } = value as Readonly<Record<string, unknown>>;
  if (is === 'none' || is === 'demo') return { is };
  if (!isText(url, 2_000) || url.trim() === '') return null;
  const where = isText(zone, 100) ? { zone } : {};
  if (is === 'ics') return { is, url: url.trim(), ...where };
  if (is !== 'caldav' || !isText(username, 250) || username.includes(':')) return null;
  if (password !== undefined && !isText(password, 1_000)) return null;
  const secret = password === undefined ? {} : { password };
  return { is, url: url.trim(), username, ...secret, ...where };
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}
