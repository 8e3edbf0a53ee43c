/** Character classes of RFC 3261 §25.1 as one table, so that every scanner below is a single pass. */

const ALNUM = 1;
const TOKEN = 2;
const WORD = 4;
const HOST = 8;
const HEX = 16;
const URI = 32;
const PARAM_VALUE = 64;

const ALPHANUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function table(): Uint8Array {
  const classes = new Uint8Array(128);
  const mark = (text: string, bit: number) => {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      classes[code] = (classes[code] ?? 0) | bit;
    }
  };
  mark(ALPHANUM, ALNUM | TOKEN | WORD | HOST | URI | PARAM_VALUE);
  mark("-.!%*_+`'~", TOKEN | WORD | PARAM_VALUE);
  mark('()<>:\\"/[]?{}', WORD);
  // An underscore is no host name, but private networks have it and no reading of it is ambiguous.
  mark('-._', HOST);
  // `received=2001:db8::1` and `maddr=[::1]` are hosts where the grammar wants a token (RFC 5118 §4.5).
  mark('[]:', PARAM_VALUE);
  mark('0123456789ABCDEFabcdef', HEX);
  mark("-_.!~*'();/?:@&=+$,%[]#", URI);
  return classes;
}

const CLASSES = table();

function is(code: number, bit: number): boolean {
  return code < 128 && ((CLASSES[code] ?? 0) & bit) !== 0;
}

function every(text: string, bit: number): boolean {
  for (let i = 0; i < text.length; i++) if (!is(text.charCodeAt(i), bit)) return false;
  return text.length > 0;
}

const SP = 32;
const TAB = 9;

/** Space or tab: what is left of LWS once a header is unfolded. */
export function isBlank(code: number): boolean {
  return code === SP || code === TAB;
}

/** Any control character, DEL included; a tab is none. */
function isControl(code: number): boolean {
  return (code < 32 && code !== TAB) || code === 127;
}

/** True when the text holds a control character (CR, LF and NUL among them). */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isControl(text.charCodeAt(i))) return true;
  return false;
}

export function isTokenCode(code: number): boolean {
  return is(code, TOKEN);
}

export function isHostCode(code: number): boolean {
  return is(code, HOST);
}

export function isHexCode(code: number): boolean {
  return is(code, HEX);
}

/** What an unquoted header parameter value may consist of: a token or a host. */
export function isParamValueCode(code: number): boolean {
  return is(code, PARAM_VALUE);
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** `token` of RFC 3261 §25.1, at least one character. */
export function isToken(text: string): boolean {
  return every(text, TOKEN);
}

/** `word`, what a Call-ID is made of. */
export function isWord(text: string): boolean {
  return every(text, WORD);
}

/** Only characters that some URI may hold; no space, quote or angle bracket. */
export function isUriText(text: string): boolean {
  return every(text, URI);
}

/** Index of the first character at or after `at` that is no space or tab. */
export function skipBlank(text: string, at: number): number {
  let i = at;
  while (i < text.length && isBlank(text.charCodeAt(i))) i++;
  return i;
}

/** A number of digits only, at most `max`; `null` for anything else. Leading zeros are allowed. */
export function parseDecimal(text: string, max: number): number | null {
  if (text.length === 0) return null;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return null;
    value = value * 10 + (code - 48);
    if (value > max) return null;
  }
  return value;
}
