/** Base64 (RFC 4648 §4) without the DOM. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Octets as base64 with padding. */
export function encodeBase64(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 3) {
    const [first = 0, second = 0, third = 0] = octets.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const count = Math.min(3, octets.length - at);
    for (let digit = 0; digit < 4; digit += 1)
      text += digit <= count ? ALPHABET.charAt((bits >> (18 - digit * 6)) & 63) : '=';
  }
  return text;
}

/** Octets of a text in base64, white space ignored; null when it is none. */
export function decodeBase64(text: string): Uint8Array | null {
  const digits = text.replace(/[\s]+/g, '').replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return null;
  const octets = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    octets[at++] = (bits >> held) & 255;
  }
  return octets;
}
