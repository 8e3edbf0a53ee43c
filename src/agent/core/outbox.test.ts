/**
 *   waiting --online--> preparing --committed--> flying --2xx--> gone
 *
 * Each test walks a path of the diagram in outbox.ts.
 */
import { expect, test } from 'vitest';
import type { OutboxRow } from '../../store/rows.ts';
import {
  openOutbox,
  stepOutbox,
  type OutboxEffect,
  type OutboxEvent,
  type OutboxMoment,
  type OutboxState,
} from './outbox.ts';

const ANN = 'sip:ann@x.test';
const BEN = 'sip:ben@x.test';
const row = (id: string, seq: number, more: Partial<OutboxRow> = {}): OutboxRow => ({
  ...{
    id,
    conversation: BEN,
    kind: 'message',
    seq,
    body: id,
    callId: id,
    cseq: 0,
    tries: 0,
    stamp: null,
    at: 1,
  },
  ...more,
});

/** Runs events one after another; gives what each did, in short. */
function walk(rows: readonly OutboxRow[], change: Partial<OutboxMoment> = {}) {
  let state: OutboxState = openOutbox(ANN, rows, 1);
  let moment: OutboxMoment = {
    ...{ now: 1000, serverNow: 5000, random: 1, lastOrder: () => 0, plain: () => false },
    ...change,
  };
  return {
    step(event: OutboxEvent, later = 0): string[] {
      moment = { ...moment, now: moment.now + later, serverNow: moment.serverNow + later };
      const step = stepOutbox(state, event, moment);
      state = step.state;
      return step.effects.map(short);
    },
    effects: (event: OutboxEvent) => stepOutbox(state, event, moment).effects,
  };
}
function short(effect: OutboxEffect): string {
  switch (effect.do) {
    case 'prepare':
    case 'transmit':
      return `${effect.do} ${effect.row.id} cseq ${effect.row.cseq} stamp ${effect.row.stamp}`;
    case 'commit':
      return effect.writes
        .map((write) =>
          'advance' in write
            ? `${write.to} ${write.place ?? write.problem}`
            : 'remove' in write
              ? `remove ${write.remove}`
              : '?',
        )
        .join(', ');
    case 'wake':
      return `wake in ${effect.inMs}`;
    case 'go-plain':
      return 'go-plain';
  }
}
const ok = (id: string, acceptedAt: number | null = null) =>
  ({ is: 'ended', id, outcome: { is: 'accepted', acceptedAt } }) as const;
const refused = (id: string, status: number) =>
  ({ is: 'ended', id, outcome: { is: 'refused', status } }) as const;

test('sends one after another in a conversation, each written down before', () => {
  const outbox = walk([row('a', 1), row('b', 2)]);
  expect(outbox.step({ is: 'online' })).toEqual(['prepare a cseq 1 stamp 5000']);
  expect(outbox.step({ is: 'prepared', id: 'a', ok: true })).toEqual(['transmit a cseq 1 stamp 5000']);
  // In the order of effects: the answer is kept, then the next one may go. Its stamp is later than the first.
  expect(outbox.step(ok('a'))).toEqual(['remove outbox, sent 5000', 'prepare b cseq 1 stamp 5001']);
});

test('conversations and notices do not wait for each other', () => {
  const outbox = walk([
    row('a', 1),
    row('b', 2, { conversation: 'sip:cat@x.test' }),
    row('n', 3, { kind: 'notice' }),
  ]);
  expect(outbox.step({ is: 'online' })).toHaveLength(3);
});

test('nothing goes out before it is written, nothing while offline', () => {
  const outbox = walk([]);
  expect(outbox.step({ is: 'enqueued', rows: [row('a', 1)] })).toEqual([]);
  outbox.step({ is: 'online' });
  expect(outbox.step({ is: 'offline' })).toEqual([]);
  expect(outbox.step({ is: 'prepared', id: 'a', ok: true })).toEqual([]);
  expect(outbox.step({ is: 'online' })).toEqual(['prepare a cseq 2 stamp 5000']);
  // The store did not take it: it rests and comes again.
  expect(outbox.step({ is: 'prepared', id: 'a', ok: false })).toEqual(['wake in 2000']);
});

