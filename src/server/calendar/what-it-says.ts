/** What an event says of the person's time: RFC 5545 TRANSP, STATUS, PARTSTAT, CLASS, and Microsoft's busy status. */
import type ICAL from 'ical.js';
import type { BusyTime } from '../../protocol/schedule.ts';

/** Words people and programs use for being away, at the beginning of a title or as a category. */
const AWAY =
  /^\s*(?:out[ -]of[ -](?:the[ -])?office|ooo|oof|on (?:annual |parental |sick )?leave|annual leave|on vacation|vacation|on holiday)\b/i;

/** Null: the time stays free. `email` is the person's own address, lower case. */
export function kindOf(event: ICAL.Component, email: string | undefined): BusyTime['kind'] | null {
  const status = text(event, 'status').toUpperCase();
  if (status === 'CANCELLED') return null;
  const answer = ownAnswer(event, email);
  if (answer === 'DECLINED' || answer === 'DELEGATED') return null;
  const microsoft = text(event, 'x-microsoft-cdo-busystatus').toUpperCase();
  if (microsoft === 'OOF') return 'oof';
  if (microsoft === 'FREE' || microsoft === 'WORKINGELSEWHERE') return null;
  // Outlook's word counts more than TRANSP, which it writes for others.
  if (microsoft === '' && text(event, 'transp').toUpperCase() === 'TRANSPARENT') return null;
  if (saysAway(event)) return 'oof';
  const isOpen = answer === 'TENTATIVE' || answer === 'NEEDS-ACTION';
  return status === 'TENTATIVE' || microsoft === 'TENTATIVE' || isOpen ? 'tentative' : 'busy';
}

/** The title; undefined when it is nobody else's business (CLASS). */
export function subjectOf(event: ICAL.Component): string | undefined {
  return isPrivate(event) ? undefined : trimmed(text(event, 'summary')) || undefined;
}

/**
 * What colleagues may read while the person is away: only of an entry whose title says that it is an absence, since
 * "Dentist" marked as out of office is not meant for them. What follows in the title, else the description's first lines.
 */
export function absenceText(event: ICAL.Component): string {
  const title = text(event, 'summary');
  if (isPrivate(event) || !AWAY.test(title)) return '';
  const rest = trimmed(title.replace(AWAY, '').replace(/^[\s:,.;–—-]+/u, ''));
  if (rest !== '') return rest;
  return trimmed(text(event, 'description').split(/\n\s*\n/, 1)[0] ?? '');
}

function saysAway(event: ICAL.Component): boolean {
  const categories = event
    .getAllProperties('categories')
    .flatMap((property) => property.getValues() as unknown[]);
  return AWAY.test(text(event, 'summary')) || categories.some((one) => AWAY.test(String(one)));
}

/** PARTSTAT of the person among the attendees; '' when they are not. */
function ownAnswer(event: ICAL.Component, email: string | undefined): string {
  if (email === undefined) return '';
  for (const attendee of event.getAllProperties('attendee')) {
    if (String(attendee.getFirstValue()).toLowerCase() !== `mailto:${email}`) continue;
    return (attendee.getFirstParameter('partstat') || 'NEEDS-ACTION').toUpperCase();
  }
  return '';
}

function isPrivate(event: ICAL.Component): boolean {
  return ['PRIVATE', 'CONFIDENTIAL'].includes(text(event, 'class').toUpperCase());
}

function text(event: ICAL.Component, name: string): string {
  const value = event.getFirstPropertyValue(name);
  return typeof value === 'string' ? value : '';
}

const LONGEST = 200;

/** One line without control characters, at most 200 characters. */
function trimmed(words: string): string {
  const line = words
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\p{Cs}/gu, '')
    .trim();
  return line.length <= LONGEST ? line : `${Array.from(line.slice(0, LONGEST - 1)).join('')}…`;
}
