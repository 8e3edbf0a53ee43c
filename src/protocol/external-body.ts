/** A file that lies on a server, as a part of a message: content indirection (RFC 4483), its digest by RFC 9530. */
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { FileRef } from './file-ref.ts';
import { parseMediaType, type Part } from './multipart.ts';

/** The part for a file, and before it the one that holds its thumbnail, if there is one. None without an address. */
export function writeExternalBody(file: FileRef, iconId: string): Pick<Part, 'headers' | 'body'>[] {
  if (file.url === undefined) return [];
  const [, iconType, icon] = /^data:(image\/[a-z]+);base64,(.+)$/.exec(file.thumbnail ?? '') ?? [];
  const type = `message/external-body;access-type="URL";URL="${file.url.replace(/["\\\s]/g, '')}";size=${file.size}`;
  const inner = [
    `Content-Type: ${oneLine(file.type) || 'application/octet-stream'}`,
    `Content-Disposition: attachment;filename*=UTF-8''${encodeURIComponent(file.name)}`,
    ...(file.hash === undefined ? [] : [`Repr-Digest: sha-256=:${base64OfHex(file.hash)}:`]),
    ...(icon === undefined ? [] : [`Content-Icon: cid:${iconId}`]),
  ];
  const body = inner.join('\r\n') + '\r\n\r\n';
  const file_ = { headers: new Map([['content-type', type]]), body };
  if (icon === undefined || iconType === undefined) return [file_];
  const headers = new Map([
    ['content-type', iconType],
    ['content-transfer-encoding', 'base64'],
    ['content-disposition', 'icon'],
    ['content-id', `<${iconId}>`],
  ]);
  return [{ headers, body: icon }, file_];
}

/** Reads such a part; null when it names no address that a file could be fetched from. `thumbnail` is then a content id. */
export function readExternalBody(contentType: string, body: string): FileRef | null {
  const { params } = parseMediaType(contentType);
  const url = fileAddress(params.get('url') ?? '');
  const size = params.get('size') ?? '';
  if (params.get('access-type')?.toLowerCase() !== 'url' || url === null || !/^\d{1,15}$/.test(size))
    return null;
  const inner = new Map<string, string>();
  for (const line of body.slice(0, 4_000).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) inner.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const hash = hexOfDigest(inner.get('repr-digest') ?? '');
  const icon = /^cid:([\w.-]{1,60})$/.exec(inner.get('content-icon') ?? '')?.[1];
  return {
    name:
      fileNameOf(inner.get('content-disposition') ?? '') ??
      url
        .replace(/[?#].*$/, '')
        .split('/')
        .at(-1) ??
      '',
    type: parseMediaType(inner.get('content-type') ?? '').type || 'application/octet-stream',
    size: Number(size),
    url,
    ...(hash !== null && { hash }),
    ...(icon !== undefined && { thumbnail: icon }),
  };
}

/** filename* (RFC 6266, RFC 8187) or filename. */
function fileNameOf(disposition: string): string | null {
  const extended = /filename\*=UTF-8''([^;\s]{1,1000})/i.exec(disposition)?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      return null;
    }
  }
  return parseMediaType(disposition).params.get('filename') ?? null;
}

/** `https:`, or `http:` on this machine; no user info, nothing unseen. */
function fileAddress(text: string): string | null {
  const [, scheme = '', host = ''] =
    /^(https?):\/\/((?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?)\/[!-~]{0,1900}$/i.exec(text) ?? [];
  if (host === '') return null;
  const isHere = /^(?:localhost|127\.0\.0\.1|\[::1\]|[a-z0-9.-]+\.localhost)(?::|$)/i.test(host);
  return scheme.toLowerCase() === 'https' || isHere ? text : null;
}

function oneLine(value: string): string {
  return value.replace(/[\p{Cc}]+/gu, ' ').trim();
}

function base64OfHex(hex: string): string {
  return encodeBase64(Uint8Array.from(hex.match(/../g) ?? [], (two) => Number.parseInt(two, 16)));
}

function hexOfDigest(digest: string): string | null {
  const octets = decodeBase64(/\bsha-256=:([A-Za-z0-9+/]{43}=):/.exec(digest)?.[1] ?? '');
  if (octets?.length !== 32) return null;
  return [...octets].map((one) => one.toString(16).padStart(2, '0')).join('');
}
