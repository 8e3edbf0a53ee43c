import { expect, test } from 'vitest';
import type { GroupInfo } from '../../store/rows.ts';
import { groupAfter, listNames } from './groups.ts';

const ANN = 'sip:ann@x.test';
const BEN = 'sip:ben@x.test';
const CAT = 'sip:cat@x.test';
const DAN = 'sip:dan@x.test';
const people = (...aors: string[]) => aors.map((aor) => ({ aor, name: aor.slice(4, 7) }));
const all = (...aors: string[]) => ({ focus: false, people: people(...aors) });
const group = (...aors: string[]): GroupInfo => ({ focus: false, members: people(...aors) });
const members = (after: ReturnType<typeof groupAfter>) =>
  typeof after === 'string' ? after : after.members.map(({ aor }) => aor);

test('the first message of a group without a focus says who is in it', () => {
  const after = groupAfter(undefined, all(BEN, ANN, CAT), { sender: BEN }, ANN);
  expect(after).toEqual(group(BEN, ANN, CAT));
});

test('only those who are in it may write, and a stranger adds nobody by naming them', () => {
  expect(groupAfter(group(ANN, BEN), all(DAN, ANN, BEN), { sender: DAN }, ANN)).toBe('refused');
});

test('people who were added at the same time by two others find each other', () => {
  const after = groupAfter(group(ANN, BEN, CAT), all(BEN, ANN, CAT, DAN), { sender: BEN }, ANN);
  expect(members(after)).toEqual([ANN, BEN, CAT, DAN]);
});

test('who has left is not brought back by what was written before, but by being added', () => {
  const left = groupAfter(
    group(ANN, BEN, CAT),
    all(CAT, ANN, BEN),
    { sender: CAT, event: 'left', about: [CAT] },
    ANN,
  );
  expect(members(left)).toEqual([ANN, BEN]);
  if (typeof left === 'string') throw new Error(left);
  const late = groupAfter(left, all(BEN, ANN, CAT), { sender: BEN }, ANN);
  expect(members(late)).toEqual([ANN, BEN]);
  const back = groupAfter(left, all(BEN, ANN, CAT), { sender: BEN, event: 'joined', about: [CAT] }, ANN);
  expect(members(back)).toEqual([ANN, BEN, CAT]);
});

test('nobody can say of somebody else that they have left', () => {
  const after = groupAfter(
    group(ANN, BEN, CAT),
    all(BEN, ANN, CAT),
    { sender: BEN, event: 'left', about: [CAT] },
    ANN,
  );
  expect(members(after)).toEqual([ANN, BEN, CAT]);
});

test('after I left, nothing comes in until somebody adds me again', () => {
  const mine = groupAfter(
    group(ANN, BEN, CAT),
    all(ANN, BEN, CAT),
    { sender: ANN, event: 'left', about: [ANN] },
    ANN,
  );
  if (typeof mine === 'string') throw new Error(mine);
  expect(mine.left).toBe(true);
  expect(groupAfter(mine, all(BEN, ANN, CAT), { sender: BEN }, ANN)).toBe('past');
  const back = groupAfter(mine, all(BEN, ANN, CAT), { sender: BEN, event: 'joined', about: [ANN] }, ANN);
  expect(members(back)).toContain(ANN);
  expect(back).not.toHaveProperty('left');
});

test('I07 no more than a hundred', () => {
  const many = Array.from({ length: 150 }, (_, at) => `sip:p${at}@x.test`);
  expect(members(groupAfter(group(ANN, BEN), all(BEN, ANN, ...many), { sender: BEN }, ANN))).toHaveLength(
    100,
  );
});

test('a focus tells who comes and goes, me among them', () => {
  const hint = { focus: true, people: [] };
  const known: GroupInfo = { focus: true, members: people(ANN, BEN) };
  const more = groupAfter(known, hint, { sender: BEN, event: 'joined', about: [CAT] }, ANN);
  expect(members(more)).toEqual([ANN, BEN, CAT]);
  const out = groupAfter(known, hint, { sender: BEN, event: 'left', about: [ANN] }, ANN);
  expect(out).toMatchObject({ left: true });
  if (typeof out === 'string') throw new Error(out);
  expect(groupAfter(out, hint, { sender: BEN, event: 'joined', about: [ANN] }, ANN)).not.toHaveProperty(
    'left',
  );
  expect(groupAfter(undefined, hint, { sender: BEN }, ANN)).toEqual({ focus: true, members: [] });
});

test.each([
  [['Ben'], 'Ben'],
  [['Ben', 'Cara'], 'Ben and Cara'],
  [['Ben', 'Cara', 'Dan'], 'Ben, Cara and Dan'],
  [['Ben', 'Cara', 'Dan', 'Eve', 'Finn'], 'Ben, Cara and 3 others'],
])('%j are "%s"', (names, words) => expect(listNames(names)).toBe(words));
