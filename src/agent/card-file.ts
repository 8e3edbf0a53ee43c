/** Contacts as a vCard file, in and out (features.md C11). Comes with the first use. */
import { decodeResourceLists, encodeResourceLists } from '../protocol/resource-lists.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import { readVCards, type VCard } from '../protocol/vcard.ts';
import { writeVCards } from '../protocol/vcard-writer.ts';
import type { Aor, ContactEdit, ContactEntry, ImportedCard } from '../store/rows.ts';
import type { Contacts } from './contacts.ts';
import type { Commands, Outcome } from './contract.ts';
import { keyOf } from './core/contact-document.ts';
import type { Env, Keeper } from './env.ts';

/** Octets of all pictures of one file. */
const MOST_PICTURES = 4 * 1024 * 1024;
const LARGEST_PICTURE = 64 * 1024;
const MOST_PROBLEMS = 100;
const MOST_GROUPS = 200;
/** People a list has room for (features.md 3). */
const MOST_CONTACTS = 10_000;

/**
 * What the person wrote about others goes along only with the whole list, which is for themselves; cards of some are
 * for somebody else. Levels never go along.
 */
export function exportCards(
  contacts: Contacts,
  aors: readonly Aor[] | undefined,
): Outcome<{ text: string; count: number }> {
  const { entries, groups } = contacts.list();
  const wanted = aors ? new Set(aors) : null;
  const names = new Map(groups.map(({ id, name }) => [id, name]));
  let pictures = 0;
  const cards = entries
    .filter(({ aor }) => wanted === null || wanted.has(aor))
    .map((entry) => {
      const photo = entry.photo?.startsWith('data:') ? entry.photo : undefined;
      pictures += photo?.length ?? 0;
      const categories = entry.groups.flatMap((id) => names.get(id) ?? []);
      return cardOf(entry, wanted ? [] : categories, {
        ...(photo && pictures <= MOST_PICTURES && { photo }),
        ...(!wanted && entry.privateNote && { note: entry.privateNote }),
      });
    });
  if (cards.length === 0) return { ok: false, why: 'There is nobody to save. Choose people from your list.' };
  return { ok: true, value: { text: writeVCards(cards), count: cards.length } };
}

function cardOf(entry: ContactEntry, categories: readonly string[], more: Partial<VCard>): VCard {
  const { aor, name, title, company, team, email, phones = [], links = [] } = entry;
  const isNumber = aor.startsWith('tel:');
  const own = isNumber ? [{ kind: 'work', number: aor.slice('tel:'.length) } as const] : [];
  const others = phones.filter(({ number }) => !own.some((one) => one.number === international(number)));
  return {
    ...{ kind: 'person', name, categories, members: [], phones: [...own, ...others] },
    ...(title && { title }),
    ...(company && { company }),
    ...(team && { team }),
    emails: email ? [email] : [],
    addresses: isNumber ? [] : [aor],
    links: links.map(({ url }) => url),
    ...more,
  };
}

type Imported = Awaited<Commands['import-contacts'][1]>;

/** Who is known stays as they are. `group`: everybody goes there, whatever the file says. */
export async function importCards(
  env: Env,
  keeper: Keeper,
  contacts: Contacts,
  { text, group, numbers = {} }: Commands['import-contacts'][0],
): Promise<Imported> {
  const read = readVCards(text);
  if (!read) return { ok: false, why: 'This is no file of contacts (vCard). Choose one that ends in .vcf.' };
  const problems = [...read.problems];
  const people = new Map<string, { card: VCard; groups: string[] }>();
  const byUid = new Map<string, string>();
  const list = contacts.list();
  const there = new Set(list.entries.map(({ aor }) => aor));
  let known = 0;
  for (const card of read.cards) {
    if (card.kind === 'group') continue;
    const aor = addressOf(card, numbers);
    if (aor === null) {
      problems.push(whyNot(card));
      continue;
    }
    for (const one of [card.uid, ...card.emails.map((email) => `mailto:${email}`), aor])
      if (one) byUid.set(one.toLowerCase(), aor);
    if (there.has(aor) || people.has(aor)) known++;
    else people.set(aor, { card, groups: [...card.categories] });
  }
  for (const card of read.cards)
    if (card.kind === 'group')
      for (const member of card.members)
        people.get(byUid.get(member.toLowerCase()) ?? '')?.groups.push(card.name);

  const made = groupsFor(
    env,
    contacts,
    group,
    [...people.values()].flatMap(({ groups }) => groups),
  );
  if (made.left > 0) problems.push(`${made.left} groups were left out: there are too many in this file.`);
  const cards = [...people].map(([aor, { card, groups }]): ImportedCard => {
    const ids = group === undefined ? groups.flatMap((name) => made.ids.get(plain(name)) ?? []) : [group];
    return { aor, name: card.name, groups: [...new Set(ids)], details: detailsOf(card) };
  });
  const fitting = fit(contacts, made.edits, cards, MOST_CONTACTS - there.size);
  if (fitting < cards.length)
    problems.push(`Your list is full: ${cards.length - fitting} contacts were left out.`);
  const taken = cards.slice(0, fitting);
  if (taken.length > 0) {
    const done = await contacts.edit(...made.edits, { edit: 'import', cards: taken });
    if (!done.ok) return done;
    await keepPictures(keeper, taken, people);
  }
  return { ok: true, value: { added: taken.length, known, problems: bounded(problems) } };
}

