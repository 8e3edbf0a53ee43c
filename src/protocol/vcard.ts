/**
 * Cards of people and groups (vCard 4: RFC 6350; 3: RFC 2426; 2.1), as far as a contact list has a place for them.
 * One card that cannot be read never keeps the others from being read; everything is bounded and cleaned.
 */
import { schemeOf, imageLink, webLink } from './safe-link.ts';
import { cardLines, listOf, partsOf, textOf, type CardLine } from './vcard-lines.ts';

export interface VCard {
  readonly kind: 'person' | 'group';
  readonly uid?: string;
  readonly name: string;
  readonly title?: string;
  readonly company?: string;
  readonly team?: string;
  readonly emails: readonly string[];
  /** SIP URIs. */
  readonly addresses: readonly string[];
  readonly phones: readonly { readonly kind: 'work' | 'mobile' | 'home'; readonly number: string }[];
  readonly links: readonly string[];
  /** A `data:` address of a picture. */
  readonly photo?: string;
  readonly note?: string;
  readonly categories: readonly string[];
  /** Of a group: `urn:uuid:…` of other cards, or addresses. */
  readonly members: readonly string[];
}

export interface ReadCards {
  readonly cards: readonly VCard[];
  /** A sentence for each card that was left out, with its place in the file and its name. */
  readonly problems: readonly string[];
}

/** Of one file. */
export const MOST_CARDS = 10_000;
const LARGEST_FILE = 32 * 1024 * 1024;
const LARGEST_CARD = 512 * 1024;
const MOST_LINES = 2_000;
const MOST_OF_A_KIND = 16;
const MOST_MEMBERS = 10_000;
const MOST_PROBLEMS = 100;
const MEDIA = /^(?:data:)?image\/|^(?:jpe?g|png|gif|webp)$/i;

/** Reads a file. Null when it holds no card at all, or is too large to be one. */
export function readVCards(text: string): ReadCards | null {
  if (text.length > LARGEST_FILE) return null;
  const cards: VCard[] = [];
  const problems: string[] = [];
  let left = 0;
  let place = 0;
  let open: CardLine[] | null = null;
  let nested = 0;
  let size = 0;

  const refuse = (lines: readonly CardLine[], why: string): void => {
    const name = nameOf(lines);
    if (problems.length < MOST_PROBLEMS)
      problems.push(`Card ${place}${name === undefined ? '' : ` (${name})`} ${why}`);
    else left++;
  };
  for (const line of cardLines(text)) {
    const word = line.name === 'BEGIN' || line.name === 'END' ? line.value.trim().toUpperCase() : '';
    if (line.name === 'BEGIN' && word === 'VCARD') {
      // A card in a card is the AGENT of vCard 2.1: somebody else, whom nobody asked for.
      const isAgent = open?.at(-1)?.name === 'AGENT';
      if (open !== null && isAgent) {
        nested++;
        continue;
      }
      if (open !== null) refuse(open, 'is not complete, so it was left out.');
      open = [];
      nested = size = 0;
      place++;
    } else if (line.name === 'END' && word === 'VCARD') {
      if (nested > 0) {
        nested--;
        continue;
      }
      if (open === null) continue;
      if (cards.length >= MOST_CARDS) left++;
      else {
        const read = readCard(open, size);
        if (typeof read === 'string') refuse(open, read);
        else cards.push(read);
      }
      open = null;
    } else if (open !== null && nested === 0) {
      size += line.value.length;
      if (open.length <= MOST_LINES && size <= LARGEST_CARD) open.push(line);
      else size = Math.max(size, LARGEST_CARD + 1);
    }
  }
  if (open !== null) refuse(open, 'is not complete, so it was left out.');
  if (place === 0) return null;
  if (left > 0) problems.push(`${left} more cards were left out.`);
  return { cards, problems };
}

