/**
 * The plain words of clean markup: what clients without HTML show, what lists, alerts and search know. A line per block,
 * entries with their sign, links with their address, cells apart by a tab.
 */
import { isMention } from './markup-links.ts';

const BLOCK = /^(?:p|div|ul|ol|li|pre|blockquote|table|thead|tbody|tr)$/;

/** Text of a fragment or element whose content went through the sanitiser. */
export function plainWords(root: Node): string {
  return blocksOf(root)
    .join('\n')
    .replaceAll('\u00a0', ' ')
    .replaceAll('\u200b', '')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}

/** True when nothing but lines would be lost by sending the plain words alone. */
export function isPlain(root: ParentNode): boolean {
  return root.querySelector('*:not(p,div,br)') === null;
}

/** Lines of a node's content. */
function blocksOf(node: Node): string[] {
  const lines: string[] = [];
  let line: string | null = null;
  const end = (): void => {
    if (line !== null) lines.push(...line.split('\n'));
    line = null;
  };
  for (const child of node.childNodes) {
    if (!(child instanceof Element) || !BLOCK.test(child.localName)) {
      const words = inline(child);
      // White space between blocks is layout.
      if (line === null && words.trim() === '' && child.nodeType === Node.TEXT_NODE) continue;
      line = (line ?? '') + words;
      continue;
    }
    end();
    lines.push(...block(child));
  }
  end();
  return lines;
}

function block(node: Element): string[] {
  switch (node.localName) {
    case 'ul':
      return entries(node, () => '• ');
    case 'ol': {
      const start = Number.parseInt(node.getAttribute('start') ?? '1', 10) || 1;
      return entries(node, (at) => `${start + at}. `);
    }
    case 'blockquote':
      return blocksOf(node).map((line) => `> ${line}`);
    case 'tr':
      return [[...node.children].map((cell) => blocksOf(cell).join(' ')).join('\t')];
    case 'p':
    case 'div': {
      const lines = blocksOf(node);
      // A line break that only holds an empty line open is that line.
      if (lines.length > 1 && lines.at(-1) === '') lines.pop();
      return lines.length === 0 ? [''] : lines;
    }
    default:
      return blocksOf(node);
  }
}

function entries(list: Element, sign: (at: number) => string): string[] {
  return [...list.children].flatMap((entry, at) => {
    const [first = '', ...more] = blocksOf(entry);
    const mark = sign(at);
    return [`${mark}${first}`, ...more.map((line) => `${' '.repeat(mark.length)}${line}`)];
  });
}

function inline(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? '';
  if (!(node instanceof Element)) return '';
  if (node.localName === 'br') return '\n';
  const words = [...node.childNodes].map(inline).join('');
  if (node.localName !== 'a' || isMention(node)) return words;
  const href = node.getAttribute('href') ?? '';
  const bare = href.replace(/^(?:mailto|tel|sips?):/, '');
  const isSaid = words === href || words === bare || `${words}/` === href || `https://${words}/` === href;
  return isSaid || words.trim() === '' ? words || bare : `${words} (${bare})`;
}
