/**
 * What a message says, in as many ways as it can be read: plain words always, and beside them HTML, ink or files
 * (multipart/alternative, multipart/mixed; RFC 2046). The plain words come first, so that every client has something to
 * show.
 */
import { decodeBase64 } from './base64.ts';
import { textOfHtml } from './html-text.ts';
import { decodeInk, encodeInk, INK_TYPE, type InkDrawing } from './ink.ts';
import { cleanFileName } from './file-names.ts';
import { sizeWords, type FileRef } from './file-ref.ts';
import { readExternalBody, writeExternalBody } from './external-body.ts';
import { formatMultipart, parseMediaType, parseMultipart, type Part } from './multipart.ts';
import { decodeUtf8, encodeUtf8, latin1 } from './utf8.ts';

/** `html` is as its sender wrote it: whoever shows it sanitises it. */
export interface MessageContent {
  readonly text: string;
  readonly html?: string;
  readonly ink?: InkDrawing;
  /** A picture of the ink for clients that draw none, base64 of a PNG. Written, never read. */
  readonly inkPicture?: string;
  readonly files?: readonly FileRef[];
}

/** Anything that is neither text nor a multipart we understand. */
export interface UnknownContent {
  readonly type: string;
  readonly body: string;
}

/** MIME headers and body as they go into a CPIM wrapper. `boundary` must be the same at every try. */
export function encodeContent(
  content: MessageContent,
  boundary: string,
): { readonly headers: (readonly [string, string])[]; readonly body: string } {
  const plain = part('text/plain;charset=UTF-8', content.text);
  const richer: Pick<Part, 'headers' | 'body'>[] = [];
  if (content.html !== undefined) richer.push(part('text/html;charset=UTF-8', content.html));
  if (content.inkPicture) richer.push(encoded('image/png', content.inkPicture));
  if (content.ink) richer.push(part(INK_TYPE, encodeInk(content.ink)));
  const files = (content.files ?? []).flatMap((file, index) => writeExternalBody(file, `icon-${index}`));
  if (richer.length + files.length === 0)
    return { headers: [['Content-Type', 'text/plain;charset=UTF-8']], body: content.text };
  const type = files.length > 0 ? 'multipart/mixed' : 'multipart/alternative';
  return {
    headers: [['Content-Type', `${type};boundary="${boundary}"`]],
    body: formatMultipart(boundary, [plain, ...richer, ...files]),
  };
}

/** Plain words for a file where nothing else can be shown. */
export function fileWords(file: FileRef): string {
  return `${file.name} (${sizeWords(file.size)})${file.url ? `: ${file.url}` : ''}`;
}

const DEEPEST = 4;

/** Reads a body of the given Content-Type (with its parameters). */
export function decodeContent(
  contentType: string,
  transferEncoding: string,
  body: string,
): MessageContent | UnknownContent {
  const { type } = parseMediaType(contentType);
  if (type === '' || type === 'text/plain') return { text: plainBody(transferEncoding, body) };
  const found = collect(contentType, transferEncoding, body, 0);
  if (!found) return { type, body };
  const { text, html, ink, files } = found;
  if (text === undefined && html === undefined && !ink && files.length === 0) return { type, body };
  return {
    text: text ?? (html !== undefined ? textOfHtml(html) : files.map(fileWords).join('\n') || 'Handwriting'),
    ...(html !== undefined && { html }),
    ...(ink && { ink }),
    ...(files.length > 0 && { files }),
  };
}

interface Found {
  text?: string;
  html?: string;
  ink?: InkDrawing;
  files: FileRef[];
  readonly icons: Map<string, string>;
}

function collect(contentType: string, transferEncoding: string, body: string, depth: number): Found | null {
  const found: Found = { files: [], icons: new Map() };
  const understood = visit(
    found,
    { contentType, transferEncoding, body, disposition: '', contentId: '' },
    depth,
  );
  if (!understood) return null;
  found.files = found.files.map(({ thumbnail: icon, ...file }) => {
    const thumbnail = icon === undefined ? undefined : found.icons.get(icon);
    return { ...file, name: cleanFileName(file.name), ...(thumbnail !== undefined && { thumbnail }) };
  });
  return found;
}

