import type { Contact } from '../../model/people/contact.svelte.ts';
import type { People } from '../../model/people/people.svelte.ts';
import type { PeopleDesk } from './desk.svelte.ts';

/** Gives the browser a vCard file (RFC 6350) of these people, or of the whole list, to keep. */
export async function saveVCards(
  people: People,
  desk: PeopleDesk,
  contacts?: readonly Contact[],
): Promise<void> {
  const outcome = await people.writeCards(contacts);
  if (!outcome.ok) {
    desk.say('problem', outcome.why);
    return;
  }
  const { text, count } = outcome.value;
  const only = contacts?.length === 1 ? contacts[0] : undefined;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/vcard;charset=utf-8' }));
  link.download = `${only ? fileName(only.name) : 'contacts'}.vcf`;
  link.click();
  // The browser has taken the address by the next turn; kept longer it would hold the text for as long as the page.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  desk.say('info', count === 1 ? 'Saved one card.' : `Saved ${count} cards.`);
}

/** A name that every file system takes. */
function fileName(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N} ._-]/gu, '')
      .trim()
      .slice(0, 80) || 'contact'
  );
}
