import type { Aor } from '../../agent/contract.ts';
import { Contact } from './contact.svelte.ts';

/**
 * One Contact per address for as long as the window lives. Not reactive by itself, and safe to ask while something is
 * being derived: what changes are the fields of a contact, so that a change of presence repaints one dot.
 */
export class Roll {
  readonly #contacts = new Map<Aor, Contact>();

  /** The one object for an address; made when nobody has spoken of it before. */
  contact(aor: Aor): Contact {
    const known = this.#contacts.get(aor);
    if (known) return known;
    const contact = new Contact({ aor, name: aor.replace(/^(?:sips?|tel):/, '') });
    this.#contacts.set(aor, contact);
    return contact;
  }

  /** The people who are blocked are these, all others are not. */
  block(blocked: readonly Aor[]): void {
    const now = new Set(blocked);
    for (const aor of now) this.contact(aor);
    for (const contact of this.#contacts.values()) contact.block(now.has(contact.aor));
  }

  /** The list holds these entries; who was in it and is not any more leaves it. Answers the members. */
  list(entries: readonly Parameters<Contact['list']>[0][]): readonly Contact[] {
    const stay = new Set(entries.map(({ aor }) => aor));
    for (const contact of this.#contacts.values()) {
      if (contact.isListed && !stay.has(contact.aor)) contact.unlist();
    }
    return entries.map((entry) => {
      const known = this.#contacts.get(entry.aor);
      known?.list(entry);
      const contact = known ?? new Contact(entry, entry);
      this.#contacts.set(entry.aor, contact);
      return contact;
    });
  }
}
