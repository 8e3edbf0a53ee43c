import { expect, test } from 'vitest';
import { Shortcuts } from './shortcuts.svelte.ts';

function shortcuts(...answers: readonly [keys: string, does: boolean][]) {
  const done: string[] = [];
  const list = new Shortcuts();
  answers.forEach(([keys, does], at) =>
    list.add({ id: String(at), keys, words: '', area: '', run: () => (done.push(`${at}`), does) }),
  );
  return { list, done };
}
const key = (name: string, held: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent('keydown', { key: name, cancelable: true, ...held });

test('keys mean the same with Ctrl and with Command, in either case of the letter', () => {
  const { list, done } = shortcuts(['Ctrl+Shift+A', true]);
  expect(list.press(key('A', { ctrlKey: true, shiftKey: true }))).toBe(true);
  expect(list.press(key('a', { metaKey: true, shiftKey: true }))).toBe(true);
  expect(list.press(key('a', { ctrlKey: true }))).toBe(false);
  expect(done).toHaveLength(2);
});

test('the latest goes first; one that does nothing leaves the key to the next, then to the browser', () => {
  const { list, done } = shortcuts(['Escape', true], ['Escape', false]);
  const escape = key('Escape');
  expect(list.press(escape)).toBe(true);
  expect(done).toEqual(['1', '0']);
  expect(escape.defaultPrevented).toBe(true);
  const other = key('F6');
  expect(list.press(other)).toBe(false);
  expect(other.defaultPrevented).toBe(false);
});

test('switched off, nothing happens; while a word is composed neither', () => {
  const { list, done } = shortcuts(['F6', true]);
  expect(list.press(key('F6', { isComposing: true }))).toBe(false);
  list.switch(false);
  expect(list.press(key('F6'))).toBe(false);
  expect(done).toEqual([]);
});
