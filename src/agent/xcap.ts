/** Whole documents of the account on the XCAP server (RFC 4825), each with its entity tag. */
import { formatXcapPath, type NodeSelector, userPath } from '../protocol/xcap-uri.ts';
import type { Http, HttpAnswer } from './http.ts';

export type Fetched =
  | { readonly is: 'document'; readonly body: string; readonly etag: string | null }
  | { readonly is: 'unchanged' }
  | { readonly is: 'missing' }
  /** No answer, or the server is in trouble: try again later. */
  | { readonly is: 'unreachable' }
  /** This server keeps no such documents, or not for us. */
  | { readonly is: 'unsupported'; readonly status: number };

export type Stored =
  | { readonly is: 'stored'; readonly etag: string | null }
  /** Somebody else wrote since (412). */
  | { readonly is: 'outdated' }
  | { readonly is: 'unreachable' }
  | { readonly is: 'refused'; readonly status: number };

export interface XcapDocument {
  fetch(etag: string | null): Promise<Fetched>;
  /** `etag` null: the document must not exist yet. */
  store(body: string, etag: string | null): Promise<Stored>;
  /** One element of it, of the default namespace; `body` null takes it away. */
  storeElement(node: NodeSelector, body: string | null, etag: string): Promise<Stored>;
}

export function xcapDocument(
  http: Http,
  root: string,
  aor: string,
  auid: string,
  contentType: string,
): XcapDocument {
  const base = root.replace(/\/$/, '');
  const url = `${base}/${userPath(auid, aor)}`;
  return {
    async fetch(etag) {
      const headers = etag === null ? {} : { 'If-None-Match': etag };
      return fetched(await http({ method: 'GET', url, headers }));
    },
    async store(body, etag) {
      const condition: Record<string, string> =
        etag === null ? { 'If-None-Match': '*' } : { 'If-Match': etag };
      const headers = { 'Content-Type': contentType, ...condition };
      return stored(await http({ method: 'PUT', url, headers, body }));
    },
    async storeElement(node, body, etag) {
      const path = { auid, xui: aor, document: ['index'], node, namespaces: new Map() };
      const target = `${base}/${formatXcapPath(path)}`;
      const headers = { 'If-Match': etag };
      if (body === null) return stored(await http({ method: 'DELETE', url: target, headers }));
      const typed = { 'Content-Type': ELEMENT_TYPE, ...headers };
      return stored(await http({ method: 'PUT', url: target, headers: typed, body }));
    },
  };
}

/** RFC 4825 §15.2.3 */
const ELEMENT_TYPE = 'application/xcap-el+xml';

function stored({ status, etag }: HttpAnswer): Stored {
  if (status === 200 || status === 201 || status === 204) return { is: 'stored', etag };
  if (status === 412) return { is: 'outdated' };
  // 507: there is no room for it, and there will not be.
  if (status === 0 || (status >= 500 && status !== 507)) return { is: 'unreachable' };
  return { is: 'refused', status };
}

function fetched(answer: HttpAnswer): Fetched {
  const { status, body, etag } = answer;
  if (status === 200) return { is: 'document', body, etag };
  if (status === 304) return { is: 'unchanged' };
  if (status === 404) return { is: 'missing' };
  if (status === 0 || status === 500 || status === 503 || status === 504 || status === 502)
    return { is: 'unreachable' };
  return { is: 'unsupported', status };
}
