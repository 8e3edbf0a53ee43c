import { untrack } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type { Contact } from './contact.svelte.ts';
import type { People } from './people.svelte.ts';

/** The headings of the list by availability, best reached first. */
export const BANDS = [
  { id: 'available', name: 'Available' },
  { id: 'busy', name: 'Busy' },
  { id: 'dnd', name: 'Do not disturb' },
  { id: 'away', name: 'Away' },
  { id: 'offline', name: 'Offline' },
  { id: 'unknown', name: 'Presence unknown' },
  { id: 'blocked', name: 'Blocked' },
] as const;
type Band = (typeof BANDS)[number]['id'];

const bandOf: Readonly<Record<Contact['shape'], Band>> = {
  available: 'available',
  inactive: 'available',
  busy: 'busy',
  'busy-inactive': 'busy',
  dnd: 'dnd',
  urgent: 'dnd',
  away: 'away',
  oof: 'away',
  offline: 'offline',
  unknown: 'unknown',
  blocked: 'blocked',
};

/** Rows that move oftener than this cannot be read, milliseconds. */
const SETTLE = 250;

/**
 * My contacts by availability. Nothing is sorted: the list is in order of name already, so one pass puts everybody
 * under a heading. Changes of presence are gathered; only one that crosses a heading asks for another pass.
 */
export class AvailabilityOrder {
  readonly #people: People;
  readonly #bands = new Map<Contact, Band>();
  readonly #subscribe: () => void;

  constructor(people: People) {
    this.#people = people;
    this.#subscribe = createSubscriber((update) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let frame = 0;
      const flush = (): void => {
        timer = undefined;
        frame = requestAnimationFrame(() => update());
      };
      const stop = people.followPresence((contact) => {
        const before = this.#bands.get(contact);
        if (before === undefined || before === bandOf[contact.shape]) return;
        timer ??= setTimeout(flush, SETTLE);
      });
      return () => {
        stop();
        clearTimeout(timer);
        cancelAnimationFrame(frame);
      };
    });
  }

  /** Reactive: follows the list, and presence as often as rows may move. */
  read(): ReadonlyMap<Band, readonly Contact[]> {
    this.#subscribe();
    const { listed } = this.#people;
    return untrack(() => {
      const order = new Map<Band, Contact[]>(BANDS.map(({ id }) => [id, []]));
      this.#bands.clear();
      for (const contact of listed) {
        const band = contact.isNumber ? 'unknown' : bandOf[contact.shape];
        this.#bands.set(contact, band);
        order.get(band)?.push(contact);
      }
      return order;
    });
  }
}
