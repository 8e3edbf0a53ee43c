import type { MessageRow } from '../../agent/contract.ts';

/** A message as one short line, for lists, alerts and notifications: what it says, or what it is. */
export function rowWords(row: MessageRow): string {
  if (row.withdrawn) return 'Message withdrawn';
  const text = row.text.replace(/\s+/gu, ' ').trim();
  if (text !== '' && !row.ink) return text.slice(0, 200);
  if (row.ink) return 'Handwriting';
  const [file, ...more] = row.files ?? [];
  if (!file) return text;
  return more.length === 0 ? file.name : `${file.name} and ${more.length} more`;
}
