/** Where the server reads the own calendar, by our own HTTP service. */
import type { CalendarSource, CalendarStatus } from '../protocol/service-api.ts';
import type { BusyTime } from '../protocol/schedule.ts';
import type { Outcome } from './contract.ts';
import type { Http } from './http.ts';
import { parse } from './read-person.ts';

export type Calendar = (change: { readonly set?: CalendarSource }) => Promise<Outcome<CalendarStatus>>;

/** `root`: `…/api`; null on servers without one. A new source is read before the answer comes. */
export function createCalendar(http: Http, root: string | null): Calendar {
  const none: Outcome<never> = { ok: false, why: 'This server reads no calendars.' };
  return async ({ set }) => {
    if (root === null) return none;
    const url = `${root}/calendar`;
    const answer = await http(
      set
        ? {
            method: 'PUT',
            url,
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(set),
          }
        : { method: 'GET', url },
    );
    const { status, body } = answer;
    if (status === 200) {
      const read = readStatus(parse(body));
      return read ? { ok: true, value: read } : { ok: false, why: 'The server gave no useful answer.' };
    }
    if (status === 0)
      return { ok: false, why: 'The server cannot be reached. Try again when you are connected.' };
    if (status === 404) return none;
    if (status === 429)
      return { ok: false, why: 'Too many changes at once. Wait a moment and try again.', status };
    const problem = (parse(body) as { problem?: unknown } | null)?.problem;
    return {
      ok: false,
      why: typeof problem === 'string' ? problem : 'The server gave no useful answer.',
      status,
    };
  };
}

/** Null: no status. What is not understood in it is left out. */
function readStatus(value: unknown): CalendarStatus | null {
  const { source, readAt, problem, today } = (value ?? {}) as Readonly<
    Record<'source' | 'readAt' | 'problem' | 'today', unknown>
  >;
  const known = readSource(source);
  if (known === null) return null;
  return {
    source: known,
    readAt: typeof readAt === 'number' ? readAt : null,
    problem: typeof problem === 'string' ? problem : null,
    today: Array.isArray(today) ? today.filter(isBusyTime) : [],
  };
}

function readSource(value: unknown): CalendarSource | null {
  const { is, url, username } = (value ?? {}) as Readonly<Record<'is' | 'url' | 'username', unknown>>;
  if (is === 'none' || is === 'demo') return { is };
  if (typeof url !== 'string') return null;
  if (is === 'ics') return { is, url };
  return is === 'caldav' && typeof username === 'string' ? { is, url, username } : null;
}

function isBusyTime(value: unknown): value is BusyTime {
  const { from, until, kind } = (value ?? {}) as Readonly<Record<'from' | 'until' | 'kind', unknown>>;
  return (
    typeof from === 'number' &&
    typeof until === 'number' &&
    (kind === 'busy' || kind === 'tentative' || kind === 'oof')
  );
}
