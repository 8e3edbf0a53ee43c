/** A calendar as presence knows it (RFC 4481, RFC 5545 FREEBUSY): stretches of time, nothing more. */

/** A stretch of a schedule; milliseconds since the epoch. */
export interface BusyTime {
  readonly from: number;
  readonly until: number;
  readonly kind: 'busy' | 'tentative' | 'oof';
  /** Only at the Personal level. */
  readonly subject?: string;
}
