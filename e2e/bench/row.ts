/** One figure of the table. */
export interface Row {
  /** What was measured, and what a larger or smaller figure means if that is not plain. */
  readonly name: string;
  /** Null: not run, and `note` says why. */
  readonly figure: number | null;
  readonly unit: string;
  /** The figure against something known: another program in the same run, or the promise. */
  readonly ratio?: Ratio;
  readonly note?: string;
}
export interface Ratio {
  readonly value: number;
  /** `of the budget 40 kB`, `times Kamailio's` */
  readonly to: string;
}

/** A group of rows; `run` gives them in order. */
export interface Part {
  readonly name: string;
  run(quick: boolean): Promise<readonly Row[]>;
}

/** The share of a limit that is used up: below 1 is within it. */
export const ofBudget = (figure: number, limit: number, unit: string): Ratio => ({
  value: figure / limit,
  to: `of the ${limit} ${unit} allowed`,
});

/** How many times a promised rate is reached: above 1 keeps the promise. */
export const ofTarget = (figure: number, target: number): Ratio => ({
  value: figure / target,
  to: `times the target ${target}`,
});

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** The rows as lines, those with a ratio first. */
export function table(rows: readonly Row[]): string {
  const cells = [...rows.filter((row) => row.ratio), ...rows.filter((row) => !row.ratio)].map((row) => [
    row.ratio ? `${short(row.ratio.value)} ${row.ratio.to}` : '',
    row.name,
    row.figure === null ? 'not run' : short(row.figure),
    row.figure === null ? '' : row.unit,
    row.note ?? '',
  ]);
  const all = [['ratio', 'name', 'figure', 'unit', 'note'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, at) => (at === 2 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function short(value: number): string {
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
