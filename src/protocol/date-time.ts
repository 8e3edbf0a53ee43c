/** Times in documents: RFC 3339 on the wire, milliseconds since the epoch inside. */

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)$/;

/** `undefined` for anything but a whole RFC 3339 date-time with its zone; a guessed zone would be a wrong time. */
export function parseDateTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const upper = text.trim().toUpperCase();
  if (!FORM.test(upper)) return undefined;
  const ms = Date.parse(upper);
  return Number.isNaN(ms) ? undefined : ms;
}

/** In UTC with milliseconds. Values no Date can hold become the epoch. */
export function formatDateTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) || Math.abs(date.getUTCFullYear() - 5000) > 4999
    ? '1970-01-01T00:00:00.000Z'
    : date.toISOString();
}
