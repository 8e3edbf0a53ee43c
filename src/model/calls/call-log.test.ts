import { expect, test, vi } from 'vitest';
import type { Boot, CallLogRow } from '../../agent/contract.ts';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import { CallNote } from './call-note.svelte.ts';
import { fitsKind, logKinds } from './log-filter.ts';

const BEN = 'sip:ben@x.test';
const row = (change: Partial<CallLogRow>): CallLogRow => ({
  ...{ id: 'c', conversation: BEN, direction: 'in', video: false, at: 1, end: 'missed' },
  ...change,
});

test.each<[string, Partial<CallLogRow>, string]>([
  ['missed', {}, 'all missed'],
  ['answered', { duration: 5, end: 'hung-up' }, 'all received'],
  ['answered, and may go on', { end: 'hung-up' }, 'all received'],
  ['dialled', { direction: 'out', end: 'busy' }, 'all dialled'],
  ['forwarded by the server', { end: 'forwarded', forwardedTo: BEN }, 'all forwarded'],
  ['for somebody else', { forUser: { aor: BEN, name: '' }, duration: 5 }, 'all received forwarded'],
  ['taken by somebody else', { end: 'elsewhere', answeredBy: 'Ben', note: 'Ask him' }, 'all elsewhere noted'],
])('EV1 a call that was %s is found under what it was', (_what, change, kinds) => {
  expect(logKinds.filter((kind) => fitsKind(row(change), kind)).join(' ')).toBe(kinds);
});

test('EV1 a note is kept once the person pauses, and at once when they leave', async () => {
  vi.useFakeTimers();
  try {
    let isFull = false;
    const link = fakeLink({} as Boot, {
      'note-call': () => (isFull ? { ok: false, why: 'This device is full.' } : { ok: true, value: null }),
    });
    const texts = () => link.asked.map(({ input }) => (input as { text: string }).text);
    const note = new CallNote(link, row({}));
    note.type('As');
    note.type('Ask him');
    expect(texts()).toEqual([]);
    await vi.advanceTimersByTimeAsync(700);
    expect(texts()).toEqual(['Ask him']);
    expect(note.told).toBe('Kept');
    isFull = true;
    note.type('Ask her');
    expect(note.told).toBe('');
    await note.keep();
    expect(texts()).toEqual(['Ask him', 'Ask her']);
    expect(note.told).toBe('This device is full.');
  } finally {
    vi.useRealTimers();
  }
});
