/** A presence document is believed only about the person it was asked of (reliability.md §5). */
import { refused, type Decoded } from '../../protocol/decoded.ts';
import { decodePidf, type Pidf } from '../../protocol/pidf.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Aor } from '../contract.ts';

/** The document, refused when it cannot be read or speaks of somebody else. */
export function documentOf(aor: Aor, text: string): Decoded<Pidf> {
  const document = decodePidf(text);
  if (!document.ok || isOf(document.value.entity, aor)) return document;
  return refused('the document is somebody else’s');
}

/** `pres:` names people like `sip:` (RFC 3863 §4.1.1); some servers write no scheme at all. */
function isOf(entity: string, aor: Aor): boolean {
  const uri = /^[a-z]+:/i.test(entity) ? entity.replace(/^(pres|sips|im):/i, 'sip:') : `sip:${entity}`;
  return aorOf(uri) === aor;
}
