/** One keyboard path. `keys` as shown in the map: "Ctrl+Shift+A", "F6". `run` tells whether it did something. */
export interface Shortcut {
  readonly id: string;
  readonly keys: string;
  readonly words: string;
  readonly area: string;
  readonly run: () => boolean;
}

/** Every keyboard path that works in the whole window, so that the map shows what is true. */
export class Shortcuts {
  /** What counts. A state read while an effect ends is still the one from before, and would lose what others added. */
  #all: readonly Shortcut[] = [];
  #list = $state.raw<readonly Shortcut[]>([]);
  #isOn = $state(true);

  get list(): readonly Shortcut[] {
    return this.#list;
  }

  /** A person whose own tools use these keys can switch all of them off. */
  get isOn(): boolean {
    return this.#isOn;
  }

  switch(on: boolean): void {
    this.#isOn = on;
  }

  /** Returns how to take it away. A later one with the same keys goes first. */
  add(shortcut: Shortcut): () => void {
    this.#keep(({ id }) => id !== shortcut.id, shortcut);
    return () => this.#keep((one) => one !== shortcut);
  }

  #keep(wanted: (one: Shortcut) => boolean, ...more: readonly Shortcut[]): void {
    this.#all = [...this.#all.filter(wanted), ...more];
    this.#list = this.#all;
  }

  /** Runs what the keys mean, of one area only where it is named; true when something happened. */
  press(event: KeyboardEvent, area?: string): boolean {
    if (!this.#isOn || event.defaultPrevented || event.isComposing) return false;
    const keys = keysOf(event);
    const means = (one: Shortcut): boolean => one.keys === keys && (area === undefined || one.area === area);
    const meant = this.#all.filter(means).reverse();
    for (const shortcut of meant) {
      if (!shortcut.run()) continue;
      event.preventDefault();
      return true;
    }
    return false;
  }
}

/** "Ctrl+Shift+A" for an event; the Command key of a Mac counts as Ctrl. */
function keysOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const held = [
    (event.ctrlKey || event.metaKey) && 'Ctrl',
    event.altKey && 'Alt',
    event.shiftKey && 'Shift',
  ].filter(Boolean);
  return [...held, key].join('+');
}