interface Piece {
  readonly contentType: string;
  readonly transferEncoding: string;
  readonly body: string;
  readonly disposition: string;
  readonly contentId: string;
}

/** Adds what a part holds; false when there is nothing in it that we know. The first of a kind counts. */
function visit(found: Found, piece: Piece, depth: number): boolean {
  const { type } = parseMediaType(piece.contentType);
  if (type.startsWith('multipart/')) {
    if (depth >= DEEPEST) return false;
    const parts = parseMultipart(piece.contentType, piece.body);
    if (!parts.ok) return false;
    return parts.value.map((each) => visit(found, pieceOf(each), depth + 1)).some((known) => known);
  }
  const text = plainBody(piece.transferEncoding, piece.body);
  switch (type) {
    case 'text/plain':
      found.text ??= text;
      return true;
    case 'text/html':
      found.html ??= text;
      return true;
    case INK_TYPE: {
      const ink = decodeInk(text);
      if (ink.ok) found.ink ??= ink.value;
      return ink.ok;
    }
    case 'message/external-body': {
      const file = readExternalBody(piece.contentType, piece.body);
      if (file && found.files.length < MOST_FILES) found.files.push(file);
      return file !== null;
    }
    default:
      if (/^icon\b/i.test(piece.disposition) && piece.contentId !== '') addIcon(found, type, piece);
      return false;
  }
}

const MOST_FILES = 20;
const LARGEST_ICON = 16_000;

function addIcon(found: Found, type: string, { contentId, body, transferEncoding }: Piece): void {
  const data = body.replace(/\s+/g, '');
  if (!/^image\/(?:png|jpeg|webp)$/.test(type) || transferEncoding !== 'base64') return;
  if (data.length > LARGEST_ICON || !/^[A-Za-z0-9+/]+=*$/.test(data) || found.icons.size >= MOST_FILES)
    return;
  found.icons.set(contentId, `data:${type};base64,${data}`);
}

function pieceOf({ headers, contentId, body }: Part): Piece {
  return {
    contentType: headers.get('content-type') ?? 'text/plain',
    transferEncoding: (headers.get('content-transfer-encoding') ?? '').trim().toLowerCase(),
    disposition: headers.get('content-disposition') ?? '',
    contentId,
    body,
  };
}

function plainBody(transferEncoding: string, body: string): string {
  const encoding = transferEncoding.toLowerCase();
  const octets =
    encoding === 'base64' ? decodeBase64(body) : encoding === 'quoted-printable' ? unquote(body) : null;
  return octets === null ? body : (decodeUtf8(octets) ?? latin1(octets));
}

/** RFC 2045 §6.7. */
function unquote(body: string): Uint8Array {
  const joined = body.replace(/[ \t]+$/gm, '').replace(/=\r?\n/g, '');
  const octets: number[] = [];
  for (let at = 0; at < joined.length; at += 1) {
    const code = /^=[0-9A-F]{2}/i.test(joined.slice(at, at + 3))
      ? Number.parseInt(joined.slice(at + 1, at + 3), 16)
      : null;
    if (code === null) {
      const sign = String.fromCodePoint(joined.codePointAt(at) ?? 0);
      octets.push(...encodeUtf8(sign));
      at += sign.length - 1;
    } else {
      octets.push(code);
      at += 2;
    }
  }
  return Uint8Array.from(octets);
}

function part(type: string, body: string): Pick<Part, 'headers' | 'body'> {
  return { headers: new Map([['content-type', type]]), body };
}

function encoded(type: string, body: string): Pick<Part, 'headers' | 'body'> {
  return { headers: new Map([...part(type, '').headers, ['content-transfer-encoding', 'base64']]), body };
}
