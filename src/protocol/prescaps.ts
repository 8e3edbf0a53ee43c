/** Capabilities of services and devices (RFC 5196): only what decides how somebody can be reached. */
import { NS } from './namespaces.ts';
import { type XmlElement, childElement, childElements, childText } from './xml.ts';
import { element } from './xml-writer.ts';

/** `<servcaps>`; what is not stated is absent. */
export interface ServiceCapabilities {
  readonly audio?: boolean;
  readonly video?: boolean;
  readonly message?: boolean;
  readonly text?: boolean;
  /** Answered by a machine. */
  readonly automata?: boolean;
  readonly isFocus?: boolean;
}

export type Mobility = 'mobile' | 'fixed';

const FLAGS = {
  audio: 'audio',
  automata: 'automata',
  isFocus: 'isfocus',
  message: 'message',
  text: 'text',
  video: 'video',
};

/** `undefined` when the tuple states no capabilities. */
export function decodeServiceCapabilities(tuple: XmlElement): ServiceCapabilities | undefined {
  const caps = childElement(tuple, NS.caps, 'servcaps');
  if (caps === undefined) return undefined;
  const out: Record<string, boolean> = {};
  for (const [key, name] of Object.entries(FLAGS)) {
    const word = childText(caps, NS.caps, name);
    if (word === 'true' || word === '1') out[key] = true;
    else if (word === 'false' || word === '0') out[key] = false;
  }
  return out;
}

/** The `<servcaps>` to write. */
export function encodeServiceCapabilities(caps: ServiceCapabilities): XmlElement {
  const children: XmlElement[] = [];
  const stated: Readonly<Record<string, boolean | undefined>> = { ...caps };
  for (const [key, name] of Object.entries(FLAGS)) {
    const value = stated[key];
    if (value !== undefined) children.push(element(NS.caps, name, {}, [String(value)]));
  }
  return element(NS.caps, 'servcaps', {}, children);
}

/** `<devcaps><mobility>` of a device. */
export function decodeMobility(device: XmlElement): Mobility | undefined {
  const caps = childElement(device, NS.caps, 'devcaps');
  const mobility = caps && childElement(caps, NS.caps, 'mobility');
  const supported = mobility && childElement(mobility, NS.caps, 'supported');
  const names = supported ? childElements(supported, NS.caps).map((one) => one.name) : [];
  return names.includes('mobile') ? 'mobile' : names.includes('fixed') ? 'fixed' : undefined;
}

/** The `<devcaps>` to write. */
export function encodeMobility(mobility: Mobility): XmlElement {
  const supported = element(NS.caps, 'supported', {}, [element(NS.caps, mobility)]);
  return element(NS.caps, 'devcaps', {}, [element(NS.caps, 'mobility', {}, [supported])]);
}
