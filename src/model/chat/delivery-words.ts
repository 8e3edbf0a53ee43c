import type { MessageRow } from '../../agent/contract.ts';
import { timeWords } from '../people/availability-words.ts';

/** How far a message of mine got, in words. `readAt`: when the reader's notice came, where it is known. */
export function deliveryWords(row: MessageRow, isOnline: boolean): string {
  switch (row.state) {
    case 'queued':
      return isOnline ? 'Sending' : 'Queued. Sends when you’re back online';
    case 'sent':
      return 'Sent';
    case 'delivered':
      return 'Delivered';
    case 'displayed':
      return row.readAt === undefined ? 'Read' : `Read ${timeWords(row.readAt)}`;
    case 'failed':
      return `Not sent: ${row.problem ?? 'the server refused it'}`;
    case 'received':
      return '';
  }
}
