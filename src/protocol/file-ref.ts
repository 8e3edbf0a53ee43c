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

const LONGEST_NAME = 200;

/** A name without paths, control and direction signs, never empty, so that it can stand on screen and on a disk. */
export function cleanFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? '';
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*]/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(clean);
  const named = clean === '' ? 'file' : reserved ? `_${clean}` : clean;
  if (named.length <= LONGEST_NAME) return named;
  const dot = named.lastIndexOf('.');
  const ending = dot > 0 && named.length - dot <= 20 ? named.slice(dot) : '';
  return named.slice(0, LONGEST_NAME - ending.length) + ending;
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
