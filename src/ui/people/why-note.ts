import type { Contact } from '../../model/people/contact.svelte.ts';

/** One sentence on how a message or call fares now; null when there is nothing to add. */
export function whyNote(contact: Contact): string | null {
  const first = contact.firstName;
  if (contact.isBlocked) return `You blocked ${first}. ${first} sees you as offline and can’t reach you.`;
  switch (contact.shape) {
    case 'dnd':
      return `${first} doesn’t want to be interrupted. Messages wait quietly.`;
    case 'urgent':
      return `Your messages and calls still reach ${first}.`;
    case 'offline':
      return `${first} gets your messages at the next sign-in.`;
    default:
      return contact.device === 'phone' ? `${first} sees messages after signing in on a computer.` : null;
  }
}
