import { expect, test } from 'vitest';
import { decodePointer, encodePointer, type PointerMessage } from './pointer.ts';

test('T10 what is pointed at and drawn comes back as it was', () => {
  const messages: readonly PointerMessage[] = [
    { is: 'at', point: [0.25, 1] },
    { is: 'away' },
    { is: 'clear' },
    { is: 'paused', on: true },
    { is: 'paused', on: false },
    {
      is: 'ink',
      line: 3,
      points: [
        [0, 0],
        [0.1234, 0.5],
      ],
    },
  ];
  for (const message of messages) expect(decodePointer(encodePointer(message))).toEqual(message);
});

test('T10 nothing else is taken: other shapes, other sizes, other types', () => {
  const bad: readonly unknown[] = [
    ...['', 'null', '[]', '{}', '{"at":[2,0]}', '{"at":[0]}', '{"at":["0","1"]}', '{"at":[0,0,0]}'],
    ...['{"ink":1}', '{"ink":1,"to":[]}', '{"ink":1.5,"to":[[0,0]]}', '{"ink":1,"to":[[0,-1]]}'],
    ...[
      '{"away":1}',
      '{"paused":1}',
      '{"later":true}',
      `{"ink":1,"to":[${Array(49).fill('[0,0]').join()}]}`,
      ' '.repeat(2000),
    ],
    ...[null, 7, new ArrayBuffer(8)],
  ];
  for (const each of bad) expect(decodePointer(each), String(each)).toBeNull();
});
