/** A file that a message speaks of: what it is, and where it can be had. */

/** `size` in octets. */
export interface FileRef {
  readonly name: string;
  /** Media type as its sender says; never believed when it is shown or opened. */
  readonly type: string;
  readonly size: number;
  /** SHA-256, 64 hex digits. */
  readonly hash?: string;
  /** `https:` address (`http:` on this machine) where it lies, for as long as its server keeps it. */
  readonly url?: string;
  /** file-transfer-id of a transfer from browser to browser (RFC 5547 §6). */
  readonly transfer?: string;
  /** A small picture of it, `data:image/…;base64,…`, at most 16 kB. */
  readonly thumbnail?: string;
}

/** "1.2 MB", decimal as everywhere in Parley. */
export function sizeWords(octets: number): string {
  if (octets < 1000) return `${octets} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = octets / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 99.5 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
