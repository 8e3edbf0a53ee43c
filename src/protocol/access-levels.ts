/**
 * Access levels (features.md A01 to A11): what a person shows to whom, and who gets through. A level is a class of
 * published elements (RPID `class`, RFC 4480 §3.3) that a rule of the pres-rules document provides (RFC 5025 §3.3).
 *
 *              personal   team        company    public    blocked
 * state        full       full        basic      limited   always offline     (basic: no times; limited: no activity)
 * note         yes        yes         yes        -         -
 * location     by choice, at most personal and team unless the person says otherwise
 * schedule     subjects   free/busy   free/busy  -         -
 * numbers      all        work,mobile work       -         -
 * in DND       held       through     held       held      never
 */

/** From the most to the least trusted; `blocked` sees Offline and reaches nobody. Also the `class` on the wire. */
export const ACCESS_LEVELS = ['personal', 'team', 'company', 'public', 'blocked'] as const;
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** The levels something is published for. */
export const SHOWN_LEVELS = ['personal', 'team', 'company', 'public'] as const;
export type ShownLevel = (typeof SHOWN_LEVELS)[number];

/** What a watcher gets whom nothing names: a level, or a question to the person first (sub-handling `confirm`). */
export type Newcomers = AccessLevel | 'ask';

/** A group of the contact list and the level its members have who have none of their own. */
export interface GroupLevel {
  /** Name of the `<list>`. */
  readonly id: string;
  readonly level: AccessLevel;
  /** AORs. */
  readonly members: readonly string[];
}

/**
 * Who has which level. The first that speaks decides: the person, delegates (always Team), the best of the groups,
 * the domain, then colleagues (own domain) or everybody else.
 */
export interface AccessPolicy {
  /** By AOR. */
  readonly people: Readonly<Record<string, AccessLevel>>;
  readonly groups: readonly GroupLevel[];
  /** By domain, lower case. */
  readonly domains: Readonly<Record<string, AccessLevel>>;
  /** The person's own domain. */
  readonly ownDomain: string;
  /** Usual: `company`. */
  readonly colleagues: Newcomers;
  /** Usual: `public`. */
  readonly others: Newcomers;
  /** AORs; Team whatever else is said (features.md A11). */
  readonly delegates: readonly string[];
}
