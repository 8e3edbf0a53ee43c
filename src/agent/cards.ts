/**
 * Titles, teams and faces for the contact list: what the directory says of each contact, asked for slowly and kept for
 * the time without a network. The list itself never waits for it.
 */
import type { ContactEntry } from '../store/rows.ts';
import type { Aor, Person } from './contract.ts';
import type { Directory } from './directory.ts';
import type { Env } from './env.ts';

export interface Cards {
  /** The entry with what is known beyond the list; the list's own words win. */
  decorate(entry: ContactEntry): ContactEntry;
  /** A card is opened: what it shows depends on the level its person gave us, which may have changed just now. */
  open(aor: Aor): ReturnType<Directory['lookUp']>;
  follow(contacts: readonly Aor[]): void;
  online(): void;
  stop(): void;
}

/** Contacts beyond this many get their card when somebody looks at them. */
const MOST = 300;
const PACE = 60;
/** Who looks from one card to the next and back asks once, milliseconds. */
const MOMENT = 5_000;
/** Changes are told together, milliseconds. */
const SETTLE = 300;

export function createCards(env: Env, directory: Directory, changed: () => void): Cards {
  const known = new Map<Aor, Person>();
  const asked = new Set<Aor>();
  let contacts: readonly Aor[] = [];
  let online = false;
  let running = false;
  let stopped = false;
  let cancelTell: (() => void) | null = null;

  function learn(person: Person): void {
    if (stopped || JSON.stringify(known.get(person.aor)) === JSON.stringify(person)) return;
    known.set(person.aor, person);
    cancelTell ??= env.clock.after(SETTLE, () => {
      cancelTell = null;
      changed();
    });
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (const aor of contacts.slice(0, MOST)) {
      if (stopped) break;
      if (!known.has(aor)) {
        const row = await env.vault.person(aor);
        if (row) learn(row.person);
      }
      if (!online || asked.has(aor)) continue;
      asked.add(aor);
      const found = await directory.lookUp(aor);
      if (found.ok) learn(found.value.person);
      await new Promise<void>((next) => env.clock.after(PACE, next));
    }
    running = false;
  }

  return {
    decorate(entry) {
      const person = known.get(entry.aor);
      if (!person) return entry;
      // Added by address alone: a name that is no name gives way to the directory's.
      const isNameless = entry.name === entry.aor.replace(/^sips?:/, '');
      return { ...person, ...entry, ...(isNameless && { name: person.name }) };
    },
    async open(aor) {
      const found = await directory.lookUp(aor, MOMENT);
      if (found.ok && known.has(aor)) learn(found.value.person);
      return found;
    },
    follow(list) {
      contacts = list;
      void run();
    },
    online() {
      online = true;
      void run();
    },
    stop() {
      stopped = true;
      cancelTell?.();
    },
  };
}
