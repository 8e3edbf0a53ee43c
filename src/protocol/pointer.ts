/**
 * What somebody who looks at a shared screen points at and draws, as text over a data channel with the subprotocol
 * `parley-pointer`, one JSON object a message. Positions are parts of the picture's width and height, 0 to 1.
 *
 *   {"at":[0.25,0.5]}                the pointer is here        {"away":true}    it has left the picture
 *   {"ink":7,"to":[[0.1,0.1],…]}     line 7 goes on so          {"clear":true}   all lines are wiped, of both
 *   {"paused":true}                  from the one who shows: the picture stands still on purpose; false: no longer
 *
 * An object of no such shape is passed over, so that a later Parley may say more to an earlier one.
 */
export type Point = readonly [x: number, y: number];

export type PointerMessage =
  | { readonly is: 'at'; readonly point: Point }
  | { readonly is: 'away' }
  | { readonly is: 'ink'; readonly line: number; readonly points: readonly Point[] }
  | { readonly is: 'clear' }
  | { readonly is: 'paused'; readonly on: boolean };

export const POINTER_PROTOCOL = 'parley-pointer';

/** Characters of one message, and points in it: what comes from outside is no larger than what we send. */
const LONGEST = 1024;
const MOST_POINTS = 48;

export function encodePointer(message: PointerMessage): string {
  const short = ([x, y]: Point): Point => [Number(x.toFixed(4)), Number(y.toFixed(4))];
  switch (message.is) {
    case 'at':
      return JSON.stringify({ at: short(message.point) });
    case 'ink':
      return JSON.stringify({ ink: message.line, to: message.points.slice(0, MOST_POINTS).map(short) });
    case 'away':
      return '{"away":true}';
    case 'clear':
      return '{"clear":true}';
    case 'paused':
      return JSON.stringify({ paused: message.on });
  }
}

/** Null for what is none: too long, not JSON, not of that shape, outside the picture. */
export function decodePointer(text: unknown): PointerMessage | null {
  if (typeof text !== 'string' || text.length > LONGEST) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { at, ink, to, away, clear, paused } = value as Record<string, unknown>;
  if (away === true) return { is: 'away' };
  if (clear === true) return { is: 'clear' };
  if (typeof paused === 'boolean') return { is: 'paused', on: paused };
  if (isPoint(at)) return { is: 'at', point: [at[0], at[1]] };
  if (!Number.isSafeInteger(ink) || !Array.isArray(to) || to.length > MOST_POINTS) return null;
  const points: readonly unknown[] = to;
  return points.length > 0 && points.every(isPoint) ? { is: 'ink', line: ink as number, points } : null;
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && value.every(isPart);
}

function isPart(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
