/** What an XCAP request URI names (RFC 4825 §6): a document, or a node in it. */
import { aorOf } from '../../protocol/sip-uri.ts';
import { type XcapPath, parseXcapPath } from '../../protocol/xcap-uri.ts';
import type { DocumentName } from './documents.ts';
import { type Selector, resolveSelector } from './node-selector.ts';
import { USAGES, type Usage, XCAP_CAPS } from './usages.ts';

export interface Target {
  readonly usage: Usage;
  readonly document: DocumentName;
  /** `null`: the whole document. */
  readonly node: Selector | null;
}

export type TargetResult =
  { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly status: 400 | 404 };

/** A document is `index` or something short like `oma_status-icon/image`. */
const MAX_SEGMENTS = 3;

/**
 * Reads a request URI as it came on the request line. `root` is the path of the XCAP root, e.g. `/xcap`. 404 for what
 * cannot exist, 400 for a node selector that is none.
 */
export function parseTarget(url: string, root: string): TargetResult {
  const isNode = url.includes('/~~/');
  const no: TargetResult = { ok: false, status: isNode ? 400 : 404 };
  if (!url.startsWith(`${root}/`)) return no;
  const parsed = parseXcapPath(url.slice(root.length + 1));
  if (!parsed.ok) return no;
  const usage = USAGES.get(parsed.value.auid);
  const document = usage === undefined ? null : nameIn(usage, parsed.value);
  if (usage === undefined || document === null) return { ok: false, status: 404 };
  const { node, namespaces } = parsed.value;
  if (node === null) return { ok: true, target: { usage, document, node } };
  const selector = resolveSelector(node, namespaces, usage.namespace);
  return selector === null ? no : { ok: true, target: { usage, document, node: selector } };
}

function nameIn(usage: Usage, { auid, xui, document }: XcapPath): DocumentName | null {
  const path = document.join('/');
  if (document.length > MAX_SEGMENTS) return null;
  if (xui === null) return { auid: usage.auid, owner: '', path };
  // Clients name themselves `sip:user@domain`; some leave the scheme out.
  const owner = usage === XCAP_CAPS ? null : aorOf(xui.includes(':') ? xui : `sip:${xui}`);
  if (owner === null) return null;
  // OMA calls the one document of the usage `pres-rules`, RFC 5025 calls it `index`.
  const oma = auid === 'org.openmobilealliance.pres-rules' && path === 'pres-rules';
  return { auid: usage.auid, owner, path: oma ? 'index' : path };
}
