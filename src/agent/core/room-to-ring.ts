/** Whether one more call may ring here. Pure. */
import type { Aor } from '../../store/rows.ts';
import type { CallSnapshot } from '../contract-values.ts';

/** Calls that may ring here at once, of all people and of one of them: more is noise, not news. */
const MOST_RINGING = 8;
const MOST_OF_ONE = 2;

/**
 * `calls`: those that are not over. Glare, two who call each other at once, is never two calls (RFC 3261 §14.1 has its
 * rule inside a call only).
 */
export function hasRoomToRing(calls: readonly CallSnapshot[], peer: Aor): boolean {
  const isWaited = ({ state }: CallSnapshot): boolean => state === 'dialling' || state === 'ringing';
  const rings = calls.filter(({ state }) => state === 'incoming');
  return (
    !calls.some((one) => one.peer === peer && isWaited(one)) &&
    rings.length < MOST_RINGING &&
    rings.filter((one) => one.peer === peer).length < MOST_OF_ONE
  );
}
