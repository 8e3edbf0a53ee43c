/** For how long a chosen status may hold, as the menu offers it. `at` answers by this device's clock, milliseconds. */
export const ends: readonly { readonly words: string; readonly at: () => number }[] = [
  { words: 'For 30 minutes', at: () => Date.now() + 30 * 60_000 },
  { words: 'For 1 hour', at: () => Date.now() + 60 * 60_000 },
  { words: 'For 2 hours', at: () => Date.now() + 120 * 60_000 },
  { words: 'Until the end of today', at: () => new Date().setHours(23, 59, 0, 0) },
  { words: 'Until tomorrow morning', at: () => tomorrow(8) },
];

/** Tomorrow at that hour, by the calendar: a day may have 23 hours. */
function tomorrow(hour: number): number {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  return at.setHours(hour, 0, 0, 0);
}
