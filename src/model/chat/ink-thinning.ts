import type { InkDrawing } from '../../agent/contract.ts';

/** The same with fewer points: none that lies within `tolerance` of the line between its neighbours (Douglas, Peucker). */
export function thinned(drawing: InkDrawing, tolerance: number): InkDrawing {
  return {
    ...drawing,
    strokes: drawing.strokes.map((stroke) => ({ ...stroke, points: thinPoints(stroke.points, tolerance) })),
  };
}

function thinPoints(points: readonly number[], tolerance: number): number[] {
  const count = points.length / 3;
  const kept = new Set([0, count - 1]);
  const spans: [number, number][] = [[0, count - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let farthest = 0;
    let at = -1;
    for (let each = from + 1; each < to; each += 1) {
      const away = distance(points, each, from, to);
      if (away > farthest) [farthest, at] = [away, each];
    }
    if (at < 0 || farthest <= tolerance) continue;
    kept.add(at);
    spans.push([from, at], [at, to]);
  }
  return [...kept].sort((one, other) => one - other).flatMap((each) => points.slice(each * 3, each * 3 + 3));
}

function distance(points: readonly number[], each: number, from: number, to: number): number {
  const at = (index: number): [number, number] => [points[index * 3] ?? 0, points[index * 3 + 1] ?? 0];
  const [[x, y], [ax, ay], [bx, by]] = [at(each), at(from), at(to)];
  const length = Math.hypot(bx - ax, by - ay);
  if (length === 0) return Math.hypot(x - ax, y - ay);
  return Math.abs((by - ay) * x - (bx - ax) * y + bx * ay - by * ax) / length;
}
