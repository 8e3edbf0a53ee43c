/** One reading of one source: what it says, or a sentence why not. Runs in the worker. */
import { readCalDav } from './read-caldav.ts';
import { refused } from './refusal.ts';
import type { ReadingAnswer, ReadingRequest } from './contract.ts';
import {
  CannotFetch,
  FETCH_LIMITS,
  type FetchLimits,
  guardedFetch,
  type GuardedFetch,
} from './guarded-fetch.ts';
import { readICalendar } from './read-icalendar.ts';

/** Never rejects. May take as long as a hostile calendar likes: the reader ends it from outside. */
export async function readSource(
  request: ReadingRequest,
  limits: FetchLimits = FETCH_LIMITS,
): Promise<ReadingAnswer> {
  const { source, rules } = request;
  const fetch = guardedFetch(rules, source.is === 'caldav', limits);
  try {
    return source.is === 'ics'
      ? await readFile(source.url, request, fetch)
      : await readCalDav(source, request, fetch);
  } catch (error) {
    if (error instanceof CannotFetch) return { is: 'failed', why: error.message };
    return { is: 'failed', why: 'The calendar’s server gave an answer that makes no sense.' };
  }
}

async function readFile(url: string, request: ReadingRequest, fetch: GuardedFetch): Promise<ReadingAnswer> {
  const { validator, span, zone, email } = request;
  const answer = await fetch(url, {
    headers: {
      accept: 'text/calendar, text/plain;q=0.5, */*;q=0.1',
      ...(validator === null ? {} : conditionOf(validator)),
    },
  });
  if (answer.status === 304 && validator !== null) return { is: 'unchanged' };
  if (answer.status !== 200) return refused(answer.status);
  const text = new TextDecoder().decode(await answer.arrayBuffer());
  const found = readICalendar([text], { span, zone, ...(email === undefined ? {} : { email }) });
  if (found === null) return { is: 'failed', why: 'There is a page at that address, but it is no calendar.' };
  const etag = answer.headers.get('etag');
  const modified = answer.headers.get('last-modified');
  return { is: 'read', validator: etag ?? (modified === null ? null : `${SINCE}${modified}`), ...found };
}

/** A server without entity tags: the validator is its date. */
const SINCE = 'since:';

function conditionOf(validator: string): Record<string, string> {
  return validator.startsWith(SINCE)
    ? { 'if-modified-since': validator.slice(SINCE.length) }
    : { 'if-none-match': validator };
}
