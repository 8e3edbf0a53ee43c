import { describe, expect, test } from 'vitest';
import { NS } from './namespaces.ts';
import { decodeParked, encodeParked, type ParkedCall } from './parked-call.ts';
import { parseXml } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

const BEN = 'sip:ben@x.test';
const CALL: ParkedCall = {
  ...{ id: 'c1', peer: BEN, peerName: 'Ben "B" <Farrow>', target: `${BEN};gr=urn:uuid:1` },
  replaces: { callId: 'c1', toTag: 'bens', fromTag: 'annas' },
};

function wire(calls: readonly ParkedCall[], change = (text: string): string => text): ParkedCall[] {
  const text = change(writeXml(element(NS.dataModel, 'person', { id: 'p' }, calls.map(encodeParked))));
  const xml = parseXml(text);
  if (!xml.ok) throw new Error(xml.why);
  return decodeParked(xml.value);
}

describe('EV2 a parked call in the presence of its holder', () => {
  test('comes back as it was written, and no more than eight of them', () => {
    expect(wire([CALL])).toEqual([CALL]);
    expect(wire(Array.from({ length: 12 }, (_, nth) => ({ ...CALL, id: `c${nth}` })))).toHaveLength(8);
  });

  test.each<[string, Partial<ParkedCall>]>([
    ['a peer that is no address', { peer: 'javascript:alert(1)' }],
    ['a tag that would write another header', { replaces: { ...CALL.replaces, toTag: 'a;early-only' } }],
    ['no id', { id: '' }],
  ])('%s: left out', (_, more) => {
    expect(wire([{ ...CALL, ...more }])).toEqual([]);
  });

  test.each(['sip:eve@x.test;gr=1', `${BEN}?Replaces=x`, 'tel:+44', ''])(
    'a target that is not theirs is not called: %s',
    (target) => {
      expect(wire([{ ...CALL, target }])[0]?.target).toMatch(/^sip:ben@x\.test$/);
    },
  );
});
