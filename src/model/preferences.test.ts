import { expect, test } from 'vitest';
import { Preferences } from './preferences.svelte.ts';

function storage(text: string | null): Storage {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => void (kept = value),
  } as unknown as Storage;
}

test('what was chosen is there again', () => {
  const kept = storage(null);
  new Preferences(kept).set({ theme: 'dark', messages: false });
  expect(new Preferences(kept).values).toMatchObject({ theme: 'dark', messages: false, calls: true });
});

test.each(['{', 'null', '[]', '{"theme":"pink","density":7,"closedGroups":"all","calls":"no"}'])(
  'damaged: %s',
  (text) => {
    expect(new Preferences(storage(text)).values).toMatchObject({
      theme: 'system',
      density: 'comfortable',
      calls: true,
      closedGroups: ['recent'],
    });
  },
);

test('a full storage keeps the choice for this window', () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  const preferences = new Preferences(full as unknown as Storage);
  preferences.set({ theme: 'light' });
  expect(preferences.values.theme).toBe('light');
});
