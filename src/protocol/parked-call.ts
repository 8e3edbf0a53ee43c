/**
 * A call that waits for whoever of the Team picks it up, as its holder's presence says it (in our namespace). Whoever
 * reads it can take the holder's place in it (RFC 3891), so it is published for Personal and Team alone.
 */
import { NS } from './namespaces.ts';
import { deviceOf } from './refer-to.ts';
import { formatReplaces, type Replaces } from './replaces.ts';
import { shownName } from './shown-name.ts';
import { aorOf } from './sip-uri.ts';
import { type XmlElement, attribute, childElements } from './xml.ts';
import { element } from './xml-writer.ts';

export interface ParkedCall {
  readonly id: string;
  /** Who waits: an AOR, and the name that the holder knows. */
  readonly peer: string;
  readonly peerName: string;
  /** Their very device (GRUU), else the AOR. */
  readonly target: string;
  /** The dialog, its tags as that device has them. */
  readonly replaces: Replaces;
}

/** Of one person: nobody parks more. */
const MOST = 8;
/** Characters. */
const LONGEST = 300;

/** What is there of them in a person; what cannot be picked up is left out. */
export function decodeParked(parent: XmlElement): ParkedCall[] {
  return childElements(parent, NS.parleyPresence, 'parked')
    .slice(0, MOST)
    .flatMap((one) => {
      const text = (name: string): string => (attribute(one, name) ?? '').slice(0, LONGEST);
      const peer = aorOf(text('peer'));
      const replaces = { callId: text('call-id'), toTag: text('to-tag'), fromTag: text('from-tag') };
      if (peer === null || text('id') === '' || formatReplaces(replaces) === null) return [];
      const target = deviceOf(peer, text('target'));
      return [{ id: text('id'), peer, peerName: shownName(text('name')), target, replaces }];
    });
}

export function encodeParked({ id, peer, peerName, target, replaces }: ParkedCall): XmlElement {
  return element(NS.parleyPresence, 'parked', {
    ...{ id, peer, target, name: shownName(peerName) || undefined },
    ...{ 'call-id': replaces.callId, 'to-tag': replaces.toTag, 'from-tag': replaces.fromTag },
  });
}
