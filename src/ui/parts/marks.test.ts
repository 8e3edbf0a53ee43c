import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { monogram, tint } from './monogram.ts';
import PresenceBadge from './PresenceBadge.svelte';
import { presencePaths, type PresenceShape } from './presence-shapes.ts';

const shapes = [...Object.keys(presencePaths), 'unknown'] as PresenceShape[];

test('eleven badges, eleven shapes: no two alike without colour', async () => {
  expect(shapes).toHaveLength(11);
  const drawn = await Promise.all(
    shapes.map(async (shape) => {
      const { container } = await render(PresenceBadge, { shape });
      return container.querySelector('svg')?.innerHTML;
    }),
  );
  expect(new Set(drawn).size).toBe(11);
});

test('while disconnected the colour goes and the shape stays', async () => {
  const { container } = await render(PresenceBadge, { shape: 'busy', stale: true });
  const badge = container.querySelector('svg');
  expect(badge?.classList.contains('pr-offline')).toBe(true);
  expect(badge?.classList.contains('pr-busy')).toBe(false);
  expect(badge?.querySelector('path')?.getAttribute('d')).toBe(presencePaths.busy);
});

test.each([
  ['Ingrid Solberg', 'IS'],
  ['Mei-Ling Zhou', 'MZ'],
  ['Fatima Al-Sayed', 'FA'],
  ['élodie', 'É'],
  ['李 小龙', '李小'],
  ['Léa (Paris) Fontaine', 'L'],
  ['ana@example.test', 'A'],
  ['  ', ''],
])('monogram of %s', (name, letters) => {
  expect(monogram(name)).toBe(letters.normalize('NFC'));
});

test('a tint belongs to the address, one of eight, all of them used', () => {
  const tints = Array.from({ length: 400 }, (_, at) => tint(`sip:person${at}@example.test`));
  expect(new Set(tints)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  expect(tint('sip:ana@example.test')).toBe(tint('sip:ana@example.test'));
});
