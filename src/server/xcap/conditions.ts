/** HTTP's conditions on entity tags (RFC 9110 §13.1). */

type Headers = Readonly<Record<string, string | undefined>>;

/** `null`: go on. `etag` is the present one without quotes, `null` when there is nothing. */
export function failedCondition(headers: Headers, etag: string | null, reading: boolean): 304 | 412 | null {
  const match = headers['if-match'];
  if (match !== undefined && !holds(match, etag)) return 412;
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && holds(noneMatch, etag)) return reading ? 304 : 412;
  return null;
}

/** Kamailio wants the star in quotes, the standard has it bare: both mean "whatever is there". */
function holds(list: string, etag: string | null): boolean {
  if (etag === null) return false;
  const text = list.trim();
  if (text === '*' || text === '"*"') return true;
  for (const match of text.matchAll(/(?:W\/)?"([^"]*)"/g)) if (match[1] === etag) return true;
  return false;
}
