/** Addresses in documents are written by others: only schemes that cannot run anything leave the decoder. */

const CONTACT = new Set([
  'sip',
  'sips',
  'tel',
  'im',
  'pres',
  'mailto',
  'xmpp',
  'msrp',
  'http',
  'https',
  'urn',
]);
const IMAGE_DATA = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/;
const SCHEME = /^([a-z][a-z0-9+.-]*):\S+$/i;
const MAX_LENGTH = 2048;

/** Scheme in lower case, `undefined` when the text is no URI. */
export function schemeOf(uri: string): string | undefined {
  return SCHEME.exec(uri)?.[1]?.toLowerCase();
}

/** How to reach somebody: the URI, or `undefined` when its scheme is not one to reach people by. */
export function contactLink(uri: string | undefined): string | undefined {
  if (uri === undefined || uri.length > MAX_LENGTH) return undefined;
  const scheme = schemeOf(uri);
  return scheme !== undefined && CONTACT.has(scheme) ? uri : undefined;
}

/** A page: http or https only. */
export function webLink(uri: string | undefined): string | undefined {
  const scheme = uri === undefined || uri.length > MAX_LENGTH ? undefined : schemeOf(uri);
  return scheme === 'https' || scheme === 'http' ? uri : undefined;
}

/** A picture: a web address, or inline data of a raster type (SVG can carry script). */
export function imageLink(uri: string | undefined): string | undefined {
  if (uri !== undefined && uri.length <= 128 * 1024 && IMAGE_DATA.test(uri)) return uri;
  return webLink(uri);
}
