import { expect, test } from 'vitest';
import type { Presence } from '../../protocol/availability.ts';
import type { ParkedCall } from '../../protocol/parked-call.ts';
import { Parked } from './parked.svelte.ts';

const [ANNA, CLEO] = ['sip:anna@x.test', 'sip:cleo@x.test'];
const call = (id: string): ParkedCall => ({
  ...{ id, peer: 'sip:ben@x.test', peerName: 'Ben', target: 'sip:ben@x.test' },
  replaces: { callId: id, toTag: 'a', fromTag: 'b' },
});
const busy = (...parked: ParkedCall[]): Presence => ({
  ...{ availability: 'busy', messages: true, asOf: 1 },
  ...(parked.length > 0 && { parked }),
});

test('EV2 what people have parked comes and goes with their presence, and anew with the agent', () => {
  const parked = new Parked();
  const ids = () => parked.list.map(({ from, call: { id } }) => `${from} ${id}`);
  parked.boot({ presence: [[ANNA, busy(call('1'))]] });
  parked.apply({
    fact: 'presence',
    changes: [
      [CLEO, busy(call('2'), call('3'))],
      ['sip:dan@x.test', busy()],
    ],
  });
  expect(ids()).toEqual([`${ANNA} 1`, `${CLEO} 2`, `${CLEO} 3`]);
  parked.apply({ fact: 'presence', changes: [[ANNA, busy()]] });
  expect(ids()).toEqual([`${CLEO} 2`, `${CLEO} 3`]);
  parked.boot({ presence: [] });
  expect(ids()).toEqual([]);
});
