/**
 * Messages a window has handed to the agent and the agent has not written down yet, kept where a reload finds them. The
 * agent may end with the window that goes (the only one), and what lies between the two with it. Handing over a second
 * time is harmless: the id of the message makes it the same one.
 */
import type { Aor, Commands } from './contract.ts';

type Said = Commands['send'][0] & { readonly id: string };

export interface HandedOver {
  /** `as`: who says it. Written before this returns; where there is no room or no storage, nothing is kept. */
  keep(as: Aor, said: Said): void;
  /** It is written down, or was refused and stands in the window again. */
  done(id: string): void;
  /** What earlier windows left, in the order in which it was said. */
  left(): readonly (Said & { readonly as: Aor })[];
}

/** What a storage of the browser gives; `localStorage`, so that also a window that was closed loses nothing. */
export interface Shelf {
  readonly length: number;
  key(at: number): string | null;
  getItem(key: string): string | null;
  /** Throws when there is no room. */
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PREFIX = 'parley-said ';

interface Entry {
  readonly at: number;
  readonly said: Said & { readonly as: Aor };
}

export function createHandedOver(shelf: Shelf | null): HandedOver {
  let latest = 0;
  return {
    keep(as, said) {
      latest = Math.max(latest + 1, Date.now());
      const entry: Entry = { at: latest, said: { ...said, as } };
      try {
        shelf?.setItem(PREFIX + said.id, JSON.stringify(entry));
      } catch {
        // No room: as safe as the next milliseconds are.
      }
    },
    done: (id) => shelf?.removeItem(PREFIX + id),
    left() {
      if (!shelf) return [];
      const keys = Array.from({ length: shelf.length }, (_, at) => shelf.key(at) ?? '');
      const entries = keys
        .filter((key) => key.startsWith(PREFIX))
        .flatMap((key) => {
          const entry = read(shelf.getItem(key));
          if (entry) return [entry];
          shelf.removeItem(key);
          return [];
        });
      return entries.sort((one, other) => one.at - other.at).map(({ said }) => said);
    },
  };
}

/** Null for what no window of ours has written. */
function read(text: string | null): Entry | null {
  try {
    const { at, said } = JSON.parse(text ?? '') as Partial<Entry>;
    const isWhole =
      typeof at === 'number' &&
      [said?.id, said?.as, said?.conversation, said?.text].every((one) => typeof one === 'string');
    return isWhole && said ? { at, said } : null;
  } catch {
    return null;
  }
}
