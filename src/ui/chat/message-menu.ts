/** What can be done with a message: in its menu and, the first of it, in the toolbar that a mouse brings. */
import type { Conversation } from '../../model/chat/conversation.svelte.ts';
import { isCorrectable } from '../../model/chat/draft.svelte.ts';
import type { MenuItem } from '../parts/menu-item.ts';

type Row = Conversation['rows'][number];

export interface MessageActs {
  reply(row: Row): void;
  edit(row: Row): void;
  copy(row: Row): void;
  drawOn(row: Row): void;
  /** Asks in place first. */
  withdraw(row: Row): void;
  sendAgain(row: Row): void;
  discard(row: Row): void;
  /** Shows the message a quote is of. */
  jump(id: string): void;
  openMenu(row: Row, x: number, y: number): void;
}

export function canReply(row: Row): boolean {
  return !row.withdrawn && !row.event && row.state !== 'queued' && row.state !== 'failed';
}

export function messageItems(row: Row, acts: MessageActs): readonly MenuItem[] {
  const isOut = row.mine && row.state !== 'queued' && row.state !== 'failed';
  const items: (MenuItem | false)[] = [
    canReply(row) && { is: 'action', label: 'Reply', icon: 'reply', run: () => acts.reply(row) },
    isCorrectable(row) && { is: 'action', label: 'Edit', icon: 'pencil', run: () => acts.edit(row) },
    row.text.trim() !== '' && { is: 'action', label: 'Copy text', icon: 'copy', run: () => acts.copy(row) },
    row.ink !== undefined && {
      is: 'action',
      label: 'Draw on it',
      icon: 'pen-line',
      run: () => acts.drawOn(row),
    },
    row.state === 'failed' && {
      is: 'action',
      label: 'Send again',
      icon: 'send-horizontal',
      run: () => acts.sendAgain(row),
    },
    row.state === 'failed' && {
      is: 'action',
      label: 'Discard',
      icon: 'trash-2',
      run: () => acts.discard(row),
    },
    isOut &&
      !row.withdrawn &&
      !row.event && {
        is: 'action',
        label: 'Withdraw',
        icon: 'trash-2',
        danger: true,
        run: () => acts.withdraw(row),
      },
  ];
  return items.filter((item) => item !== false);
}
