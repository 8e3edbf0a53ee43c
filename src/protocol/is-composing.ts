/** "Is composing" documents (RFC 3994). The rules about when to send them are `composing.ts`. */
import { formatDateTime, parseDateTime } from './date-time.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
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
  const lastActive = parseDateTime(childText(root, NS.isComposing, 'lastactive'));
  return decoded({
    active: state.toLowerCase() === 'active',
    ...(contentType && { contentType }),
    ...(/^\d{1,6}$/.test(refresh) && { refresh: Number(refresh) }),
    ...(lastActive !== undefined && { lastActive }),
  });
}

/** Encode. */
export function encodeIsComposing({ active, contentType, refresh, lastActive }: IsComposing): string {
  const plain = (name: string, text: string | undefined) =>
    text === undefined ? undefined : element(NS.isComposing, name, {}, [text]);
  return writeXml(
    element(NS.isComposing, 'isComposing', {}, [
      plain('state', active ? 'active' : 'idle'),
      plain('lastactive', lastActive === undefined ? undefined : formatDateTime(lastActive)),
      plain('contenttype', contentType),
      plain('refresh', refresh === undefined ? undefined : String(refresh)),
    ]),
  );
}
