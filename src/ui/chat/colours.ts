/**
 * Colours a writer may choose: names, not values, so that every theme shows them readable. On the wire they are class
 * names of a span; what other classes there are is dropped.
 */
export const COLOURS = [
  { name: 'parley-red', words: 'Red' },
  { name: 'parley-amber', words: 'Amber' },
  { name: 'parley-green', words: 'Green' },
  { name: 'parley-blue', words: 'Blue' },
  { name: 'parley-grey', words: 'Grey' },
] as const;

export type ColourName = (typeof COLOURS)[number]['name'];

export const COLOUR_NAMES: readonly string[] = COLOURS.map(({ name }) => name);
