/** "Is composing" documents (RFC 3994). The rules about when to send them are `composing.ts`. */
import { formatDateTime, parseDateTime } from './date-time.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { MARKS_NS } from './message-marks.ts';
import { NS } from './namespaces.ts';
import { childText, parseXml } from './xml.ts';
import { element, writeXml } from './xml-writer.ts';

export const IS_COMPOSING_TYPE = 'application/im-iscomposing+xml';

/** `refresh` in seconds, `lastActive` in milliseconds. */
export interface IsComposing {
  readonly active: boolean;
  readonly contentType?: string;
  readonly refresh?: number;
  readonly lastActive?: number;
  /** `urn:uuid:…` of the group without a focus that it is for; an extension of ours (§3.1 lets anybody add some). */
  readonly conversation?: string;
}

/** Decode; any state but `active` is idle (RFC 3994 §3.3). */
export function decodeIsComposing(text: string): Decoded<IsComposing> {
  const xml = parseXml(text);
  if (!xml.ok) return xml;
  const root = xml.value;
  if (root.ns !== NS.isComposing || root.name !== 'isComposing')
    return refused('not an isComposing document');
  const state = childText(root, NS.isComposing, 'state');
  if (state === undefined) return refused('isComposing without state');
  // The schema's name is `contenttype`; the RFC's own text writes `content-type` in places.
  const contentType =
    childText(root, NS.isComposing, 'contenttype') || childText(root, NS.isComposing, 'content-type');
  const refresh = childText(root, NS.isComposing, 'refresh') ?? '';
  const conversation = childText(root, MARKS_NS, 'conversation') ?? '';
  const lastActive = parseDateTime(childText(root, NS.isComposing, 'lastactive'));
  return decoded({
    active: state.toLowerCase() === 'active',
    ...(contentType && { contentType }),
    ...(/^\d{1,6}$/.test(refresh) && { refresh: Number(refresh) }),
    ...(lastActive !== undefined && { lastActive }),
    ...(/^urn:uuid:[0-9a-f-]{36}$/i.test(conversation) && { conversation: conversation.toLowerCase() }),
  });
}

/** Encode. */
export function encodeIsComposing({
  active,
  contentType,
  refresh,
  lastActive,
  conversation,
}: IsComposing): string {
  const plain = (name: string, text: string | undefined) =>
    text === undefined ? undefined : element(NS.isComposing, name, {}, [text]);
  return writeXml(
    element(NS.isComposing, 'isComposing', {}, [
      plain('state', active ? 'active' : 'idle'),
      plain('lastactive', lastActive === undefined ? undefined : formatDateTime(lastActive)),
      plain('contenttype', contentType),
      plain('refresh', refresh === undefined ? undefined : String(refresh)),
      conversation === undefined ? undefined : element(MARKS_NS, 'conversation', {}, [conversation]),
    ]),
  );
}
