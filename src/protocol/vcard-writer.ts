/** Cards as vCard 4 text (RFC 6350): escaped and folded here and nowhere else. */
import { utf8Length } from './utf8.ts';
import type { VCard } from './vcard.ts';

const CRLF = '\r\n';
/** RFC 6350 §3.2: octets of a line, without its end. */
const LINE = 75;

/** One text for all cards, in their order. */
export function writeVCards(cards: readonly VCard[]): string {
  return cards.map(writeCard).join('');
}

function writeCard(card: VCard): string {
  const lines = ['BEGIN:VCARD', 'VERSION:4.0'];
  const put = (head: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') lines.push(`${head}:${value}`);
  };
  const text = (head: string, value: string | undefined): void => put(head, value && escaped(value));
  put('KIND', card.kind === 'group' ? 'group' : 'individual');
  text('UID', card.uid);
  // The one property every card must have, so it stands even when it is empty.
  lines.push(`FN:${escaped(card.name)}`);
  text('TITLE', card.title);
  put('ORG', [card.company ?? '', card.team ?? ''].map(escaped).join(';').replace(/;$/, ''));
  for (const { kind, number } of card.phones) {
    const uri = /^\+[\d-]+(?:;ext=\d+)?$/.test(number);
    const type = `TYPE="${kind === 'mobile' ? 'cell' : kind},voice"`;
    put(uri ? `TEL;VALUE=uri;${type}` : `TEL;VALUE=text;${type}`, uri ? `tel:${number}` : escaped(number));
  }
  for (const one of card.emails) text('EMAIL', one);
  for (const one of card.addresses) put('IMPP', inLine(one));
  for (const one of card.links) put('URL', inLine(one));
  put('PHOTO', card.photo && inLine(card.photo));
  text('NOTE', card.note);
  put('CATEGORIES', card.categories.map(escaped).join(','));
  for (const one of card.members) put('MEMBER', inLine(one));
  lines.push('END:VCARD');
  return lines.map((line) => folded(line) + CRLF).join('');
}

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\\,;]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '\\n');
}

/** An address stands as it is; it has no line ends, and nobody may bring one in. */
function inLine(uri: string): string {
  return uri.replace(/[\r\n]/g, '');
}

/** Between characters, never inside one. */
function folded(line: string): string {
  if (line.length <= LINE && utf8Length(line) <= LINE) return line;
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const char of line) {
    const length = utf8Length(char);
    if (octets + length > LINE) {
      parts.push(part);
      part = '';
      octets = 1;
    }
    part += char;
    octets += length;
  }
  return [...parts, part].join(`${CRLF} `);
}