/** A card, or why it is none. */
function readCard(lines: readonly CardLine[], size: number): VCard | string {
  if (size > LARGEST_CARD || lines.length > MOST_LINES) return 'is too large, so it was left out.';
  const all = (...names: string[]): CardLine[] => lines.filter((line) => names.includes(line.name));
  const texts = (...names: string[]): string[] =>
    all(...names)
      .map((line) => plain(textOf(line)))
      .filter((text) => text !== '')
      .slice(0, MOST_OF_A_KIND);
  const version = all('VERSION')[0]?.value.trim() ?? '3.0';
  if (!['2.1', '3.0', '4.0'].includes(version)) return 'has a version that is not known, so it was left out.';
  const name = nameOf(lines);
  if (name === undefined) return 'has no name, so it was left out.';
  const [company = '', team = ''] = all('ORG')
    .slice(0, 1)
    .flatMap(partsOf)
    .map((part) => plain(part));
  const [title] = texts('TITLE', 'ROLE');
  const uid = plain(textOf(all('UID')[0]));
  const note = cleaned(textOf(all('NOTE')[0]), 4_000);
  const photo = all('PHOTO')
    .map(pictureOf)
    .find((one) => one !== undefined);
  const isGroup = /^group$/i.test(texts('KIND', 'X-ADDRESSBOOKSERVER-KIND')[0] ?? '');
  const members = all('MEMBER', 'X-ADDRESSBOOKSERVER-MEMBER').map((line) => plain(textOf(line)));
  return {
    ...{ kind: isGroup ? 'group' : 'person', name },
    ...(uid && { uid }),
    ...(title && { title }),
    ...(company && { company }),
    ...(team && { team }),
    emails: texts('EMAIL')
      .map((one) => one.replace(/^(?:mailto:)+/i, ''))
      .filter((one) => /^[^\s@]+@[^\s@]+$/.test(one)),
    addresses: sipAddresses(all('IMPP', 'X-SIP', 'X-MS-IMADDRESS')),
    phones: all('TEL').flatMap(phoneOf).slice(0, MOST_OF_A_KIND),
    links: texts('URL').flatMap((one) => webLink(one) ?? []),
    ...(photo && { photo }),
    ...(note && { note }),
    categories: [
      ...new Set(
        all('CATEGORIES')
          .flatMap(listOf)
          .map((one) => plain(one)),
      ),
    ]
      .filter((one) => one !== '')
      .slice(0, MOST_OF_A_KIND),
    members: isGroup ? members.filter((one) => one !== '').slice(0, MOST_MEMBERS) : [],
  };
}

/** FN, or what stands for it where it is missing. */
function nameOf(lines: readonly CardLine[]): string | undefined {
  const first = (name: string): CardLine | undefined => lines.find((line) => line.name === name);
  const [family = '', given = '', middle = ''] = partsOf(first('N'));
  const candidates = [
    textOf(first('FN')),
    [given, middle, family].join(' '),
    textOf(first('NICKNAME')),
    partsOf(first('ORG'))[0] ?? '',
    textOf(first('EMAIL')),
  ];
  return candidates.map((one) => plain(one)).find((one) => one !== '');
}

function phoneOf(line: CardLine): VCard['phones'][number][] {
  const { types } = line;
  const isOther = ['fax', 'pager', 'modem', 'text', 'textphone'].some((one) => types.includes(one));
  if (isOther && !types.includes('voice') && !types.includes('cell')) return [];
  const number = plain(plain(textOf(line)).replace(/^(?:tel:\s*)+/i, ''), 64);
  const kind = types.includes('cell') ? 'mobile' : types.includes('home') ? 'home' : 'work';
  return /\d/.test(number) ? [{ kind, number }] : [];
}

function sipAddresses(lines: readonly CardLine[]): string[] {
  const found = lines.flatMap((line) => {
    const text = plain(textOf(line));
    const scheme = schemeOf(text);
    if (scheme === 'sip' || scheme === 'sips') return [text];
    return line.name !== 'IMPP' && /^[^\s@:]+@[^\s@]+$/.test(text) ? [`sip:${text}`] : [];
  });
  return [...new Set(found)].slice(0, MOST_OF_A_KIND);
}

/** Only what is in the card itself: nothing is fetched because a card says so. */
function pictureOf(line: CardLine): string | undefined {
  const { value, types, encoding } = line;
  if (/^data:/i.test(value)) return imageLink(value.replaceAll('\\,', ',').replaceAll('\\;', ';'));
  const type = types.find((one) => MEDIA.test(one))?.replace(/^image\//, '');
  if (encoding !== 'base64') return undefined;
  return imageLink(
    `data:image/${type === 'jpg' || type === undefined ? 'jpeg' : type};base64,${value.replace(/\s/g, '')}`,
  );
}

/** One line of text. */
function plain(text: string, most = 200): string {
  return cleaned(text, most).replace(/\s+/g, ' ').trim();
}

/** Without characters that steer a terminal or turn the writing around. */
function cleaned(text: string, most: number): string {
  return text
    .slice(0, 2 * most)
    .replace(/\r\n?/g, '\n')
    .replace(
      /[^\P{Cc}\n\t]|[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Cs}/gu,
      '',
    )
    .slice(0, most)
    .toWellFormed()
    .trim();
}
