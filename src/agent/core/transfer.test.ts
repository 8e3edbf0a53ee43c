import { expect, test } from 'vitest';
import { isOver, stepTransfer, type Transfer, type TransferEffect, type TransferEvent } from './transfer.ts';

const FILE: Transfer = {
  ...{
    id: 't1',
    conversation: 'sip:ben@x.test',
    mine: true,
    name: 'a.pdf',
    type: 'application/pdf',
    size: 100,
  },
  ...{ hash: null, state: 'preparing', via: 'peer', octets: 0, owner: 'tab-1', tries: 0, rang: false },
};
const THEIRS: Transfer = { ...FILE, mine: false, state: 'offered', owner: null };
const ended = (status: number | null, by: 'us' | 'them' | 'network' = 'them'): TransferEvent => {
  return { is: 'ended', by, status, elsewhere: false };
};

/** Runs events one after another: where it ends, and everything it asked for. */
function run(start: Transfer, events: readonly TransferEvent[], canUpload = false) {
  let transfer = start;
  const effects: TransferEffect[] = [];
  for (const event of events) {
    const step = stepTransfer(transfer, event, { name: 'Ben', canUpload });
    transfer = step.transfer;
    effects.push(...step.effects);
  }
  return { transfer, effects, did: effects.map((effect) => effect.do) };
}
const hashed: TransferEvent = { is: 'hashed', hash: 'ab' };

test('I04 a file that is offered, taken and whole', () => {
  const { transfer, did } = run(FILE, [
    ...([{ is: 'hashing', octets: 50 }, hashed, { is: 'ringing' }, { is: 'established' }] as const),
    ...([{ is: 'moving', octets: 60 }, { is: 'whole' }] as const),
  ]);
  expect(transfer).toMatchObject({ state: 'done', octets: 100, hash: 'ab' });
  expect(did).toEqual(['invite', 'hang-up']);
});

test('I04 after a cut the receiver asks for the rest, sooner and then later, and gives up at last', () => {
  const cut = run(THEIRS, [
    ...([{ is: 'accepted', tab: 'tab-2' }, { is: 'established' }, { is: 'moving', octets: 60 }] as const),
    ...([{ is: 'cut' }, { is: 'woken' }] as const),
  ]);
  expect(cut.transfer).toMatchObject({ state: 'interrupted', octets: 60 });
  expect(cut.did).toEqual(['accept', 'hang-up', 'wake', 'invite']);
  const mended = run(cut.transfer, [{ is: 'established' }, { is: 'moving', octets: 61 }, { is: 'whole' }]);
  expect(mended.transfer).toMatchObject({ state: 'done', tries: 0 });
  const again = Array.from({ length: 20 }, () => [ended(480), { is: 'woken' } as const]).flat();
  const lost = run(cut.transfer, again);
  expect(lost.transfer).toMatchObject({ state: 'failed' });
  const waits = lost.effects.flatMap((effect) => (effect.do === 'wake' ? [effect.inMs] : []));
  expect(waits.length).toBeLessThan(10);
  expect(waits).toEqual([...waits].sort((one, other) => one - other));
});

test('I04 the sender takes up again what it is asked for, and nothing that is over', () => {
  const cut = run({ ...FILE, state: 'moving' }, [{ is: 'cut' }]);
  expect(cut.did).toEqual(['hang-up', 'wake']);
  expect(run(cut.transfer, [{ is: 'asked-again' }]).did).toEqual(['accept']);
  expect(run(cut.transfer, [{ is: 'woken' }]).transfer.state).toBe('failed');
  expect(run({ ...FILE, state: 'cancelled' }, [{ is: 'asked-again' }]).did).toEqual([]);
  // Asked before the cut was noticed here.
  expect(run({ ...FILE, state: 'moving' }, [{ is: 'asked-again' }]).transfer.state).toBe('accepted');
});

test.each([
  [480, 'failed', 'moving'],
  [488, 'failed', 'moving'],
  [415, 'failed', 'moving'],
  [603, 'failed', 'moving'],
  [403, 'failed', 'failed'],
] as const)(
  'I04 an offer that ends with %i is %s without, %s with a server for files',
  (status, without, withOne) => {
    expect(run(FILE, [hashed, ended(status)]).transfer.state).toBe(without);
    const { transfer, did } = run(FILE, [hashed, ended(status)], true);
    expect(transfer.state).toBe(withOne);
    expect(did.includes('upload')).toBe(withOne === 'moving');
  },
);

test('I04 Decline is told from a device that takes no files: somebody saw the offer', () => {
  expect(run(FILE, [hashed, { is: 'ringing' }, ended(603)], true).transfer).toMatchObject({
    ...{ state: 'declined', why: 'Ben declined it.' },
  });
});

test('I04 what the other side does to its offer is said in words', () => {
  expect(run(THEIRS, [ended(487)]).transfer).toMatchObject({ state: 'cancelled', why: 'Ben took it back.' });
  expect(run(THEIRS, [{ is: 'declined' }])).toMatchObject({ effects: [{ do: 'reject', status: 603 }] });
  expect(run(THEIRS, [{ is: 'ended', by: 'them', status: 487, elsewhere: true }]).transfer.why).toMatch(
    /another device/,
  );
});

test('I04 a window that closes ends its own files and no others', () => {
  expect(run({ ...FILE, state: 'moving' }, [{ is: 'tab-gone' }]).transfer.state).toBe('failed');
  expect(run(THEIRS, [{ is: 'tab-gone' }]).transfer.state).toBe('offered');
});

test('I04 over is over, whatever comes', () => {
  const events: TransferEvent[] = [
    ...([hashed, { is: 'moving', octets: 1 }, { is: 'cut' }, { is: 'whole' }, { is: 'cancelled' }] as const),
    ...([
      { is: 'tab-gone' },
      { is: 'accepted', tab: 'x' },
      ended(200),
      { is: 'uploaded', why: null },
    ] as const),
  ];
  for (const state of ['done', 'declined', 'cancelled', 'failed'] as const) {
    const over = { ...FILE, state };
    expect(isOver(over)).toBe(true);
    expect(run(over, events)).toMatchObject({ transfer: over, effects: [] });
  }
});
