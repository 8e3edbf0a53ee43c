/** Strokes as outlines: one set of rules for what is drawn here and what came from others. Nobody else's SVG is shown. */
import { getStroke } from 'perfect-freehand';
import type { InkStroke } from '../../model/chat/ink-pad.svelte.ts';

/** The outline of a stroke as an SVG path, in units of the drawing. */
export function inkPath({ points, size }: InkStroke): string {
  const input: [number, number, number][] = [];
  for (let at = 0; at + 2 < points.length; at += 3)
    input.push([points[at] ?? 0, points[at + 1] ?? 0, points[at + 2] ?? 0.5]);
  // A mouse has no pressure and says 0.5 throughout: speed stands for it then.
  const simulatePressure = input.every(([, , pressure]) => pressure === 0.5 || pressure === 0);
  const outline = getStroke(input, {
    size,
    simulatePressure,
    thinning: 0.5,
    smoothing: 0.5,
    streamline: 0.4,
  });
  const [first] = outline;
  if (!first) return '';
  const middle = (one: number[], other: number[]): string =>
    `${round(((one[0] ?? 0) + (other[0] ?? 0)) / 2)} ${round(((one[1] ?? 0) + (other[1] ?? 0)) / 2)}`;
  const curves = outline.map((point, at) => {
    const next = outline[(at + 1) % outline.length] ?? first;
    return `${round(point[0] ?? 0)} ${round(point[1] ?? 0)} ${middle(point, next)}`;
  });
  return `M${round(first[0] ?? 0)} ${round(first[1] ?? 0)}Q${curves.join(' ')}Z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
