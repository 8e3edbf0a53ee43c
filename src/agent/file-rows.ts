/** What the log of a conversation says of a file on its way: kept in its row, so that it is true after a reload too. */
import type { FileRef } from '../protocol/file-ref.ts';
import { fileWords } from '../protocol/message-content.ts';
import type { RowTransfer, StoredMessage } from '../store/rows.ts';
import type { Outcome } from './contract.ts';
import type { Transfer } from './core/transfer.ts';
import type { Env } from './env.ts';
import type { Messaging } from './messaging.ts';

export interface FileRows {
  /** False when it could not be kept. A row of the same transfer is moved to the end: it is news again. */
  add(transfer: Transfer): Promise<boolean>;
  change(transfer: Transfer): Promise<boolean>;
  /** The file lies at `url` now: its row goes out as a message. */
  send(transfer: Transfer, url: string): Promise<Outcome>;
}

export function createFileRows(
  env: Pick<Env, 'vault'>,
  me: string,
  messaging: Pick<Messaging, 'keepRow' | 'sendKept' | 'nextOrder'>,
): FileRows {
  const keyOf = ({ conversation, mine, id }: Transfer) =>
    [conversation, mine ? me : conversation, id] as const;

  return {
    async add(transfer) {
      const known = await env.vault.message(keyOf(transfer));
      const at = messaging.nextOrder(transfer.conversation);
      const [conversation, sender, id] = keyOf(transfer);
      const row: StoredMessage = {
        ...{
          id,
          conversation,
          sender,
          mine: transfer.mine,
          text: transfer.mine ? '' : fileWords(fileOf(transfer)),
        },
        ...{ state: transfer.mine ? 'sent' : 'received', at, order: at },
        ...{ files: [fileOf(transfer)], transfer: stateOf(transfer) },
      };
      return messaging.keepRow(row, known === null);
    },
    async change(transfer) {
      const row = await env.vault.message(keyOf(transfer));
      if (!row || row.withdrawn) return false;
      const file = { ...fileOf(transfer), ...(row.files?.[0]?.url && { url: row.files[0].url }) };
      return messaging.keepRow({ ...row, files: [file], transfer: stateOf(transfer) }, false);
    },
    async send(transfer, url) {
      const row = await env.vault.message(keyOf(transfer));
      if (!row || row.withdrawn) return { ok: false, why: 'You took this file back meanwhile.' };
      const transferred = stateOf({ ...transfer, state: 'done' });
      return messaging.sendKept({ ...row, files: [{ ...fileOf(transfer), url }], transfer: transferred });
    },
  };
}

function fileOf({ id, name, type, size, hash, thumbnail }: Transfer): FileRef {
  return {
    ...{ name, type, size, transfer: id },
    ...(hash !== null && { hash }),
    ...(thumbnail !== undefined && { thumbnail }),
  };
}

function stateOf({ state, via, why }: Transfer): RowTransfer {
  return { is: state, via, ...(why !== undefined && { why }) };
}
