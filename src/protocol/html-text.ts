/**
 * The words of an HTML fragment, without a DOM: for clients that send no plain alternative, for lists, alerts and
 * search. What it gives is text and is only ever shown as text; showing markup goes through the sanitiser of the window.
 */
const BREAKS = /^(?:br|p|div|li|tr|h[1-6]|blockquote|pre|ul|ol|table)$/;
/** Elements whose content is not for readers. */
const SILENT = /^(?:script|style|title|head|template|iframe|object|svg|math|noscript|textarea|select)$/;
const ENTITIES: Readonly<Record<string, string>> = {
  ...{
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: '\u00a0',
    hellip: '…',
    ndash: '–',
    mdash: '—',
  },
};

/** Text of `html`, a line per block, at most two line ends in a row. One pass, no backtracking. */
export function textOfHtml(html: string): string {
  let text = '';
  let silent: string | null = null;
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    const end = open < 0 ? html.length : open;
    if (silent === null) text += decodeEntities(html.slice(at, end).replace(/[ \t\r\n]+/g, ' '));
    if (open < 0) break;
    if (html.startsWith('<!--', open)) {
      const close = html.indexOf('-->', open + 4);
      at = close < 0 ? html.length : close + 3;
      continue;
    }
    const close = html.indexOf('>', open);
    if (close < 0) break;
    const [, slash = '', word = ''] = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 40)) ?? [];
    const name = word.toLowerCase();
    at = close + 1;
    if (name === '') {
      // Not a tag: "2 < 3" as careless clients write it.
      if (silent === null && !/^<[!/?]/.test(html.slice(open, open + 2))) {
        text += '<';
        at = open + 1;
      }
    } else if (silent !== null) {
      if (slash !== '' && name === silent) silent = null;
    } else if (slash === '' && SILENT.test(name)) silent = name;
    else if (BREAKS.test(name) && !text.endsWith('\n\n')) text += '\n';
  }
  return text
    .replace(/[ \t]*\n[ \t]*/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '';
  });
}
