/** A drawing within what a message may hold, and a picture of it for clients that draw no strokes. */
import type { InkDrawing } from '../../model/chat/ink-pad.svelte.ts';
import { thinned } from '../../model/chat/ink-thinning.ts';
import { inkPath } from './ink-path.ts';

/** Characters of strokes and picture together: with words and headers a message stays under 61,000 bytes. */
const ROOM = 52_000;
const INK = ['#1b1f26', '#1f4e9e', '#b3261e', '#1d7a46'];
/** Width of the picture, pixels, from the best to the least. */
const WIDTHS = [720, 540, 380, 260];
/** How much of the shape may go, units. */
const TOLERANCES = [0.3, 0.6, 1, 1.6, 2.4];

/** Null: too much of it for one message. `picture`: base64 of a PNG; null where only the strokes fit. */
export async function packInk(
  drawing: InkDrawing,
): Promise<{ ink: InkDrawing; picture: string | null } | null> {
  const ink = TOLERANCES.map((tolerance) => rounded(thinned(drawing, tolerance))).find(
    (each) => JSON.stringify(each).length <= ROOM,
  );
  if (!ink) return null;
  const left = ROOM - JSON.stringify(ink).length;
  for (const width of WIDTHS) {
    const picture = await png(drawing, width);
    if (picture !== null && picture.length <= left) return { ink, picture };
  }
  return { ink, picture: null };
}

function rounded(drawing: InkDrawing): InkDrawing {
  const round = (value: number, at: number): number =>
    at % 3 === 2 ? Math.round(value * 100) / 100 : Math.round(value * 10) / 10;
  return {
    ...drawing,
    strokes: drawing.strokes.map((stroke) => ({ ...stroke, points: stroke.points.map(round) })),
  };
}

async function png({ width, height, strokes }: InkDrawing, wide: number): Promise<string | null> {
  const scale = wide / width;
  const canvas = new OffscreenCanvas(Math.round(wide), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  for (const stroke of strokes) {
    context.fillStyle = INK[stroke.colour] ?? '#1b1f26';
    context.fill(new Path2D(inkPath(stroke)));
  }
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  const url = await new Promise<string>((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(new Error('unreadable'));
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(',') + 1);
}
