/** The XCAP server (RFC 4825 §8) as one HTTP route. Digest comes before it, SQLite behind it. */
import { NS } from '../../protocol/namespaces.ts';
import { type XmlElement, LARGE_DOCUMENT, parseXml } from '../../protocol/xml.ts';
import { element, writeXml } from '../../protocol/xml-writer.ts';
import type { HttpAnswer, HttpAuthenticator, HttpRequest, HttpRoute } from '../http/contract.ts';
import type { Aor } from '../sip/contract.ts';
import { failedCondition } from './conditions.ts';
import { type Decision, type Documents, type StoredDocument, tagOf } from './documents.ts';
import { globalDocument } from './global-tree.ts';
import { deleteNode, nodeContentType, putNode, readNode } from './node-edit.ts';
import { type Target, parseTarget } from './target.ts';
import type { Conflict, Known, Usage } from './usages.ts';

export interface XcapOptions {
  /** Path of the XCAP root without a slash at the end, e.g. `/xcap`. */
  readonly root: string;
  readonly documents: Documents;
  readonly authenticator: HttpAuthenticator;
  readonly known?: Known;
}

const NOTHING_KNOWN: Known = { managersOf: () => new Set() };

/** Octets of one request body. */
const MAX_BODY = 1024 * 1024;
/** What one person may keep. Portraits of 40 KiB and lists of 10,000 fit many times over. */
const MAX_DOCUMENTS = 64;
const MAX_TOTAL = 8 * 1024 * 1024;

/** The route for everything below the XCAP root. */
export function xcapRoute(options: XcapOptions): HttpRoute {
  const { root, documents, authenticator, known = NOTHING_KNOWN } = options;
  return {
    prefix: `${root}/`,
    crossOrigin: true,
    async handle(request) {
      const who = await authenticator.authenticate(request);
      return 'answer' in who ? who.answer : serve(request, who.aor, { root, documents, known });
    },
  };
}

async function serve(
  request: HttpRequest,
  user: Aor,
  { root, documents, known }: Pick<XcapOptions, 'root' | 'documents'> & { readonly known: Known },
): Promise<HttpAnswer> {
  const parsed = parseTarget(request.target, root);
  if (!parsed.ok) return { status: parsed.status };
  const { target } = parsed;
  const { document, usage } = target;
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (!reading && request.method !== 'PUT' && request.method !== 'DELETE')
    return notAllowed('GET, HEAD, PUT, DELETE');
  const own = document.owner === user;
  const readable = own || document.owner === '' || usage.readable === 'everybody';
  if (!(reading ? readable : own)) return { status: 403 };
  if (reading) {
    const global = document.owner === '' ? globalDocument(documents, document) : null;
    const stored = document.owner === '' ? global : documents.read(document);
    const answer = get(request, target, stored, global?.contentType ?? usage.contentType);
    return request.method === 'HEAD' ? { ...answer, body: '' } : answer;
  }
  if (target.node?.terminal.is === 'namespaces') return notAllowed('GET, HEAD');
  if (request.method === 'DELETE')
    return documents.change(document, (now) => remove(request, target, now, known));
  const wanted = target.node === null ? usage.contentType : nodeContentType(target.node);
  if (mediaType(request.headers['content-type']) !== wanted)
    return { status: 415, headers: { accept: wanted ?? '' } };
  const octets = await request.body(MAX_BODY);
  if (octets === null) return { status: 413 };
  const text = decodeUtf8(octets);
  if (text === null) return conflict({ error: 'not-utf-8' });
  return documents.change(document, (now) => {
    const decision = put(request, target, now, { text, known });
    const { edit } = decision;
    return edit !== null && 'write' in edit && isFull(documents, user, edit.write, now)
      ? refuse({ status: 507 })
      : decision;
  });
}

