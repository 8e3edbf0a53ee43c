import { LinkifyIt } from 'linkify-it';

export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'link'; readonly text: string; readonly href: string };

/** Characters that turn the reading direction or cannot be seen: in a link they hide where it leads. */
const TRICKS = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

// Both end in a letter or digit: the full stop of a sentence is not part of a link.
const ADDRESS = /^[\w.!~*'()&=+$,;?/%-]{1,64}@[\w.-]{0,254}\w/;
const NUMBER = /^\+?\d[\d().-]{1,30}\d/;
const tail = (pattern: RegExp) => (text: string, at: number) =>
  pattern.exec(text.slice(at, at + 400))?.[0].length ?? 0;

/** Finds what may be a link in messages: https, mailto, sip and tel, nothing else. */
function finder(): LinkifyIt {
  const links = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, maxLength: 2048 });
  // The rule for http also finds hosts without a scheme; what says http itself is dropped later.
  for (const schema of ['ftp:', '//']) links.add(schema, null);
  links.add('sip:', { validate: tail(ADDRESS) });
  links.add('sips:', { validate: tail(ADDRESS) });
  links.add('tel:', { validate: tail(NUMBER) });
  return links;
}

/** Cuts a text into plain pieces and links. Never yields markup; a link shows the host it really leads to. */
export function linkPieces(text: string, links: LinkifyIt = finder()): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of links.match(text) ?? []) {
    const link = safeLink(match.url, match.raw);
    if (!link) continue;
    if (match.index > end) pieces.push({ is: 'text', text: text.slice(end, match.index) });
    pieces.push(link);
    end = match.lastIndex;
  }
  if (end < text.length) pieces.push({ is: 'text', text: text.slice(end) });
  return pieces;
}

/** One reader of links for a whole log. */
export function linkReader(): (text: string) => readonly Piece[] {
  const links = finder();
  return (text) => linkPieces(text, links);
}

/** A text with the signs that would hide where a link leads made visible. */
export function withoutTricks(text: string): string {
  return text.replace(
    TRICKS,
    (sign) => `[U+${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/** The address of a link that somebody else made, as far as it may be followed: https, mailto, sip, tel; null otherwise. */
export function safeHref(href: string): string | null {
  const url = URL.parse(href.trim());
  if (!url || !/^(?:https|mailto|sips?|tel):$/.test(url.protocol) || href.length > 2048) return null;
  // A name before the host is there to be taken for one.
  if (url.protocol === 'https:') url.username = url.password = '';
  return url.href;
}

/** Where a link leads, for people: the host in plain letters, or the address. */
export function placeOf(href: string): string {
  const url = URL.parse(href);
  if (!url) return '';
  if (url.protocol === 'https:') return url.host;
  return url.pathname.split('?')[0] ?? '';
}

function safeLink(found: string, raw: string): Piece | null {
  if (/^http:/i.test(raw)) return null;
  const shown = withoutTricks(raw);
  if (/^(mailto|sips?|tel):/i.test(found)) return { is: 'link', href: found, text: shown };
  // A host without scheme is meant as a web page; nobody is sent to one without encryption.
  const url = URL.parse(found.replace(/^http:/i, 'https:'));
  if (url?.protocol !== 'https:') return null;
  return { is: 'link', href: url.href, text: namesHost(raw, url.hostname) ? shown : url.href };
}

/** The typed text names the host in plain ASCII; otherwise the punycode form is shown instead (look-alike letters). */
function namesHost(raw: string, host: string): boolean {
  return raw.toLowerCase().includes(host);
}
