/** UTF-8 without platform interfaces, so that the codec is plain ECMAScript. */

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Octets the text takes in UTF-8. A lone surrogate counts as U+FFFD, which is what a socket sends for it. */
export function utf8Length(text: string): number {
  // The pattern runs at several times the speed of the loop, and most text is ASCII.
  const first = text.search(BEYOND_ASCII);
  let octets = text.length;
  if (first < 0) return octets;
  for (let i = first; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) octets += 1;
    else if (isHigh(code) && isLow(text.charCodeAt(i + 1))) {
      octets += 2;
      i++;
    } else octets += 2;
  }
  return octets;
}

/** The first `octets` octets of the text; `null` when there are fewer or the cut would be inside a character. */
export function takeOctets(text: string, octets: number): string | null {
  const first = text.search(BEYOND_ASCII);
  if (first < 0 || first >= octets) return octets <= text.length ? text.slice(0, octets) : null;
  let i = first;
  let left = octets - first;
  while (left > 0 && i < text.length) {
    const code = text.charCodeAt(i);
    if (code < 0x80) left -= 1;
    else if (code < 0x800) left -= 2;
    else if (isHigh(code) && isLow(text.charCodeAt(i + 1))) {
      left -= 4;
      i++;
    } else left -= 3;
    i++;
  }
  return left === 0 ? text.slice(0, i) : null;
}

export function encodeUtf8(text: string): Uint8Array {
  const octets = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (isHigh(code) && isLow(text.charCodeAt(i + 1))) {
      code = text.codePointAt(i) ?? 0xfffd;
      i++;
    } else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) octets[at++] = code;
    else {
      if (code < 0x800) octets[at++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) octets[at++] = 0xe0 | (code >> 12);
        else {
          octets[at++] = 0xf0 | (code >> 18);
          octets[at++] = 0x80 | ((code >> 12) & 63);
        }
        octets[at++] = 0x80 | ((code >> 6) & 63);
      }
      octets[at++] = 0x80 | (code & 63);
    }
  }
  return octets;
}

/** The text of well-formed UTF-8 (RFC 3629: no overlong form, no surrogate), else `null`. */
export function decodeUtf8(octets: Uint8Array): string | null {
  const chunks: string[] = [];
  let codes: number[] = [];
  let i = 0;
  while (i < octets.length) {
    const first = octets[i++] ?? 0;
    if (first < 0x80) codes.push(first);
    else {
      const more = first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
      if (more < 0 || i + more > octets.length) return null;
      let code = first & (0x3f >> more);
      for (let k = 0; k < more; k++) {
        const next = octets[i++] ?? 0;
        if ((next & 0xc0) !== 0x80) return null;
        code = (code << 6) | (next & 63);
      }
      const least = more === 2 ? 0x800 : more === 3 ? 0x10000 : 0x80;
      if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
      if (code < 0x10000) codes.push(code);
      else codes.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
    }
    if (codes.length > 4096) {
      chunks.push(String.fromCharCode(...codes));
      codes = [];
    }
  }
  chunks.push(String.fromCharCode(...codes));
  return chunks.join('');
}

/** One character per octet. */
export function latin1(octets: Uint8Array): string {
  const chunks: string[] = [];
  for (let i = 0; i < octets.length; i += 4096) {
    chunks.push(String.fromCharCode(...octets.subarray(i, i + 4096)));
  }
  return chunks.join('');
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
