import { expect, test } from 'vitest';
import type { StoredMessage, StoredRevision } from '../../store/rows.ts';
import { revised, standIn, withRevisions } from './revisions.ts';

const BEN = 'sip:ben@x.test';
const row: StoredMessage = {
  ...{ id: 'm1', conversation: BEN, sender: BEN, mine: false, text: 'teh', html: '<b>teh</b>' },
  ...{ state: 'received', at: 10, order: 10 },
};
const to = (text: string | null, order: number): StoredRevision => ({
  ...{ id: `r${order}`, conversation: BEN, sender: BEN, target: 'm1', order },
  becomes: text === null ? null : { text },
});

test('I08 the newest correction counts, in whatever order they come', () => {
  const [one, two] = [to('the', 20), to('the end', 30)];
  for (const all of [
    [one, two],
    [two, one],
  ])
    expect(withRevisions(row, all)).toEqual({
      ...{ id: 'm1', conversation: BEN, sender: BEN, mine: false, state: 'received', at: 10, order: 10 },
      ...{ text: 'the end', editedAt: 30, revisedOrder: 30 },
    });
});

test('I08 what was taken back is gone and does not come again', () => {
  const gone = withRevisions(row, [to(null, 20)]);
  expect(gone).toMatchObject({ text: '', withdrawn: true });
  expect(gone).not.toHaveProperty('html');
  expect(revised(gone, to('again', 30))).toBeNull();
});

test('I08 nobody corrects the message of somebody else', () => {
  expect(revised(row, { ...to('mine', 20), sender: 'sip:cat@x.test' })).toBeNull();
});

test('I08 a correction of a message that is not here stands by itself', () => {
  expect(standIn(to('the', 20), false)).toMatchObject({
    id: 'r20',
    text: 'the',
    standsFor: 'm1',
    editedAt: 20,
  });
  expect(standIn(to(null, 20), false)).toBeNull();
});
