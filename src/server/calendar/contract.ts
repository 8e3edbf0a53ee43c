/** What the parts of the calendar side say to each other. Times are milliseconds since the epoch. */
import type { BusyTime } from '../../protocol/schedule.ts';
import type { CalendarSource } from '../../protocol/service-api.ts';
import type { Aor } from '../sip/contract.ts';

/** What is read of a calendar: everything that touches it, whole. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Time out of the office, with what the person says about it; the text may be empty. */
export interface Absence extends Span {
  readonly text: string;
}

/** What a reading found. Sorted and without overlaps. */
export interface Found {
  readonly busy: readonly BusyTime[];
  readonly absences: readonly Absence[];
  /** Entries that could not be followed; the rest stands. */
  readonly omitted: number;
}

/** A source as the reader needs it, password and all. */
export interface ReadingRequest {
  readonly source: Exclude<CalendarSource, { is: 'none' } | { is: 'demo' }>;
  readonly span: Span;
  /** IANA zone of whole days and floating times. */
  readonly zone: string;
  /** The person's own address, to know what they declined. */
  readonly email?: string;
  /** What the last reading left to ask "is it the same?" with; null: read in any case. */
  readonly validator: string | null;
  readonly rules: GuardRules;
}

/** `why` is a sentence for the person. */
export type ReadingAnswer =
  | ({ readonly is: 'read'; readonly validator: string | null } & Found)
  | { readonly is: 'unchanged' }
  /** `refused`: the password is wrong; asking often might lock the person out. */
  | { readonly is: 'failed'; readonly why: string; readonly refused?: true };

/** Reads one calendar. Never rejects, always answers in bounded time. */
export type Reader = (request: ReadingRequest) => Promise<ReadingAnswer>;

/** Which addresses inside the own network may be read: `host` or `host:port`, as an administrator listed them. */
export interface GuardRules {
  readonly insideHosts: readonly string[];
}

/** The last reading, kept so that a restart does not forget it. */
export interface KeptReading extends Found {
  readonly at: number;
  readonly span: Span;
  readonly validator: string | null;
}

export interface StoredCalendar {
  readonly aor: Aor;
  /** The source with its password, sealed (sealed.ts): the address of a calendar is often a secret by itself. */
  readonly source: string;
  readonly reading: KeptReading | null;
}

/** One row per person; the engine keeps the same rows in PostgreSQL. */
export interface CalendarStore {
  get(aor: Aor): Promise<StoredCalendar | null>;
  /** Replaces the row of that person. */
  put(row: StoredCalendar): Promise<void>;
  /** Everybody who has one. */
  list(): Promise<readonly StoredCalendar[]>;
}
