/**
 * What our own HTTP service says: JSON bodies of `/api/…`, the same types at both ends. Every request is
 * authenticated by digest with the SIP account (RFC 7616), but for `/api/embed/`, which takes a token.
 */
import type { Availability } from './availability.ts';
import type { BusyTime } from './schedule.ts';

/** A person as the directory shows them to the one who asks: numbers only as far as their access level goes. */
export interface DirectoryPerson {
  readonly aor: string;
  readonly name: string;
  readonly title?: string;
  readonly team?: string;
  readonly company?: string;
  readonly email?: string;
  readonly office?: string;
  /** AOR. */
  readonly manager?: string;
  readonly phones?: readonly { readonly kind: 'work' | 'mobile' | 'home'; readonly number: string }[];
  /** Path of a portrait below the service's origin. */
  readonly photo?: string;
  /** Web pages, `https:` only. */
  readonly links?: readonly { readonly name: string; readonly url: string }[];
  /** IANA time zone, `Africa/Nairobi`. */
  readonly zone?: string;
}

/** A distribution list or an organisation's group (vCard KIND:group). */
export interface DirectoryGroup {
  /** Opaque, at most 200 characters, stable. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** Direct members, people and groups. */
  readonly size: number;
}

/** `GET /api/people?q=&limit=` */
export interface DirectoryFound {
  readonly people: readonly DirectoryPerson[];
  readonly groups: readonly DirectoryGroup[];
  /** A sentence when part of the directory did not answer: this is what the rest knows. */
  readonly problem?: string;
}

/** `GET /api/groups/<id>/members?offset=&limit=`: people and nested groups in a stable order; `limit` at most 100. */
export interface GroupMembers {
  readonly group: DirectoryGroup;
  readonly members: readonly (
    | { readonly is: 'person'; readonly person: DirectoryPerson }
    | { readonly is: 'group'; readonly group: DirectoryGroup }
  )[];
  /** Of all pages. Members that are gone or malformed are left out, so that a page may be short. */
  readonly total: number;
  readonly problem?: string;
}

/** `GET /api/groups?q=`; `GET /api/groups?mine=1`: the groups the organisation put this person in (features.md C01). */
export interface OrganisationGroups {
  readonly groups: readonly DirectoryGroup[];
  readonly problem?: string;
}

/** Where the server reads somebody's calendar. `PUT /api/calendar` takes it, `password` only when it changes. */
export type CalendarSource =
  | { readonly is: 'none' }
  /** The made-up days of the demo office; only there. */
  | { readonly is: 'demo' }
  /** An iCalendar file (RFC 5545) that the server fetches. `zone`: IANA, of whole days and times without a zone. */
  | { readonly is: 'ics'; readonly url: string; readonly zone?: string }
  /** A CalDAV collection or principal (RFC 4791). */
  | {
      readonly is: 'caldav';
      readonly url: string;
      readonly username: string;
      readonly password?: string;
      readonly zone?: string;
    };

/** `GET /api/calendar`, and the answer to PUT after the first reading. */
export interface CalendarStatus {
  /** Never with a password. */
  readonly source: CalendarSource;
  /** When it was last read, milliseconds; null: not yet. */
  readonly readAt: number | null;
  /** A sentence when the last reading failed. */
  readonly problem: string | null;
  /** From a day ago to a day ahead, as read: today, wherever the one who asks is. */
  readonly today: readonly BusyTime[];
}

/** A conversation of several people with a focus. Times in milliseconds. */
export interface OwnConference {
  /** Its address, where messages and REFERs go. */
  readonly uri: string;
  /** '' while nobody has given it a name. */
  readonly subject: string;
  /** AOR of who may remove others. */
  readonly administrator: string;
  readonly members: readonly { readonly aor: string; readonly name: string }[];
  readonly createdAt: number;
  /** When people or name last changed. */
  readonly changedAt: number;
  /** When the one who asks came in. */
  readonly joinedAt: number;
}

/** `GET /api/conferences?offset=&limit=`: those the one who asks is in, changed last first; `limit` at most 200. */
export interface OwnConferences {
  readonly conferences: readonly OwnConference[];
  /** Of all pages. Some may be left out, so that a page may be short. */
  readonly total: number;
}

/** `POST /api/embed-tokens` makes a read-only token for `<parley-presence>`; shown once. */
export interface EmbedTokenRequest {
  /** Origins of the pages it may be used on, `https://intranet.example`. */
  readonly origins: readonly string[];
  /** AORs it may read; empty: everybody of the domain, as Public sees them. */
  readonly people: readonly string[];
  readonly label: string;
}
export interface EmbedToken {
  readonly id: string;
  readonly label: string;
  readonly origins: readonly string[];
  readonly people: readonly string[];
  readonly createdAt: number;
  readonly token?: string;
}

/** One line of the event stream `GET /api/embed/presence?aor=…` (`text/event-stream`). */
export interface EmbedPresence {
  readonly aor: string;
  readonly name: string;
  readonly availability: Availability;
  /** In English words. */
  readonly words: string;
}
