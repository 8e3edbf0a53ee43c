/** What arrived, for tests that wait for it: no polling, no sleeping. */
export interface Inbox<T> {
  put(item: T): void;
  /** The first item, come or to come, that `fits`; it is taken out. Rejects after `ms`. */
  take(fits: (item: T) => boolean, what: string, ms?: number): Promise<T>;
  readonly items: readonly T[];
}

export function createInbox<T>(): Inbox<T> {
  const items: T[] = [];
  const waiting = new Set<{ fits: (item: T) => boolean; resolve: (item: T) => void }>();
  return {
    items,
    put(item) {
      for (const one of waiting) {
        if (!one.fits(item)) continue;
        waiting.delete(one);
        return one.resolve(item);
      }
      items.push(item);
    },
    take(fits, what, ms = 5000) {
      const at = items.findIndex(fits);
      const [found] = at < 0 ? [] : items.splice(at, 1);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(entry);
          reject(new Error(`${what} did not come in ${ms} ms`));
        }, ms);
        const entry = {
          fits,
          resolve(item: T) {
            clearTimeout(timer);
            resolve(item);
          },
        };
        waiting.add(entry);
      });
    },
  };
}
