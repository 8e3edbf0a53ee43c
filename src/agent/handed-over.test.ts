import { expect, test } from 'vitest';
import { createHandedOver, type Shelf } from './handed-over.ts';

const ANN = 'sip:ann@x.test';
const BEN = 'sip:ben@x.test';

function shelf(most = Infinity): Shelf & { readonly held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    get length() {
      return held.size;
    },
    key: (at) => [...held.keys()].toReversed()[at] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem(key, value) {
      if (held.size >= most) throw new DOMException('full', 'QuotaExceededError');
      held.set(key, value);
    },
    removeItem: (key) => void held.delete(key),
  };
}
const said = (id: string, text: string) => ({ id, conversation: BEN, text });

test('I08 what was not confirmed is found by the next window, in the order it was said', () => {
  const place = shelf();
  const before = createHandedOver(place);
  for (const id of ['c', 'a', 'b']) before.keep(ANN, said(id, `word ${id}`));
  before.done('a');
  const after = createHandedOver(place);
  expect(after.left()).toEqual([
    { ...said('c', 'word c'), as: ANN },
    { ...said('b', 'word b'), as: ANN },
  ]);
  after.done('c');
  after.done('b');
  expect(place.held.size).toBe(0);
});

test('without storage or room nothing is kept and nothing fails; what is not ours is not taken', () => {
  const none = createHandedOver(null);
  none.keep(ANN, said('a', 'one'));
  none.done('a');
  expect(none.left()).toEqual([]);
  const full = createHandedOver(shelf(0));
  full.keep(ANN, said('a', 'one'));
  expect(full.left()).toEqual([]);
  const odd = shelf();
  odd.setItem('parley-said x', '{"at":1,"said":{"id":7}}');
  odd.setItem('parley-said y', 'null');
  odd.setItem('parley-other', 'stays');
  expect(createHandedOver(odd).left()).toEqual([]);
  expect([...odd.held.keys()]).toEqual(['parley-other']);
});
