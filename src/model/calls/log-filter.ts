import type { CallLogRow } from '../../agent/contract.ts';
import { isMissed } from '../chat/call-outcome.ts';

/** What somebody looks for among their calls (features.md EV1). */
export const logKinds = ['all', 'missed', 'received', 'dialled', 'forwarded', 'elsewhere', 'noted'] as const;
export type LogKind = (typeof logKinds)[number];

export const kindWords: Readonly<Record<LogKind, string>> = {
  all: 'All calls',
  missed: 'Missed',
  received: 'Received',
  dialled: 'Dialled',
  forwarded: 'Forwarded',
  elsewhere: 'Answered by others or elsewhere',
  noted: 'With a note',
};

export function fitsKind(row: CallLogRow, kind: LogKind): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'missed':
      return isMissed(row);
    case 'received':
      return row.direction === 'in' && (row.duration !== undefined || row.end === 'hung-up');
    case 'dialled':
      return row.direction === 'out';
    case 'forwarded':
      return row.end === 'forwarded' || row.forwardedTo !== undefined || row.forUser !== undefined;
    case 'elsewhere':
      return row.end === 'elsewhere';
    case 'noted':
      return (row.note ?? '') !== '';
  }
}
