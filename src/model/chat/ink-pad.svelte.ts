import type { InkDrawing, InkStroke } from '../../agent/contract.ts';

export type { InkDrawing, InkStroke } from '../../agent/contract.ts';

/** Pens, in units of the drawing. */
export const PENS = [
  { size: 3, words: 'Thin' },
  { size: 6, words: 'Medium' },
  { size: 12, words: 'Thick' },
] as const;

/** The pad, in units of the drawing; on screen it has any size. */
const PAD = { width: 720, height: 360 } as const;
/** What a drawing may hold (protocol/ink.ts refuses more), with room to spare. */
const MOST_STROKES = 480;
const MOST_NUMBERS = 50_000;
/** Points nearer than this to the last one say nothing, units. */
const STEP = 1.5;

/**
 * A drawing being made. Every change can be undone, erasing too. A stroke is begun, goes on, and ends; only then it counts.
 */
export class InkPad {
  readonly width: number;
  readonly height: number;
  #strokes = $state.raw<readonly InkStroke[]>([]);
  #current = $state.raw<InkStroke | null>(null);
  #undo: readonly (readonly InkStroke[])[] = [];
  #canUndo = $state(false);
  colour = $state(0);
  size = $state<number>(PENS[1].size);
  isErasing = $state(false);

  /** `from`: a drawing to go on with, somebody else's perhaps. */
  constructor(from: InkDrawing | null = null) {
    this.width = from?.width ?? PAD.width;
    this.height = from?.height ?? PAD.height;
    this.#strokes = from?.strokes ?? [];
  }

  get strokes(): readonly InkStroke[] {
    return this.#strokes;
  }
  get current(): InkStroke | null {
    return this.#current;
  }
  get isEmpty(): boolean {
    return this.#strokes.length === 0;
  }
  get canUndo(): boolean {
    return this.#canUndo;
  }
  /** Nothing more fits. */
  get isFull(): boolean {
    return this.#strokes.length >= MOST_STROKES || this.#numbers() >= MOST_NUMBERS;
  }
  get drawing(): InkDrawing {
    return { width: this.width, height: this.height, strokes: this.#strokes };
  }

  /** The pen touches. `pressure`: 0 to 1. */
  begin(x: number, y: number, pressure: number): void {
    if (this.isErasing) {
      this.#remember();
      this.#erase(x, y);
    } else if (!this.isFull)
      this.#current = { points: [x, y, pressure], colour: this.colour, size: this.size };
  }
  move(x: number, y: number, pressure: number): void {
    if (this.isErasing) return this.#erase(x, y);
    const { points } = this.#current ?? {};
    if (!this.#current || !points) return;
    const near = Math.hypot(x - (points.at(-3) ?? 0), y - (points.at(-2) ?? 0)) < STEP;
    if (near || points.length + this.#numbers() >= MOST_NUMBERS) return;
    this.#current = { ...this.#current, points: [...points, x, y, pressure] };
  }
  end(): void {
    if (!this.#current) return;
    this.#remember();
    this.#strokes = [...this.#strokes, this.#current];
    this.#current = null;
  }
  /** The touch became something else, scrolling perhaps. */
  cancel(): void {
    this.#current = null;
  }

  undo(): void {
    const before = this.#undo.at(-1);
    if (!before) return;
    this.#undo = this.#undo.slice(0, -1);
    this.#canUndo = this.#undo.length > 0;
    this.#strokes = before;
  }

  #erase(x: number, y: number): void {
    const left = this.#strokes.filter((stroke) => !touches(stroke, x, y, 10));
    if (left.length !== this.#strokes.length) this.#strokes = left;
  }
  #remember(): void {
    this.#undo = [...this.#undo.slice(-99), this.#strokes];
    this.#canUndo = true;
  }
  #numbers(): number {
    return this.#strokes.reduce((sum, { points }) => sum + points.length, 0);
  }
}

/** Whether a stroke passes within `reach` of a place. */
function touches({ points, size }: InkStroke, x: number, y: number, reach: number): boolean {
  const near = reach + size / 2;
  for (let at = 0; at < points.length; at += 3) {
    const [ax = 0, ay = 0] = [points[at], points[at + 1]];
    const [bx = ax, by = ay] = [points[at + 3], points[at + 4]];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along =
      length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    if (Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)) <= near) return true;
  }
  return false;
}
