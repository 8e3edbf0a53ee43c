import { expect, test } from 'vitest';
import { InkPad } from './ink-pad.svelte.ts';
import { thinned } from './ink-thinning.ts';

function line(pad: InkPad, y: number): void {
  pad.begin(10, y, 0.5);
  for (let x = 20; x <= 100; x += 10) pad.move(x, y, 0.7);
  pad.end();
}

test('I06 strokes are drawn, undone and erased, and erasing is undone', () => {
  const pad = new InkPad();
  pad.colour = 2;
  line(pad, 20);
  line(pad, 60);
  expect(pad.strokes).toHaveLength(2);
  expect(pad.strokes[0]).toMatchObject({ colour: 2, size: 6 });
  pad.undo();
  expect(pad.strokes).toHaveLength(1);
  line(pad, 60);
  pad.isErasing = true;
  pad.begin(55, 63, 0.5);
  pad.end();
  expect(pad.strokes.map(({ points }) => points[1])).toEqual([20]);
  pad.undo();
  expect(pad.strokes).toHaveLength(2);
});

test('I06 a drawing goes on from another without changing it', () => {
  const first = new InkPad();
  line(first, 20);
  const { drawing } = first;
  const second = new InkPad(drawing);
  line(second, 60);
  expect(second.drawing.strokes).toHaveLength(2);
  expect(drawing.strokes).toHaveLength(1);
});

test('I06 fewer points keep the shape', () => {
  const pad = new InkPad();
  line(pad, 20);
  const [stroke] = thinned(pad.drawing, 0.5).strokes;
  expect(stroke?.points).toEqual([10, 20, 0.5, 100, 20, 0.7]);
});

test('I06 a pad that is full takes no more', () => {
  const pad = new InkPad({
    ...{ width: 10, height: 10 },
    strokes: Array.from({ length: 480 }, () => ({ points: [1, 1, 0.5], colour: 0, size: 3 })),
  });
  expect(pad.isFull).toBe(true);
  line(pad, 5);
  expect(pad.strokes).toHaveLength(480);
});
