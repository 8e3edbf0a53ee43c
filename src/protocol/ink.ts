/** Handwriting: strokes as they were drawn, so that they stay sharp at any size and can be drawn on. */
import { type Decoded, decoded, refused } from './decoded.ts';

export const INK_TYPE = 'application/vnd.parley.ink+json';

/** One stroke. `points`: x, y, pressure (0 to 1) one after another, in units of the drawing. */
export interface InkStroke {
  readonly points: readonly number[];
  /** Number of a colour of the theme's ink palette, so that it is readable in light and dark. */
  readonly colour: number;
  /** Width of the pen in units of the drawing. */
  readonly size: number;
}
export interface InkDrawing {
  readonly width: number;
  readonly height: number;
  readonly strokes: readonly InkStroke[];
}

const MOST_STROKES = 500;
const MOST_NUMBERS = 60_000;
const LARGEST = 4_000;
/** Colours there are; an unknown one is drawn in the first. */
const INK_COLOURS = 4;

/** Reads a drawing; everything out of bounds refuses it. */
export function decodeInk(text: string): Decoded<InkDrawing> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('ink is not JSON');
  }
  if (typeof value !== 'object' || value === null) return refused('ink is no object');
  const { width, height, strokes } = value as Record<string, unknown>;
  if (!isLength(width) || !isLength(height)) return refused('ink without a size');
  if (!Array.isArray(strokes) || strokes.length === 0 || strokes.length > MOST_STROKES)
    return refused('ink without strokes, or with too many');
  const read: InkStroke[] = [];
  let numbers = 0;
  for (const one of strokes as unknown[]) {
    const { points, colour, size } = (one ?? {}) as Record<string, unknown>;
    if (!Array.isArray(points) || points.length < 3 || points.length % 3 !== 0)
      return refused('ink stroke malformed');
    numbers += points.length;
    if (numbers > MOST_NUMBERS || !points.every(isCoordinate)) return refused('ink stroke out of bounds');
    if (!isLength(size) || size > 100) return refused('ink pen out of bounds');
    const known =
      typeof colour === 'number' && Number.isInteger(colour) && colour >= 0 && colour < INK_COLOURS;
    read.push({ points: points as number[], size, colour: known ? colour : 0 });
  }
  return decoded({ width, height, strokes: read });
}

/** Writes a drawing. Coordinates are rounded to a tenth, pressure to a hundredth. */
export function encodeInk({ width, height, strokes }: InkDrawing): string {
  const round = (value: number, index: number) =>
    index % 3 === 2 ? Math.round(value * 100) / 100 : Math.round(value * 10) / 10;
  return JSON.stringify({
    width,
    height,
    strokes: strokes.map(({ points, colour, size }) => ({ points: points.map(round), colour, size })),
  });
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= LARGEST;
}
function isCoordinate(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= LARGEST;
}
