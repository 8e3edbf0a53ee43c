/** Who wants to hear of something. A listener that fails is told of and keeps nobody else from hearing. */
export interface Listeners<A extends readonly unknown[]> {
  /** Returns the way to leave. */
  add(listener: (...news: A) => void): () => void;
  tell(...news: A): void;
}

/** `failed` gets what a listener threw. */
export function createListeners<A extends readonly unknown[]>(
  failed: (error: unknown) => void,
): Listeners<A> {
  const all = new Set<(...news: A) => void>();
  return {
    add(listener) {
      all.add(listener);
      return () => void all.delete(listener);
    },
    tell(...news) {
      for (const listener of [...all]) {
        try {
          listener(...news);
        } catch (error) {
          failed(error);
        }
      }
    },
  };
}
