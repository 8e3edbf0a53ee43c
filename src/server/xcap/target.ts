/** What an XCAP request URI names (RFC 4825 §6): a document, or a node in it. */
import { aorOf } from '../../protocol/sip-uri.ts';
import type { DocumentName } from './documents.ts';
import { type Selector, parseSelector } from './node-selector.ts';
import { USAGES, type Usage, XCAP_CAPS } from './usages.ts';

export interface Target {
  readonly usage: Usage;
  readonly document: DocumentName;
  /** `null`: the whole document. */
  readonly node: Selector | null;
}

export type TargetResult =
  { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly status: 400 | 404 };

const NO: { readonly ok: false; readonly status: 404 } = { ok: false, status: 404 };
const BAD: { readonly ok: false; readonly status: 400 } = { ok: false, status: 400 };
/** A document is `index` or something short like `oma_status-icon/image`. */
const MAX_SEGMENTS = 6;
const MAX_URI = 4096;

/**
 * Reads a request URI as it came on the request line. `root` is the path of the XCAP root, e.g. `/xcap`. Each segment is
 * decoded exactly once, and what is then no plain name (`..`, a slash, a control character) does not exist.
 */
export function parseTarget(url: string, root: string): TargetResult {
  if (url.length > MAX_URI) return BAD;
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = question < 0 ? '' : url.slice(question + 1);
  if (!path.startsWith(`${root}/`)) return NO;
  const tail = path.slice(root.length + 1);
  const separator = tail.indexOf('/~~/');
  const segments = (separator < 0 ? tail : tail.slice(0, separator)).split('/').map(plainSegment);
  if (segments.some((segment) => segment === null)) return BAD;
  const [auid, tree, ...rest] = segments as string[];
  const usage = USAGES.get(auid ?? '');
  if (usage === undefined || segments.length > MAX_SEGMENTS) return NO;
  const document = nameIn(usage, auid ?? '', tree ?? '', rest);
  if (document === null) return NO;
  if (separator < 0) return { ok: true, target: { usage, document, node: null } };
  const selector = decodeOnce(tail.slice(separator + 4));
  const bindings = decodeOnce(query);
  if (selector === null || bindings === null) return BAD;
  const node = parseSelector(selector, bindings, usage.namespace);
  return node === null ? BAD : { ok: true, target: { usage, document, node } };
}

function nameIn(usage: Usage, auid: string, tree: string, rest: readonly string[]): DocumentName | null {
  if (tree === 'global') {
    return rest.length === 0 ? null : { auid: usage.auid, owner: '', path: rest.join('/') };
  }
  const [xui, ...path] = rest;
  if (tree !== 'users' || xui === undefined || path.length === 0 || usage === XCAP_CAPS) return null;
  // Clients name themselves `sip:user@domain`; some leave the scheme out.
  const owner = aorOf(xui.includes(':') ? xui : `sip:${xui}`);
  if (owner === null) return null;
  const name = path.join('/');
  // OMA calls the one document of the usage `pres-rules`, RFC 5025 calls it `index`.
  const oma = auid === 'org.openmobilealliance.pres-rules' && name === 'pres-rules';
  return { auid: usage.auid, owner, path: oma ? 'index' : name };
}

function plainSegment(raw: string): string | null {
  const text = decodeOnce(raw);
  if (text === null || text === '' || text === '.' || text === '..' || text === '~~') return null;
  return /[/\\\p{Cc}]/u.test(text) ? null : text;
}

function decodeOnce(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