/** How many of the cards the list has room for, as those see it who read the document. */
function fit(
  contacts: Contacts,
  groups: readonly ContactEdit[],
  cards: readonly ImportedCard[],
  room: number,
): number {
  const fits = (count: number): boolean => {
    const { lists } = contacts.after([...groups, { edit: 'import', cards: cards.slice(0, count) }]);
    return decodeResourceLists(encodeResourceLists(lists)).ok;
  };
  let most = Math.max(0, Math.min(cards.length, room));
  if (most === 0 || fits(most)) return most;
  let least = 0;
  while (most - least > 50) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return least;
}

/** The groups of these names: those of the list, or new ones. */
function groupsFor(env: Env, contacts: Contacts, given: string | undefined, names: readonly string[]) {
  const own = contacts.list().groups.filter(({ is }) => is !== 'list');
  const ids = new Map(own.map(({ id, name }) => [plain(name), id]));
  const edits: ContactEdit[] = [];
  let left = 0;
  for (const name of given === undefined ? new Set(names) : []) {
    if (ids.has(plain(name))) continue;
    if (edits.length >= MOST_GROUPS) {
      left++;
      continue;
    }
    const id = env.uuid();
    ids.set(plain(name), id);
    edits.push({ edit: 'add-group', id, name });
  }
  return { ids, edits, left };
}

const plain = (name: string): string => name.trim().normalize('NFKC').toLowerCase();

/** An address before a number, for that is where presence and messages are. */
function addressOf(card: VCard, numbers: Readonly<Record<string, string>>): Aor | null {
  const aor = card.addresses.map((one) => aorOf(one)).find((one) => one !== null);
  if (aor) return aor;
  for (const { number } of card.phones) {
    const found = (Object.hasOwn(numbers, number) && numbers[number]) || international(number);
    if (found) return keyOf(found.startsWith('tel:') ? found : `tel:${found}`);
  }
  return null;
}

/** `+49 (0)30 / 1` as `+49301`; null without a country code. */
function international(number: string): string | null {
  const digits = number
    .replace('(0)', '')
    .replace(/[\s().\-/\u2010-\u2013]/g, '')
    .replace(/^00/, '+');
  return /^\+[1-9]\d{5,14}(?:;ext=\d+)?$/.test(digits) ? digits : null;
}

function whyNot({ name, phones }: VCard): string {
  const [phone] = phones;
  return phone
    ? `${name}: the number ${phone.number} has no country code, so it was left out.`
    : `${name} has neither a SIP address nor a telephone number, so it was left out.`;
}

function detailsOf({ title, team, company, emails, phones, links, note }: VCard): ImportedCard['details'] {
  const pages = links.flatMap((one) => {
    const url = URL.parse(one);
    return url === null ? [] : [{ name: url.host, url: url.href }];
  });
  return {
    ...(title && { title }),
    ...(team && { team }),
    ...(company && { company }),
    ...(emails[0] && { email: emails[0] }),
    ...(phones.length > 0 && { phones: phones.slice(0, 4) }),
    ...(pages.length > 0 && { links: pages.slice(0, 4) }),
    ...(note && { privateNote: note }),
  };
}

/** Pictures stay on this device: the list on the server has no room for them. */
async function keepPictures(
  keeper: Keeper,
  cards: readonly ImportedCard[],
  people: ReadonlyMap<string, { card: VCard }>,
): Promise<void> {
  let room = MOST_PICTURES;
  const rows = cards.flatMap(({ aor, name }) => {
    const photo = people.get(aor)?.card.photo;
    if (!photo || !aor.startsWith('sip:') || photo.length > Math.min(room, LARGEST_PICTURE)) return [];
    room -= photo.length;
    return [{ put: 'people', row: { aor, person: { aor, name, photo }, asOf: 0 } } as const];
  });
  if (rows.length > 0) await keeper.keep(rows);
}

function bounded(problems: readonly string[]): readonly string[] {
  if (problems.length <= MOST_PROBLEMS) return problems;
  return [
    ...problems.slice(0, MOST_PROBLEMS),
    `${problems.length - MOST_PROBLEMS} more problems of this kind.`,
  ];
}
