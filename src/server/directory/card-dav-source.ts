import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { findable, findablePerson, isFound, wantedWords } from '../store/words.ts';
import { type CardBook, openCardBook } from './card-book.ts';
import { type DirectoryGroup, LONGEST_ID, type MemberRef, type Source } from './contract.ts';
import type { CardDavSettings } from './settings.ts';
import { type Card, readCard } from './vcard.ts';

export interface CardDavOptions {
  readonly settings: CardDavSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** A card that is malformed, or has no address or name, was left out. */
  readonly malformed: (path: string) => void;
  readonly book?: CardBook;
}

export interface CardDavSource extends Source {
  /** The next look at the server, now. Resolves when it is done, however it went. */
  refresh(): Promise<void>;
}

type PersonCard = Extract<Card, { is: 'person' }>;
type GroupCard = Extract<Card, { is: 'group' }>;
const PREFIX = 'card:';
/** Milliseconds to the next look after one that failed. */
const SOON = 30_000;

/** The people and groups of an address book, held in memory and looked after every few minutes. */
export function cardDavSource(options: CardDavOptions): CardDavSource {
  const { settings, clock, log, malformed } = options;
  const book = options.book ?? openCardBook(settings);
  const cards = new Map<string, Card>();
  const texts = new Map<Card, string>();
  let byAor = new Map<string, PersonCard>();
  let byUid = new Map<string, Card>();
  let failed: string | null = 'not read yet';
  let stopTimer = (): void => undefined;
  let running: Promise<void> | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const { written, gone } = await book.look();
      for (const path of gone) drop(path);
      for (const { path, text } of written) {
        drop(path);
        const card = readCard(text, settings);
        if (card === null) malformed(path);
        else cards.set(path, card);
      }
      if (written.length + gone.length > 0) index();
      failed = null;
    } catch (error) {
      failed = error instanceof Error ? error.message : 'unknown';
      log.warn('carddav-failed', { error });
    }
    if (!stopped)
      stopTimer = clock.after(failed === null ? settings.every : Math.min(SOON, settings.every), again);
  }

  function again(): Promise<void> {
    stopTimer();
    running ??= look().finally(() => (running = null));
    return running;
  }

  function drop(path: string): void {
    const card = cards.get(path);
    if (card) texts.delete(card);
    cards.delete(path);
  }

  function index(): void {
    byAor = new Map();
    byUid = new Map();
    for (const [path, card] of cards) {
      if (byUid.has(card.uid)) malformed(path);
      else byUid.set(card.uid, card);
      if (!texts.has(card)) {
        texts.set(
          card,
          card.is === 'person' ? findablePerson(card.person) : findable([card.name, card.description]),
        );
      }
      if (card.is !== 'person') continue;
      for (const address of card.addresses) if (!byAor.has(address)) byAor.set(address, card);
    }
  }

  /** Nothing read, nothing to say: that is not the same as nobody being there. */
  function ready(): void {
    if (cards.size === 0 && failed !== null) throw new Error(failed);
  }

  function* matching<K extends Card['is']>(is: K, words: string): Iterable<Extract<Card, { is: K }>> {
    const wanted = wantedWords(words);
    for (const card of byUid.values()) {
      if (card.is === is && isFound(texts.get(card) ?? '', wanted)) yield card as Extract<Card, { is: K }>;
    }
  }

  const groupCard = (id: string): GroupCard | null => {
    const card = byUid.get(id.slice(PREFIX.length));
    return card?.is === 'group' ? card : null;
  };

  /** What a member is; null for a card that is not here. */
  function member(name: string): MemberRef | null {
    const card = name.startsWith('uid:') ? byUid.get(name.slice('uid:'.length)) : byAor.get(name);
    if (card?.is === 'person') return { is: 'person', aor: card.person.aor, known: card.person };
    if (card?.is === 'group') return { is: 'group', id: idOf(card), known: shown(card) };
    return name.startsWith('sip:') ? { is: 'person', aor: name } : null;
  }

  void again();
  return {
    name: 'the CardDAV address book',
    prefix: PREFIX,
    refresh: again,
    async search(words, limit) {
      ready();
      return take(matching('person', words), limit).map(({ person }) => person);
    },
    async people(aors) {
      return new Map(
        aors.flatMap((aor) => {
          const card = byAor.get(aor);
          return card ? [[aor, { ...card.person, aor }] as const] : [];
        }),
      );
    },
    portrait: async (aor) => byAor.get(aor)?.portrait ?? null,
    async searchGroups(words, limit) {
      ready();
      return take(matching('group', words), limit).map(shown);
    },
    async groupsOf(aor) {
      const card = byAor.get(aor);
      const names = new Set([aor, ...(card?.addresses ?? []), ...(card ? [`uid:${card.uid}`] : [])]);
      return [...byUid.values()].flatMap((one) =>
        one.is === 'group' && one.members.some((name) => names.has(name)) ? [shown(one)] : [],
      );
    },
    async group(id) {
      const card = groupCard(id);
      return card && shown(card);
    },
    async members(id, offset, limit) {
      const card = groupCard(id);
      if (!card) return null;
      const page = card.members.slice(offset, offset + limit).map(member);
      return { group: shown(card), members: page.filter((one) => one !== null), total: card.members.length };
    },
    stop() {
      stopped = true;
      stopTimer();
    },
  };
}

function idOf({ uid }: GroupCard): string {
  return `${PREFIX}${uid}`.slice(0, LONGEST_ID);
}

function shown(card: GroupCard): DirectoryGroup {
  const { name, description, members } = card;
  return { id: idOf(card), name, ...(description !== undefined && { description }), size: members.length };
}

function take<T>(from: Iterable<T>, most: number): T[] {
  const taken: T[] = [];
  for (const one of from) {
    if (taken.length >= most) break;
    taken.push(one);
  }
  return taken;
}
