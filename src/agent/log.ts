/** The log of the worker: the last lines, kept in memory for diagnostics. Nothing secret is ever handed to it. */
const LINES = 500;

/** A log that forgets. `lines` is what a bug report may carry. */
export function createLog(): ((line: string) => void) & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(`${new Date().toISOString()} ${line}`);
    if (lines.length > LINES) lines.splice(0, lines.length - LINES);
  };
  return Object.assign(log, { lines });
}
