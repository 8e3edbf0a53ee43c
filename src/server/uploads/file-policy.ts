/** What the organisation takes of files (features.md F05, I04). */
import type { FilePolicy } from '../../protocol/history-api.ts';

const MEGA = 1024 * 1024;

/** Programs, scripts, and what starts one when it is opened. */
const DANGEROUS = (
  'ade adp apk app appimage application appref-ms bat chm cmd com command cpl dll dmg exe gadget hta inf ins isp jar js jse ' +
  'lnk mde msc msi msix msp mst pif ps1 ps1xml ps2 psc1 psm1 reg scf scr sct shb sys url vb vbe vbs vxd ws wsc wsf wsh'
).split(' ');

export const USUAL_FILES: FilePolicy = {
  maxSize: 100 * MEGA,
  quota: 2048 * MEGA,
  retentionDays: 90,
  blocked: DANGEROUS,
};

/**
 * Reads `PARLEY_UPLOAD_MAX` and `PARLEY_UPLOAD_QUOTA` (MB), `PARLEY_UPLOAD_DAYS`, `PARLEY_UPLOAD_BLOCK`; `problem` is a
 * sentence.
 */
export function readFileSettings(
  environment: Readonly<Record<string, string | undefined>>,
): FilePolicy | { readonly problem: string } {
  const numbers = {
    PARLEY_UPLOAD_MAX: USUAL_FILES.maxSize / MEGA,
    PARLEY_UPLOAD_QUOTA: USUAL_FILES.quota / MEGA,
    PARLEY_UPLOAD_DAYS: USUAL_FILES.retentionDays,
  };
  for (const [name, usual] of Object.entries(numbers)) {
    const text = environment[name] ?? String(usual);
    if (!/^\d{1,7}$/.test(text)) return { problem: `${name} is a whole number, such as ${usual}.` };
    numbers[name as keyof typeof numbers] = Number(text);
  }
  const { PARLEY_UPLOAD_MAX: max, PARLEY_UPLOAD_QUOTA: quota, PARLEY_UPLOAD_DAYS: days } = numbers;
  if (days === 0) return { problem: 'PARLEY_UPLOAD_DAYS is at least 1.' };
  const listed = environment['PARLEY_UPLOAD_BLOCK']?.toLowerCase().split(/[\s,]+/);
  const blocked = listed?.map((one) => one.replace(/^\./, '')).filter((one) => one !== '' && one !== 'none');
  return {
    maxSize: max * MEGA,
    quota: quota * MEGA,
    retentionDays: days,
    blocked: blocked ?? DANGEROUS,
  };
}

/** Octets of a name in UTF-8 that every file system takes. */
const LONGEST_NAME = 200;

/**
 * A name as it may be shown and saved: no path, no control or direction characters (`gpj.exe` read backwards), nothing at
 * its end that Windows leaves out. Null when nothing is left.
 */
export function fileName(given: string): string | null {
  const last = given.normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}<>:"|?*]/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  if (plain === '') return null;
  if (Buffer.byteLength(plain) <= LONGEST_NAME) return plain;
  const end = endingOf(plain);
  const tail = end === '' ? '' : `.${end}`.slice(0, 20);
  let head = plain.slice(0, LONGEST_NAME);
  while (Buffer.byteLength(head) + Buffer.byteLength(tail) > LONGEST_NAME)
    head = [...head].slice(0, -1).join('');
  return head + tail;
}

/** What the system decides by when the file is opened; lower case, '' for none. */
function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0
    ? ''
    : name
        .slice(dot + 1)
        .normalize('NFKC')
        .trim()
        .toLowerCase();
}

/** A sentence when files of this name are not taken. */
export function refusedName(name: string, { blocked }: FilePolicy): string | null {
  const ending = endingOf(name);
  if (!blocked.includes(ending)) return null;
  return `Files ending in .${ending} are not taken here: your organisation does not let them through.`;
}
