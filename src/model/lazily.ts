/**
 * Makes a thing at its first use. For formatters and collators: the first of a kind has the browser read the tables of
 * a language, tens of milliseconds that no window should wait for before it shows anything.
 */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly it: T } | null = null;
  return () => (made ??= { it: make() }).it;
}
