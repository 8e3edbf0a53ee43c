import type { HistoryPolicy } from '../../protocol/history-api.ts';

/** What an administrator sets (features.md AR1). */
export interface ArchiveSettings {
  readonly archive: 'all' | 'none';
  /** 0: for ever. */
  readonly retentionDays: number;
}

export const ARCHIVE_ALL: ArchiveSettings = { archive: 'all', retentionDays: 0 };

/** The policy as clients are told, with the sentence that people read. */
export function historyPolicy({ archive, retentionDays }: ArchiveSettings): HistoryPolicy {
  const archived = archive === 'all';
  return { archived, retentionDays, words: archived ? keptFor(retentionDays) : NOT_KEPT };
}

const NOT_KEPT = 'Your organisation keeps no copy of conversations: they are on your devices only.';

function keptFor(days: number): string {
  if (days === 0) return 'Your organisation keeps conversations, so that you find them on all your devices.';
  const time = days === 1 ? 'one day' : `${days} days`;
  return `Your organisation keeps conversations for ${time}, so that you find them on all your devices.`;
}

/** Reads `PARLEY_ARCHIVE` and `PARLEY_RETENTION_DAYS`; `problem` is a sentence. */
export function readArchiveSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ArchiveSettings | { readonly problem: string } {
  const archive = environment['PARLEY_ARCHIVE'] ?? 'all';
  if (archive !== 'all' && archive !== 'none') return { problem: 'PARLEY_ARCHIVE is either all or none.' };
  const days = environment['PARLEY_RETENTION_DAYS'] ?? '0';
  if (!/^\d{1,5}$/.test(days)) {
    return { problem: 'PARLEY_RETENTION_DAYS is a number of days, or 0 to keep conversations for ever.' };
  }
  return { archive, retentionDays: Number(days) };
}
