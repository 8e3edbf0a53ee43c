/** Distinguished names (RFC 4514), as far as comparing and cutting them needs. */

/** The parts of a DN from the entry upwards, each canonical for comparing; null when it is malformed. */
export function partsOfDn(dn: string): string[] | null {
  const parts = splitDn(dn);
  if (parts === null) return null;
  const canonical = parts.map((part) => {
    const equals = part.indexOf('=');
    const type = part.slice(0, equals).trim().toLowerCase();
    return equals > 0 && /^[a-z0-9.-]+$/.test(type)
      ? `${type}=${part
          .slice(equals + 1)
          .trim()
          .toLowerCase()}`
      : null;
  });
  return canonical.includes(null) ? null : (canonical as string[]);
}

/** Whether `dn` is `base` or lies below it. */
export function isBelow(dn: string, base: string): boolean {
  const inner = partsOfDn(dn);
  const outer = partsOfDn(base);
  if (inner === null || outer === null || inner.length < outer.length) return false;
  return outer.every((part, index) => inner[inner.length - outer.length + index] === part);
}

/** `dn` without `base` behind it, in the words of the server; null when it does not lie below. */
export function relativeDn(dn: string, base: string): string | null {
  const parts = splitDn(dn);
  if (parts === null || !isBelow(dn, base)) return null;
  return parts.slice(0, parts.length - (splitDn(base)?.length ?? 0)).join(',');
}

/** Splits at commas that are not escaped (RFC 4514 §2.4). */
function splitDn(dn: string): string[] | null {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < dn.length; at++) {
    if (dn[at] === '\\') at++;
    else if (dn[at] === ',') {
      parts.push(dn.slice(start, at));
      start = at + 1;
    }
    // A lone backslash at the end would escape whatever is put behind.
    if (at >= dn.length) return null;
  }
  parts.push(dn.slice(start));
  return parts.some((part) => part.trim() === '') ? null : parts;
}