function get(
  request: HttpRequest,
  { node }: Target,
  stored: StoredDocument | null,
  contentType: string,
): HttpAnswer {
  if (stored === null) return { status: 404 };
  const headers = { etag: quoted(stored.etag), 'cache-control': 'private, no-cache' };
  const content = node === null ? { contentType, body: stored.body } : readNode(stored.body, node);
  if (content === null) return { status: 404 };
  const failed = failedCondition(request.headers, stored.etag, true);
  if (failed !== null) return { status: failed, headers };
  return { status: 200, headers: { ...headers, 'content-type': content.contentType }, body: content.body };
}

function put(
  request: HttpRequest,
  target: Target,
  now: StoredDocument | null,
  { text: body, known }: { readonly text: string; readonly known: Known },
): Decision<HttpAnswer> {
  const failed = failedCondition(request.headers, now?.etag ?? null, false);
  if (failed !== null) return refuse({ status: failed });
  if (target.node === null) return store(target, body, { created: now === null, known });
  if (now === null) return refuse(conflict({ error: 'no-parent' }));
  const edited = putNode(now.body, target.node, body);
  return 'conflict' in edited
    ? refuse(conflict(edited.conflict))
    : store(target, edited.text, { created: edited.created, known });
}

function remove(
  request: HttpRequest,
  target: Target,
  now: StoredDocument | null,
  known: Known,
): Decision<HttpAnswer> {
  const failed = failedCondition(request.headers, now?.etag ?? null, false);
  if (failed !== null) return refuse({ status: failed });
  if (now === null) return refuse({ status: 404 });
  if (target.node === null) return { edit: { remove: true }, answer: { status: 200 } };
  const edited = deleteNode(now.body, target.node);
  if (edited === null) return refuse({ status: 404 });
  return 'conflict' in edited
    ? refuse(conflict(edited.conflict))
    : store(target, edited.text, { created: false, known });
}

/** The last gate: whatever way a text was made, it is stored only when it is a document of its usage. */
function store(
  { usage, document }: Target,
  text: string,
  { created, known }: { readonly created: boolean; readonly known: Known },
): Decision<HttpAnswer> {
  const checked = parseXml(text, LARGE_DOCUMENT);
  if (!checked.ok) return refuse(conflict({ error: 'not-well-formed', phrase: checked.why }));
  const wrong = rootConflict(usage, checked.value) ?? usage.check(checked.value, document.owner, known);
  if (wrong !== null) return refuse(conflict(wrong));
  return {
    edit: { write: text },
    answer: { status: created ? 201 : 200, headers: { etag: quoted(tagOf(text)) } },
  };
}

function rootConflict(usage: Usage, root: XmlElement): Conflict | null {
  if (root.name === usage.root && root.ns === usage.namespace) return null;
  return {
    error: 'schema-validation-error',
    phrase: `The root element is ${usage.root} in ${usage.namespace}`,
  };
}

/** Whether `next` in the place of `now` is more than one person may keep. What makes a document smaller always may. */
function isFull(documents: Documents, owner: Aor, next: string, now: StoredDocument | null): boolean {
  const growth = Buffer.byteLength(next) - Buffer.byteLength(now?.body ?? '');
  if (now !== null && growth <= 0) return false;
  const kept = documents.list(owner);
  if (now === null && kept.length >= MAX_DOCUMENTS) return true;
  return kept.reduce((sum, { size }) => sum + size, growth) > MAX_TOTAL;
}

/** 409 with the reason (RFC 4825 §11). */
function conflict({ error, phrase, field }: Conflict): HttpAnswer {
  const ns = NS.xcapError;
  const inner = field === undefined ? [] : [element(ns, 'exists', { field })];
  const body = writeXml(element(ns, 'xcap-error', {}, [element(ns, error, { phrase }, inner)]));
  return { status: 409, headers: { 'content-type': 'application/xcap-error+xml' }, body };
}

function refuse(answer: HttpAnswer): Decision<HttpAnswer> {
  return { edit: null, answer };
}

function notAllowed(allow: string): HttpAnswer {
  return { status: 405, headers: { allow } };
}

function quoted(etag: string): string {
  return `"${etag}"`;
}

function mediaType(value: string | undefined): string {
  return (value ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function decodeUtf8(octets: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return null;
  }
}
