import { statfsSync } from 'node:fs';

/** Octets below which a disk counts as full: small writes may still pass when a long message fails. */
const LEAST = 4 * 1024 * 1024;

/** Why the disk that holds `folder` is no good for a server; null when there is room, or nothing is written to disk. */
export function diskProblem(folder: string, least = LEAST): string | null {
  if (folder === ':memory:') return null;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < least ? 'The disk is full' : null;
}
