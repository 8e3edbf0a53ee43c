/** What the menus of a person and of a group offer. */
import type { Router } from '../../model/router.svelte.ts';
import type { Contact } from '../../model/people/contact.svelte.ts';
import type { Office } from '../../model/people/context.ts';
import type { GroupRow } from '../../model/people/tree-rows.ts';
import type { MenuItem } from '../parts/menu-item.ts';
import type { PeopleDesk } from './desk.svelte.ts';

interface Tools {
  readonly office: Office;
  readonly desk: PeopleDesk;
  readonly router: Router;
}

/** Ways to reach somebody, then what the list knows of them. */
export function contactItems(contact: Contact, { office, desk, router }: Tools): readonly MenuItem[] {
  const { reach, people } = office;
  const why = contact.isBlocked ? 'Blocked' : reach.whyNoCall ? 'When connected' : undefined;
  const groups: readonly MenuItem[] = [
    ...people.groups.map((group): MenuItem => {
      const checked = contact.groups.includes(group.id);
      return {
        is: 'tick',
        label: group.name,
        checked,
        run: () => void desk.place(contact, group.id, !checked),
      };
    }),
    ...(people.groups.length > 0 ? [{ is: 'line' } as const] : []),
    {
      is: 'action',
      label: 'New group',
      icon: 'folder-plus',
      run: () => desk.ask({ is: 'new-group', member: contact }),
    },
  ];
  return [
    {
      is: 'action',
      label: 'Message',
      icon: 'message-circle',
      run: () => router.go({ at: 'chat', aor: contact.aor }),
    },
    { is: 'action', label: 'Call', icon: 'phone', why, run: () => reach.call(contact.aor, false) },
    { is: 'action', label: 'Video call', icon: 'video', why, run: () => reach.call(contact.aor, true) },
    {
      is: 'action',
      label: 'Open card',
      icon: 'user',
      hint: 'Ctrl Enter',
      run: () => router.go({ at: 'card', aor: contact.aor }),
    },
    { is: 'line' },
    ...(contact.isListed
      ? ([
          {
            is: 'action',
            label: contact.isTagged ? 'Remove tag' : 'Tell me when available',
            icon: contact.isTagged ? 'bell-off' : 'bell-ring',
            run: () => void desk.tag(contact, !contact.isTagged),
          },
          { is: 'more', label: 'Groups', icon: 'users', items: groups },
          { is: 'action', label: 'Rename', icon: 'pencil', run: () => desk.ask({ is: 'rename', contact }) },
        ] as const)
      : ([
          {
            is: 'action',
            label: 'Add to contacts',
            icon: 'user-plus',
            run: () => desk.ask({ is: 'add', contact }),
          },
        ] as const)),
    contact.isBlocked
      ? { is: 'action', label: 'Unblock', icon: 'shield', run: () => void desk.block(contact, false) }
      : { is: 'action', label: 'Block', icon: 'shield', run: () => desk.ask({ is: 'block', contact }) },
    ...(contact.isListed
      ? ([
          {
            is: 'action',
            label: 'Remove from contacts',
            icon: 'user-minus',
            danger: true,
            run: () => desk.ask({ is: 'remove', contact }),
          },
        ] as const)
      : []),
  ];
}

export function groupItems(row: GroupRow, { office, desk }: Tools): readonly MenuItem[] {
  const { group } = row;
  return [
    { is: 'action', label: row.isOpen ? 'Close group' : 'Open group', run: () => office.tree.toggle(row) },
    { is: 'line' },
    {
      is: 'action',
      label: 'New group',
      icon: 'folder-plus',
      run: () => desk.ask({ is: 'new-group', member: null }),
    },
    ...(group
      ? ([
          {
            is: 'action',
            label: 'Rename group',
            icon: 'pencil',
            run: () => desk.ask({ is: 'rename-group', group }),
          },
          {
            is: 'action',
            label: 'Remove group',
            icon: 'trash-2',
            danger: true,
            run: () => desk.ask({ is: 'remove-group', group }),
          },
        ] as const)
      : []),
  ];
}
