import type { PointerChannel } from '../../media/pointer-channel.ts';
import type { Point } from '../../protocol/pointer.ts';

export type { Point } from '../../protocol/pointer.ts';

/** A drawn line. */
export interface Line {
  readonly key: string;
  readonly isMine: boolean;
  readonly points: readonly Point[];
}

/** Lines that stay on a picture, and points of one: what comes from outside may not fill the memory. */
const MOST_LINES = 60;
const MOST_POINTS = 1000;

/** Points and lines over a shared screen, of the one who looks and of the one who shows it (features.md T10). */
export class Pointing {
  readonly #channel: Pick<PointerChannel, 'send' | 'listen'>;
  #theirs = $state.raw<Point | null>(null);
  #lines = $state.raw<readonly Line[]>([]);
  #drawing = 0;

  constructor(channel: Pick<PointerChannel, 'send' | 'listen'>) {
    this.#channel = channel;
  }

  /** Where the other one points. */
  get theirs(): Point | null {
    return this.#theirs;
  }
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Returns how to stop. */
  listen(): () => void {
    return this.#channel.listen((message) => {
      if (message.is === 'at') this.#theirs = message.point;
      else if (message.is === 'away') this.#theirs = null;
      else if (message.is === 'clear') this.#lines = [];
      else this.#draw(`theirs ${message.line}`, false, message.points);
    });
  }

  pointAt(point: Point): void {
    this.#channel.send({ is: 'at', point });
  }
  leave(): void {
    this.#channel.send({ is: 'away' });
  }
  /** A new line begins with the next points. */
  begin(): void {
    this.#drawing += 1;
  }
  draw(points: readonly Point[]): void {
    this.#draw(`mine ${this.#drawing}`, true, points);
    this.#channel.send({ is: 'ink', line: this.#drawing, points });
  }
  clear(): void {
    this.#lines = [];
    this.#channel.send({ is: 'clear' });
  }

  #draw(key: string, isMine: boolean, points: readonly Point[]): void {
    const at = this.#lines.findIndex((line) => line.key === key);
    const before = this.#lines[at]?.points ?? [];
    const line = { key, isMine, points: [...before, ...points].slice(0, MOST_POINTS) };
    this.#lines = at === -1 ? [...this.#lines, line].slice(-MOST_LINES) : this.#lines.with(at, line);
  }
}
