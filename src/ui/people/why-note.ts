import type { Contact } from '../../model/people/contact.svelte.ts';

/** One sentence on how a message or call fares now; null when there is nothing to add. */
export function whyNote(contact: Contact): string | null {
  const first = contact.firstName;
  if (contact.isNumber)
    return 'Parley places no calls to phone numbers here. The phone app of this device can.';
  if (contact.isBlocked) return `You blocked ${first}. ${first} sees you as offline and can’t reach you.`;
  switch (contact.shape) {
    case 'dnd':
      return `${first} doesn’t want to be interrupted. Messages wait quietly.`;
    case 'urgent':
      return `You’re on ${first}’s team, so your messages and calls still get through.`;
    case 'offline':
      return `${first} gets your messages at the next sign-in.`;
    case 'oof':
      return `${first} is out of office. Messages wait, an email may be answered by somebody else.`;
    default:
      return contact.device === 'phone' ? `${first} sees messages after signing in on a computer.` : null;
  }
}
