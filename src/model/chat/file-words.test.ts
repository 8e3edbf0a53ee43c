import { expect, test } from 'vitest';
import type { MessageRow } from '../../agent/contract.ts';
import { progressWords, standingOf, warningOf, wordsBeside } from './file-words.ts';
import { Pace } from './transfer-pace.ts';

const ROW: MessageRow = {
  ...{
    id: 'f1',
    conversation: 'sip:ben@x',
    sender: 'sip:ben@x',
    mine: false,
    state: 'received',
    at: 1,
    order: 1,
  },
  ...{ text: 'plan.pdf (1.0 kB)', files: [{ name: 'plan.pdf', type: 'application/pdf', size: 1000 }] },
};

test('I04 progress in octets and time left', () => {
  expect(progressWords({ octets: 11_400_000, pace: 800_000 }, 18_400_000)).toBe(
    '11.4 of 18.4 MB · 9 seconds left',
  );
  expect(progressWords({ octets: 900, pace: null }, 18_400_000)).toBe('900 bytes of 18.4 MB');
  expect(progressWords({ octets: 0, pace: 1_000_000 }, 7_200_000_000)).toMatch(/2 hours left$/);
});

test('I04 the pace is that of the last seconds', () => {
  const pace = new Pace();
  pace.saw(0, 0);
  expect(pace.octetsPerSecond).toBeNull();
  pace.saw(1_000_000, 1000);
  expect(pace.octetsPerSecond).toBe(1_000_000);
  pace.saw(10, 2000);
  expect(pace.octetsPerSecond).toBeNull();
});

test('I04 what was under way when Parley closed is not waited for', () => {
  expect(standingOf(ROW, null, 'Ben')).toBeNull();
  const left = { ...ROW, transfer: { is: 'moving', via: 'peer' } } as const;
  expect(standingOf(left, null, 'Ben')).toMatchObject({ state: 'failed', over: true });
  expect(standingOf({ ...ROW, transfer: { is: 'done', via: 'peer' } }, null, 'Ben')?.words).toBe('Received');
});

test('I04 words that only name a file stand once; F05 danger is said', () => {
  expect(wordsBeside(ROW)).toBe('');
  expect(wordsBeside({ ...ROW, text: 'Look:\nplan.pdf (1.0 kB)' })).toBe('Look:');
  expect(warningOf({ name: 'a.exe', type: '' })).toMatch(/program/);
  expect(warningOf({ name: 'a.pdf', type: '' })).toBeNull();
});
