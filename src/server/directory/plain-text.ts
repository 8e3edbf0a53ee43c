/** What other people's directories say is data: bounded, on one line, without characters that play tricks. */
import { aorOf } from '../../protocol/sip-uri.ts';

/** Controls, and the marks that turn the direction of a text (Unicode TR 36 §3.2). */
const TRICKS = /[\p{Cc}\p{Zl}\p{Zp}\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]+/gu;

/** One clean line of at most `most` characters; `undefined` when nothing is left. */
export function plainText(value: string | undefined, most = 200): string | undefined {
  const line = value?.toWellFormed().slice(0, 4_000).replace(TRICKS, ' ').replace(/\s+/g, ' ').trim();
  if (!line) return undefined;
  return [...line].slice(0, most).join('');
}

/** A telephone number as somebody wrote it: digits and what people put between them. */
export function plainNumber(value: string | undefined): string | undefined {
  const text = plainText(value?.replace(/^tel:/i, ''), 60);
  return text !== undefined && /^[+\d(][\d\s().\-/+;=a-z#*,]*$/i.test(text) && /\d{2}/.test(text)
    ? text
    : undefined;
}

/** The AOR that a mail address, a `sip:`, `sips:` or `im:` URI stands for; null when it is none. */
export function addressOf(value: string | undefined): string | null {
  const text = value?.trim() ?? '';
  if (text.length > 250 || /[\s"'<>\\]/.test(text)) return null;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return /^[^@:]+@[^@:]+$/.test(text) ? aorOf(`sip:${text.toLowerCase()}`) : null;
  if (scheme === 'mailto' || scheme === 'im') return addressOf(text.slice(scheme.length + 1));
  return scheme === 'sip' || scheme === 'sips' ? aorOf(text) : null;
}

/** A web page of `https:`; everything else is left out. */
export function plainLink(value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  const url = text.length > 500 ? null : URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' ? url.href : undefined;
}

/** What the first octets say a picture is; drawings and everything else are not shown. */
export function pictureType(octets: Uint8Array): 'image/jpeg' | 'image/png' | null {
  if (octets[0] === 0xff && octets[1] === 0xd8 && octets[2] === 0xff) return 'image/jpeg';
  const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return png.every((octet, index) => octets[index] === octet) ? 'image/png' : null;
}

/** Octets of a portrait; larger ones are left out. */
export const LARGEST_PICTURE = 200_000;