test.each([408, 480, 491, 401, 407, 500, 503, 504])(
  'after %i the same id goes again, later, with a higher CSeq',
  (status) => {
    const outbox = walk([row('a', 1), row('b', 2)]);
    outbox.step({ is: 'online' });
    outbox.step({ is: 'prepared', id: 'a', ok: true });
    expect(outbox.step(refused('a', status))).toEqual(['wake in 1000']);
    expect(outbox.step({ is: 'woken' }, 400)).toEqual(['wake in 600']);
    expect(outbox.step({ is: 'woken' }, 600)).toEqual(['prepare a cseq 2 stamp 5000']);
  },
);

test('no answer is no answer: the same id and stamp once online again', () => {
  const outbox = walk([row('a', 1)]);
  outbox.step({ is: 'online' });
  outbox.step({ is: 'prepared', id: 'a', ok: true });
  outbox.step({ is: 'offline' });
  expect(outbox.step({ is: 'ended', id: 'a', outcome: { is: 'unknown' } })).toEqual([]);
  expect(outbox.step({ is: 'online' }, 100_000)).toEqual(['prepare a cseq 2 stamp 5000']);
});

test('pauses double up to a minute', () => {
  const outbox = walk([row('a', 1)]);
  const pauses: string[] = [];
  outbox.step({ is: 'online' });
  for (let tries = 0; tries < 9; tries++) {
    outbox.step({ is: 'prepared', id: 'a', ok: true });
    pauses.push(...outbox.step(refused('a', 503)));
    outbox.step({ is: 'woken' }, 60_000);
  }
  expect(pauses.map((pause) => Number(pause.slice(8)))).toEqual([
    1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000,
  ]);
});

test.each([
  [404, 'Nobody has this address. Check it and try again.'],
  [403, 'The server does not allow you to write to this person.'],
  [513, 'The message is too long for the server. Send it in parts.'],
  [603, 'The message was declined.'],
  [499, 'The message was not accepted. Try again later.'],
])('%i is final and said in words; the next one goes on', (status, words) => {
  const outbox = walk([row('a', 1), row('b', 2)]);
  outbox.step({ is: 'online' });
  outbox.step({ is: 'prepared', id: 'a', ok: true });
  const [kept, next] = outbox.step(refused('a', status));
  expect(kept).toBe(`remove outbox, failed ${words}`);
  expect(next).toMatch(/^prepare b/);
});

test('415 makes the conversation plain and sends the same message again', () => {
  let plain = false;
  const outbox = walk([row('a', 1)], { plain: () => plain });
  outbox.step({ is: 'online' });
  outbox.step({ is: 'prepared', id: 'a', ok: true });
  expect(outbox.step(refused('a', 415))).toEqual(['go-plain']);
  plain = true;
  expect(outbox.step({ is: 'woken' })).toEqual(['prepare a cseq 2 stamp 5000']);
  outbox.step({ is: 'prepared', id: 'a', ok: true });
  expect(outbox.step(refused('a', 415))).toEqual([
    'remove outbox, failed The other side cannot take messages. Try a call.',
  ]);
});

test('a notice that is refused is let go without a word', () => {
  const outbox = walk([row('n', 1, { kind: 'notice' })]);
  outbox.step({ is: 'online' });
  outbox.step({ is: 'prepared', id: 'n', ok: true });
  expect(outbox.step(refused('n', 415))).toEqual(['remove outbox']);
});

test('the place of an accepted message is the stamp while the server bears it out, else the server’s time', () => {
  for (const [accepted, place] of [
    [6000, 5000],
    [3_600_000, 3_600_000],
    [null, 5000],
  ] as const) {
    const outbox = walk([row('a', 1)]);
    outbox.step({ is: 'online' });
    outbox.step({ is: 'prepared', id: 'a', ok: true });
    expect(outbox.step(ok('a', accepted))).toEqual([`remove outbox, sent ${place}`]);
  }
});

test('a stamp comes after everything its writer has seen', () => {
  const outbox = walk([row('a', 1)], { lastOrder: () => 9000 });
  expect(outbox.step({ is: 'online' })).toEqual(['prepare a cseq 1 stamp 9001']);
});

test('discarding the first one lets the next go; answers to it are ignored', () => {
  const outbox = walk([row('a', 1), row('b', 2)]);
  outbox.step({ is: 'online' });
  outbox.step({ is: 'prepared', id: 'a', ok: true });
  outbox.step({ is: 'discarded', id: 'a' });
  expect(outbox.step(ok('a'))).toEqual([]);
  expect(outbox.step({ is: 'woken' })).toEqual(['prepare b cseq 1 stamp 5001']);
});
