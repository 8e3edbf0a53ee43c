/** What to say when the server did not take a change. */
import type { ContactEdit, ContactList } from '../../store/rows.ts';

/** One sentence that names what was undone, the first of several and how many more. */
export function undoneWords(edits: readonly ContactEdit[], list: ContactList): string {
  const [first] = edits;
  const what = first ? changeWords(first, list) : '';
  const more = edits.length > 1 ? ` and ${edits.length - 1} more` : '';
  return `The server did not take a change of your contact list, so it was undone: ${what}${more}.`;
}

function changeWords(edit: ContactEdit, list: ContactList): string {
  const person = (aor: string): string => list.entries.find((one) => one.aor === aor)?.name ?? aor;
  const group = (id: string): string => list.groups.find((one) => one.id === id)?.name ?? 'a group';
  switch (edit.edit) {
    case 'add':
      return `adding ${edit.name || edit.aor}`;
    case 'remove':
      return `removing ${person(edit.aor)}`;
    case 'rename':
      return `the name ${edit.name}`;
    case 'place':
      return `the groups of ${person(edit.aor)}`;
    case 'tag':
      return `the tag of ${person(edit.aor)}`;
    case 'private-note':
      return `the note about ${person(edit.aor)}`;
    case 'block':
      return `${edit.blocked ? 'blocking' : 'unblocking'} ${person(edit.aor)}`;
    case 'level':
      return `the access level of ${person(edit.aor)}`;
    case 'group-level':
      return `the access level of ${group(edit.id)}`;
    case 'domain-level':
      return `the access level of ${edit.domain}`;
    case 'newcomers':
      return 'what new people see';
    case 'add-group':
    case 'add-list':
      return `adding ${edit.name}`;
    case 'rename-group':
      return `the name ${edit.name}`;
    case 'remove-group':
      return `removing ${group(edit.id)}`;
    case 'move-group':
      return `moving ${group(edit.id)}`;
    case 'import':
      return `importing ${edit.cards.length} contacts`;
  }
}
