/** A conversation of several people with a focus (RFC 4353): what it is, and how much of it there may be. */
import type { Header } from '../../protocol/sip-message.ts';
import type { Answer, Aor } from '../sip/contract.ts';

export interface Member {
  readonly aor: Aor;
  readonly addedBy: Aor;
  /** Milliseconds. */
  readonly joinedAt: number;
}

/** As committed. Members in the order they came. */
export interface Conference {
  /** Its address, `sip:conf-…@domain`. */
  readonly focus: Aor;
  /** '' while nobody has given it a name. */
  readonly subject: string;
  /** What it was called before, newest first: who has not heard yet still says these. */
  readonly formerSubjects: readonly string[];
  /** May remove others. Whoever made it; when they leave, whoever has been there longest. */
  readonly administrator: Aor;
  /** Milliseconds. */
  readonly createdAt: number;
  /** When people or name last changed, milliseconds. */
  readonly changedAt: number;
  readonly members: readonly Member[];
}

/** features.md I07 */
export const MOST_PEOPLE = 100;
/** Conversations of one person, and of those the ones they made. */
export const MOST_JOINED = 5_000;
export const MOST_CREATED = 500;
/** Characters. */
const LONGEST_SUBJECT = 200;
export const FORMER_SUBJECTS = 8;

/** Who may remove others now: when that account is gone, whoever of those with one has been there longest. */
export function administratorOf(
  { administrator, members }: Conference,
  nameOf: (aor: Aor) => string | null,
): Aor {
  if (nameOf(administrator) !== null) return administrator;
  return members.find(({ aor }) => nameOf(aor) !== null)?.aor ?? administrator;
}

/** Why something is not done; `people`: whom it is about, for the Warning. */
export interface Refused {
  readonly ok: false;
  readonly status: number;
  readonly reason: string;
  readonly people?: readonly string[];
  /** Seconds. */
  readonly retryAfter?: number;
}

/** A name as it is kept: one line, no control or direction characters, bounded. '' when nothing is left. */
export function cleanSubject(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\p{Cs}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return [...line].slice(0, LONGEST_SUBJECT).join('').trim();
}

/** Addresses named in one Warning. */
const MOST_NAMED = 10;

/** The refusal on the wire: whom it is about stands in a Warning (RFC 3261 §20.43, 399). */
export function refusalAnswer({ status, reason, people = [], retryAfter }: Refused, host: string): Answer {
  const fields: Header[] = [];
  // A URI has neither quotation marks nor backslashes; what is none is not repeated.
  const named = people.filter((one) => /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(one));
  if (named.length > 0) {
    const rest = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : '';
    const text = `${reason}: ${named.slice(0, MOST_NAMED).join(', ')}${rest}`;
    fields.push({ name: 'Warning', value: `399 ${host} "${text}"` });
  }
  if (retryAfter !== undefined) fields.push({ name: 'Retry-After', value: String(retryAfter) });
  return { status, reason, headers: fields };
}
