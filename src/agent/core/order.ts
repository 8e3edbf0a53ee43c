/**
 * Where a message stands in its conversation. Every end must come to the same place from what all of them see: the
 * stamp that the sender put into the message, and the time at which the server accepted it. The clock of a device is
 * never believed further than the server bears it out.
 */

/** How far a stamp may be from the server's own time before it is not believed, milliseconds. */
const BELIEVED = 60_000;

/** A stamp for a message sent now: server time, but after everything its writer has seen (causality). */
export function stampAfter(serverNow: number, lastOrder: number): number {
  return Math.max(Math.round(serverNow), Math.floor(lastOrder) + 1);
}

/**
 * The place of a message, milliseconds of server time. `stamp`: as the sender wrote it, null when it wrote none.
 * `accepted`: when the server took it, null when it does not say. `now`: server time as we know it.
 */
export function placeOf(stamp: number | null, accepted: number | null, now: number): number {
  const anchor = accepted ?? now;
  if (stamp === null) return anchor;
  if (Math.abs(stamp - anchor) <= BELIEVED) return stamp;
  // Date has whole seconds: what a burst was stamped with keeps it in order within them, at both ends alike.
  return anchor + (((stamp % 1000) + 1000) % 1000);
}
