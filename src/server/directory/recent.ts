/** What was learnt lately: at most `most` things, none older than `lifetime` milliseconds, the oldest going first. */
export interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  /** Also what is too old to be believed: better than nothing when nobody answers. */
  everything(): Iterable<T>;
}

export function createRecent<T>(most: number, lifetime: number, now: () => number): Recent<T> {
  const kept = new Map<string, { readonly value: T; readonly at: number }>();
  return {
    get(key) {
      const found = kept.get(key);
      return found !== undefined && now() - found.at < lifetime ? found.value : undefined;
    },
    set(key, value) {
      kept.delete(key);
      kept.set(key, { value, at: now() });
      const oldest = kept.size > most ? kept.keys().next() : null;
      if (oldest?.value !== undefined) kept.delete(oldest.value);
    },
    *everything() {
      for (const { value } of kept.values()) yield value;
    },
  };
}
