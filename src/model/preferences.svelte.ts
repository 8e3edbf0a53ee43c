export interface PreferenceValues {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'comfortable' | 'compact';
  /** Alerts inside the window. */
  readonly messages: boolean;
  readonly calls: boolean;
  readonly tagged: boolean;
  readonly sounds: boolean;
  /** What was written stands in alerts; without it they say only who wrote. */
  readonly alertText: boolean;
  /** Not to be disturbed while a screen is shared or Parley fills one (features.md P18). */
  readonly quietPresenting: boolean;
  /** Of rings and message sounds, 0 to 1. */
  readonly volume: number;
  readonly shortcuts: boolean;
  /** Groups the person has closed, by id. */
  readonly closedGroups: readonly string[];
  /** How the contact list is put in order; what it may be, the list knows. */
  readonly contactView: string;
  /** Faces made of signs become emoji when they are sent. */
  readonly emoticons: boolean;
  /** Emoji picked lately, the latest first, without skin tone. */
  readonly recentEmoji: readonly string[];
  /** A modifier of Unicode, empty for none. */
  readonly skinTone: string;
}

const KEY = 'parley.preferences';
const usual: PreferenceValues = {
  theme: 'system',
  density: 'comfortable',
  messages: true,
  calls: true,
  tagged: true,
  sounds: false,
  alertText: true,
  quietPresenting: true,
  volume: 1,
  shortcuts: true,
  closedGroups: ['recent'],
  contactView: 'group',
  emoticons: true,
  recentEmoji: [],
  skinTone: '',
};

/** How this browser likes to look and sound. Kept here, not on the server: screens differ. */
export class Preferences {
  #values = $state.raw<PreferenceValues>(usual);
  readonly #storage: Storage | null;

  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#values = read(storage);
  }

  get values(): PreferenceValues {
    return this.#values;
  }

  set(change: Partial<PreferenceValues>): void {
    this.#values = { ...this.#values, ...change };
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#values));
    } catch {
      // Storage is full or forbidden: the choice holds until the window closes.
    }
  }

  /** Another window changed them. Returns how to stop. */
  listen(page: Window): () => void {
    const changed = (event: StorageEvent): void => {
      if (event.key === KEY) this.#values = read(this.#storage);
    };
    page.addEventListener('storage', changed);
    return () => page.removeEventListener('storage', changed);
  }
}

/** What was kept, as far as it has the right shape. */
function read(storage: Storage | null): PreferenceValues {
  let kept: unknown;
  try {
    kept = JSON.parse(storage?.getItem(KEY) ?? 'null');
  } catch {
    return usual;
  }
  if (typeof kept !== 'object' || kept === null) return usual;
  const known = Object.entries(usual).map(([name, value]) => {
    const found: unknown = Reflect.get(kept, name);
    const fits = Array.isArray(value) ? Array.isArray(found) : typeof found === typeof value;
    return [name, fits ? found : value];
  });
  const values = Object.fromEntries(known) as PreferenceValues;
  const themes: readonly string[] = ['system', 'light', 'dark'];
  return {
    ...values,
    theme: themes.includes(values.theme) ? values.theme : 'system',
    density: values.density === 'compact' ? 'compact' : 'comfortable',
    volume: Math.min(1, Math.max(0, values.volume)),
  };
}
