/** CalDAV (RFC 4791) through tsdav: the collections of an address, what changed, and what is in the days asked for. */
import {
  calendarQuery,
  createAccount,
  fetchCalendars,
  freeBusyQuery,
  propfind,
  type DAVResponse,
} from 'tsdav';
import type { CalendarSource } from '../../protocol/service-api.ts';
import type { ReadingAnswer, ReadingRequest, Span } from './contract.ts';
import { CannotFetch, type GuardedFetch } from './guarded-fetch.ts';
import { readICalendar } from './read-icalendar.ts';
import { refused } from './refusal.ts';

type CalDavSource = Extract<CalendarSource, { is: 'caldav' }>;

interface Collection {
  readonly url: string;
  /** Changes with anything in it; absent where the server keeps none. */
  readonly tag: string | null;
}

/** More calendars than a person keeps meetings in. */
const MOST_COLLECTIONS = 10;

/** Rejects with `CannotFetch`, or with tsdav's error on an answer it does not understand. */
export async function readCalDav(
  source: CalDavSource,
  { span, zone, email, validator }: ReadingRequest,
  fetch: GuardedFetch,
): Promise<ReadingAnswer> {
  /** tsdav's errors hide the status: it is taken on the way. */
  let last = 0;
  const watching = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(input, init);
    last = answer.status;
    return answer;
  };
  const secret = Buffer.from(`${source.username}:${source.password ?? ''}`).toString('base64');
  const ways: Ways = { headers: { Authorization: `Basic ${secret}` }, fetch: watching };
  try {
    const own = await collectionAt(source.url, ways);
    const collections = own === 'refused' ? null : (own ?? (await collectionsOf(source.url, ways)));
    if (collections === null) return refused(last);
    if (collections.length === 0) return { is: 'failed', why: 'There is no calendar at that address.' };
    const tags = collections.map(({ url, tag }) => (tag === null ? null : `${url} ${tag}`));
    const now = tags.includes(null) ? null : tags.join('\n');
    if (now !== null && now === validator) return { is: 'unchanged' };
    const texts: string[] = [];
    for (const { url } of collections) texts.push(...(await objectsOf(url, span, ways)));
    const found = readICalendar(texts, { span, zone, ...(email === undefined ? {} : { email }) });
    if (found === null)
      return { is: 'failed', why: 'The calendar’s server gave an answer that makes no sense.' };
    return { is: 'read', validator: now, ...found };
  } catch (error) {
    if (error instanceof CannotFetch) throw error;
    return last >= 400 ? refused(last) : { is: 'failed', why: 'No calendar could be found at that address.' };
  }
}

interface Ways {
  readonly headers: Record<string, string>;
  readonly fetch: GuardedFetch;
}

const PROPS = { 'd:resourcetype': {}, 'cs:getctag': {}, 'd:sync-token': {} };

/** The collection that is itself at the address; null: something else is there; `refused`: nobody gets further. */
async function collectionAt(address: string, ways: Ways): Promise<readonly Collection[] | null | 'refused'> {
  const [answer] = await propfind({ url: address, props: PROPS, depth: '0', ...ways });
  if (answer?.status === 401 || answer?.status === 403) return 'refused';
  // Nothing at all there; at a server's root that means little.
  if (answer?.status === 404 && new URL(address).pathname !== '/') return 'refused';
  if (answer === undefined || !('calendar' in recordOf(answer.props?.['resourcetype']))) return null;
  return [{ url: address, tag: tagOf(answer.props?.['getctag'], answer.props?.['syncToken']) }];
}

/** The person's own calendars, found from wherever the address leads (RFC 6764, RFC 5397, RFC 4791 §6.2.1). */
async function collectionsOf(address: string, ways: Ways): Promise<readonly Collection[]> {
  const account = await createAccount({
    account: { serverUrl: address, accountType: 'caldav' },
    ...ways,
  });
  const calendars = await fetchCalendars({ account, ...ways });
  return calendars
    .filter(({ components = [] }) => components.length === 0 || components.includes('VEVENT'))
    .slice(0, MOST_COLLECTIONS)
    .map(({ url, ctag, syncToken }) => ({ url, tag: tagOf(ctag, syncToken) }));
}

/** The objects that touch the days; where only free and busy may be seen, that (RFC 4791 §7.8, §7.10). */
async function objectsOf(url: string, span: Span, ways: Ways): Promise<string[]> {
  const range = { start: stamp(span.from), end: stamp(span.until) };
  try {
    const answers = await calendarQuery({
      url,
      props: { 'd:getetag': {}, 'c:calendar-data': {} },
      filters: {
        'comp-filter': {
          _attributes: { name: 'VCALENDAR' },
          'comp-filter': { _attributes: { name: 'VEVENT' }, 'time-range': { _attributes: range } },
        },
      },
      depth: '1',
      ...ways,
    });
    return answers.flatMap((answer) => textOf(answer.props?.['calendarData']));
  } catch (error) {
    if (error instanceof CannotFetch) throw error;
    const answer: DAVResponse = await freeBusyQuery({
      url,
      timeRange: { start: new Date(span.from).toISOString(), end: new Date(span.until).toISOString() },
      ...ways,
    });
    return textOf(answer.raw);
  }
}

/** xml-js gives a text as it stands, or what stood in a CDATA section. */
function textOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  const inside = recordOf(value)['_cdata'];
  return typeof inside === 'string' ? [inside] : [];
}

function tagOf(...candidates: readonly unknown[]): string | null {
  const tag = candidates.find((one) => typeof one === 'string' || typeof one === 'number');
  return tag === undefined ? null : String(tag);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** `20261123T183000Z` */
function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
