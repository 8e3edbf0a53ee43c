/** What a row says of a file, in words. */
import type { FileRef, MessageRow, TransferSnapshot, TransferState } from '../../agent/contract.ts';
import { dangerOf, type Danger } from '../../protocol/file-names.ts';
import { sizeWords } from '../../protocol/file-ref.ts';
import { fileWords } from '../../protocol/message-content.ts';
import type { Moving } from './transfers.svelte.ts';

/** Where a file stands; `over` when nothing will happen by itself any more. */
export interface FileStanding {
  readonly state: TransferState;
  readonly via: 'peer' | 'server';
  readonly over: boolean;
  readonly words: string;
}

const OVER: readonly TransferState[] = ['done', 'declined', 'cancelled', 'failed'];

/** `live`: the agent still knows the transfer. What was under way and is known no more ended with its window. */
export function standingOf(
  row: MessageRow,
  live: TransferSnapshot | null,
  name: string,
): FileStanding | null {
  const kept = row.transfer;
  if (!kept) return null;
  const state = live?.state ?? kept.is;
  const via = live?.via ?? kept.via;
  const over = OVER.includes(state);
  if (!live && !over) {
    const words = row.mine
      ? 'Stopped when Parley was closed.'
      : 'Stopped when Parley was closed. Ask for it again.';
    return { state: 'failed', via, over: true, words };
  }
  const words = live?.why ?? kept.why ?? stateWords(state, via, row.mine, name);
  return { state, via, over, words };
}

function stateWords(state: TransferState, via: 'peer' | 'server', mine: boolean, name: string): string {
  switch (state) {
    case 'preparing':
      return 'Reading the file';
    case 'offered':
      return mine ? `Waiting for ${name} to accept` : `${name} wants to send you this file`;
    case 'accepted':
      return 'Connecting';
    case 'moving':
      return via === 'server' ? 'On its way to the server' : mine ? 'Sending' : 'Receiving';
    case 'interrupted':
      return 'The connection was lost. It goes on by itself when it is back.';
    case 'done':
      return mine ? 'Sent' : 'Received';
    case 'declined':
      return mine ? 'Declined' : 'You declined it.';
    case 'cancelled':
      return 'Cancelled';
    case 'failed':
      return 'It did not go through.';
  }
}

/** "11.4 of 18.4 MB · 9 seconds left" */
export function progressWords({ octets, pace }: Moving, size: number): string {
  const whole = sizeWords(size);
  const [amount = '', unit = ''] = sizeWords(octets).split(' ');
  const far = whole.endsWith(` ${unit}`) ? `${amount} of ${whole}` : `${amount} ${unit} of ${whole}`;
  if (pace === null || pace <= 0) return far;
  return `${far} · ${timeLeft((size - octets) / pace)}`;
}

function timeLeft(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return whole === 1 ? '1 second left' : `${whole} seconds left`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return minutes === 1 ? '1 minute left' : `${minutes} minutes left`;
  const hours = Math.round(minutes / 60);
  return hours === 1 ? '1 hour left' : `${hours} hours left`;
}

const WARNINGS: Readonly<Record<Danger, string>> = {
  program: 'This is a program. It can harm this computer: take it only if you expected it.',
  page: 'This is a page that can run things when it is opened: take it only if you expected it.',
  macros: 'This document can hold programs (macros): take it only if you expected it.',
  package: 'This can hold programs: take it only if you expected it.',
};

/** What to say before somebody takes a file that may do harm; null for the rest. */
export function warningOf({ name, type }: Pick<FileRef, 'name' | 'type'>): string | null {
  const danger = dangerOf(name, type);
  return danger && WARNINGS[danger];
}

/** The words of a row without those that only name its files, which are shown as files. */
export function wordsBeside({ text, files }: Pick<MessageRow, 'text' | 'files'>): string {
  if (!files?.length) return text;
  const named = new Set(files.map(fileWords));
  return text
    .split('\n')
    .filter((line) => !named.has(line))
    .join('\n')
    .trim();
}

export { sizeWords };
