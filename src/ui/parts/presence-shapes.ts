/** The badges of the design (README "Presence badge"): one shape each, real holes, 12 by 12, `currentColor`. */
export type PresenceShape =
  | 'available'
  | 'inactive'
  | 'busy'
  | 'busy-inactive'
  | 'dnd'
  | 'urgent'
  | 'away'
  | 'oof'
  | 'offline'
  | 'blocked'
  | 'unknown';

const disc = 'M6 0a6 6 0 1 1 0 12A6 6 0 0 1 6 0Z';
const square =
  'M2.35.75h7.3c.88 0 1.6.72 1.6 1.6v7.3c0 .88-.72 1.6-1.6 1.6h-7.3a1.6 1.6 0 0 1-1.6-1.6v-7.3c0-.88.72-1.6 1.6-1.6Z';

/** Path data under the even-odd rule; holes are subpaths. `unknown` is stroked instead, see PresenceBadge. */
export const presencePaths: Readonly<Record<Exclude<PresenceShape, 'unknown'>, string>> = {
  available: disc,
  inactive: `${disc}M6 1.8v8.4a4.2 4.2 0 0 0 0-8.4Z`,
  busy: square,
  'busy-inactive': `${square}M6 2.5v7h3.5v-7Z`,
  dnd: `${disc}M3.4 5a1 1 0 0 0 0 2h5.2a1 1 0 0 0 0-2Z`,
  urgent: `${disc}M6 2.2a1 1 0 0 0-1 1v2.9a1 1 0 0 0 2 0V3.2a1 1 0 0 0-1-1ZM6 7.7a1.1 1.1 0 1 0 0 2.2 1.1 1.1 0 0 0 0-2.2Z`,
  away: `${disc}M5.7 2.4a.9.9 0 0 0-.9.9v3.1c0 .27.12.53.33.7l2.1 1.75a.9.9 0 1 0 1.15-1.38L6.6 5.98V3.3a.9.9 0 0 0-.9-.9Z`,
  oof: `${disc}M6 1.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8ZM6.35 3.35a.8.8 0 0 1 0 1.13l-.72.72H8.4a.8.8 0 0 1 0 1.6H5.63l.72.72a.8.8 0 1 1-1.13 1.13L3.13 6.57a.8.8 0 0 1 0-1.14l2.09-2.08a.8.8 0 0 1 1.13 0Z`,
  offline: `${disc}M6 1.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4Z`,
  blocked: `${disc}M6 1.7c-.86 0-1.66.25-2.33.7l5.93 5.93A4.3 4.3 0 0 0 6 1.7ZM2.4 3.67a4.3 4.3 0 0 0 5.93 5.93Z`,
};
