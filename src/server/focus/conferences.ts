/**
 * What may happen to a conversation, each in one transaction with the messages that tell of it: made, joined, left,
 * renamed, written to. Whoever is told, is told after the commit.
 */
import { randomBytes } from 'node:crypto';
import { createListeners } from '../listeners.ts';
import type { Log } from '../log.ts';
import type { Aor, Clock, Reach, Users } from '../sip/contract.ts';
import type { Writer } from '../store/database.ts';
import type { MessageStore, NewMessage } from '../store/messages.ts';
import {
  administratorOf,
  cleanSubject,
  MOST_CREATED,
  MOST_JOINED,
  MOST_PEOPLE,
  type Conference,
  type Refused,
} from './conference.ts';
import { conferenceStore, type ConferenceStore } from './conference-store.ts';
import { eventNote, listNames, type Happening } from './event-note.ts';

export interface ConferencesOptions {
  readonly durable: Writer;
  readonly messages: Pick<MessageStore, 'acceptedAt' | 'hasRoom' | 'post'>;
  readonly users: Users;
  readonly domain: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Who has blocked whom; asked when it is needed. */
  readonly reach: () => Reach | null;
}

/** A message that is in mailboxes now. */
export interface Mailed {
  readonly focus: Aor;
  readonly sender: Aor;
  readonly callId: string;
  readonly owners: readonly Aor[];
  /** Mailboxes that had no room. */
  readonly without: readonly Aor[];
  /** A person wants to know of it at once. */
  readonly wakes: boolean;
}

/** `fresh` is false when it had been done before: nothing was changed then. */
export type Done = { readonly ok: true; readonly fresh: boolean } | Refused;

export interface Conferences extends Pick<ConferenceStore, 'find' | 'standing' | 'of' | 'count'> {
  /** The same INVITE again (creator and Call-ID) gives the same conference. Members are addresses that may join. */
  create(
    making: Making,
  ): Promise<{ readonly ok: true; readonly focus: Aor; readonly fresh: boolean } | Refused>;
  add(focus: Aor, by: Aor, who: Aor): Promise<Done>;
  remove(focus: Aor, by: Aor, who: Aor): Promise<Done>;
  /** Into the mailboxes of everybody in it. `at`: when it was first accepted, milliseconds. */
  post(
    posting: Posting,
  ): Promise<{ readonly ok: true; readonly fresh: boolean; readonly at: number } | Refused>;
  /** People or name have changed. */
  onChange(listener: (focus: Aor) => void): void;
  onMailed(listener: (mailed: Mailed) => void): void;
}

export interface Making {
  readonly creator: Aor;
  readonly callId: string;
  readonly subject: string;
  readonly members: readonly Aor[];
}

export interface Posting {
  readonly message: NewMessage;
  readonly wakes: boolean;
  /** CPIM Subject; '' when it has none. */
  readonly subject: string;
  /** It says that it renames: whatever the name was before, and nothing else; the focus tells of it in its place. */
  readonly renames: boolean;
}

/** They were never there, or are not any more. */
export function stranger(standing: 'former' | 'none'): Refused {
  return standing === 'none'
    ? { ok: false, status: 404, reason: 'Not Found' }
    : { ok: false, status: 403, reason: 'You are not in this conversation any more' };
}

export function openConferences(options: ConferencesOptions): Conferences {
  const { durable, messages, users, domain, clock, log } = options;
  const store = conferenceStore(durable);
  const failed = (error: unknown): void => log.error('focus-listener-failed', { error });
  const changes = createListeners<[Aor]>(failed);
  const mailings = createListeners<[Mailed]>(failed);
  const nameOf = (aor: Aor): string => users.name(aor) ?? aor.slice(4);

  /** Who does not hear this sender: they have blocked them, which nobody else can tell. */
  const deafTo = async (sender: Aor, people: readonly Aor[]): Promise<ReadonlySet<Aor>> => {
    const reach = options.reach();
    const deaf = new Set<Aor>();
    for (const one of reach === null ? [] : people) {
      if (one !== sender && (await reach?.decide(sender, one))?.is === 'blocked') deaf.add(one);
    }
    return deaf;
  };
  const peopleOf = (conference: Conference | null): Aor[] => conference?.members.map(({ aor }) => aor) ?? [];

  type Kept = Mailed & { readonly at: number };
  /** Inside a write. An account that was removed has no mailbox any more. */
  const mail = (
    message: NewMessage,
    people: readonly Aor[],
    deaf: ReadonlySet<Aor>,
    wakes: boolean,
  ): Kept => {
    const hearers = people.filter((one) => users.exists(one) && !deaf.has(one));
    const posted = messages.post(message, hearers, clock.now());
    const without = posted.is === 'posted' ? posted.without : [];
    const owners = hearers.filter((one) => !without.includes(one));
    const { sender, recipient: focus, callId } = message;
    return { focus, sender, callId, owners, without, wakes, at: posted.at };
  };
  const tell = (
    conference: Conference,
    happening: Happening,
    people: readonly Aor[],
    deaf: ReadonlySet<Aor>,
  ) => mail(eventNote(happening, conference, nameOf(happening.by), clock.now()), people, deaf, false);

  /** After the commit. */
  const after = (focus: Aor, mailed: readonly Mailed[], isChanged: boolean): void => {
    for (const one of mailed) mailings.tell(one);
    if (isChanged) changes.tell(focus);
  };

  return {
    find: store.find,
    standing: store.standing,
    of: store.of,
    get count() {
      return store.count;
    },
    onChange: (listener) => void changes.add(listener),
    onMailed: (listener) => void mailings.add(listener),

    async create({ creator, callId, subject, members }) {
      const people = [...new Set([creator, ...members])];
      const deaf = await deafTo(creator, people);
      const result = await durable.write(() => {
        const known = store.madeBy(creator, callId);
        if (known !== null) return { ok: true as const, focus: known, fresh: false, mailed: [] };
        const why = tooMuch(store, creator, people);
        if (why !== null) return why;
        const now = clock.now();
        const focus = `sip:conf-${randomBytes(16).toString('hex')}@${domain}`;
        const conference: Conference = {
          focus,
          subject,
          formerSubjects: [],
          administrator: creator,
          createdAt: now,
          changedAt: now,
          members: people.map((aor) => ({ aor, addedBy: creator, joinedAt: now })),
        };
        store.create(conference, callId);
        const others = people.filter((one) => one !== creator).map(nameOf);
        const whom = others.length === 0 ? '' : ` with ${listNames(others)}`;
        const text = `${nameOf(creator)} started the conversation${whom}.`;
        const mailed = tell(conference, { event: 'created', by: creator, text }, people, deaf);
        return { ok: true as const, focus, fresh: true, mailed: [mailed] };
      });
      if (result.ok) after(result.focus, result.mailed, result.fresh);
      return result;
    },

    async add(focus, by, who) {
      const deaf = await deafTo(by, [...peopleOf(store.find(focus)), who]);
      const result = await durable.write(() => {
        const standing = store.standing(focus, by);
        if (standing !== 'member') return stranger(standing);
        if (store.standing(focus, who) === 'member') return { ok: true as const, fresh: false, mailed: [] };
        const before = store.find(focus);
        if (before !== null && before.members.length >= MOST_PEOPLE)
          return { ok: false as const, status: 486, reason: `At most ${MOST_PEOPLE} people` };
        if (store.of(who).length >= MOST_JOINED)
          return {
            ok: false as const,
            status: 486,
            reason: 'They are in too many conversations',
            people: [who],
          };
        store.join(focus, { aor: who, addedBy: by, joinedAt: clock.now() });
        const conference = store.find(focus);
        if (conference === null) return stranger('none');
        const text = `${nameOf(by)} added ${nameOf(who)} to the conversation.`;
        const happening = { event: 'joined', by, member: who, text } as const;
        const mailed = [tell(conference, happening, peopleOf(conference), deaf)];
        return { ok: true as const, fresh: true, mailed };
      });
      if (result.ok) after(focus, result.mailed, result.fresh);
      return result;
    },

    async remove(focus, by, who) {
      const deaf = await deafTo(by, peopleOf(store.find(focus)));
      const result = await durable.write(() => {
        const own = by === who;
        const standing = store.standing(focus, by);
        // Who has left and says so again has not heard the first answer.
        if (own && standing === 'former') return { ok: true as const, fresh: false, mailed: [] };
        if (standing !== 'member') return stranger(standing);
        const conference = store.find(focus);
        if (conference === null) return stranger('none');
        if (!own && administratorOf(conference, users.name) !== by)
          return {
            ok: false as const,
            status: 403,
            reason: 'Only whoever made the conversation removes others',
          };
        if (store.standing(focus, who) !== 'member') return { ok: true as const, fresh: false, mailed: [] };
        store.leave(focus, who, clock.now());
        const text = own
          ? `${nameOf(who)} left the conversation.`
          : `${nameOf(by)} removed ${nameOf(who)} from the conversation.`;
        const happening = { event: 'left', by, member: who, text } as const;
        // Whoever went hears of it too: their other devices have to know.
        const mailed = [tell(conference, happening, peopleOf(conference), deaf)];
        return { ok: true as const, fresh: true, mailed };
      });
      if (result.ok) after(focus, result.mailed, result.fresh);
      return result;
    },

    async post({ message, wakes, subject, renames }) {
      const { sender, recipient: focus } = message;
      const deaf = await deafTo(sender, peopleOf(store.find(focus)));
      const result = await durable.write(() => {
        const at = messages.acceptedAt(message);
        if (at !== null) return { ok: true as const, fresh: false, at, mailed: [], renamed: false };
        const standing = store.standing(focus, sender);
        if (standing !== 'member') return stranger(standing);
        const before = store.find(focus);
        if (before === null) return stranger('none');
        if (!messages.hasRoom(message))
          return { ok: false as const, status: 413, reason: 'Your history is full' };
        const people = peopleOf(before);
        const mailed: Kept[] = [];
        const name = newName(before, subject, renames);
        if (name !== null) {
          store.rename(focus, name, clock.now());
          const text = `${nameOf(sender)} named the conversation “${name}”.`;
          const happening = { event: 'renamed', by: sender, text } as const;
          const note = eventNote(
            happening,
            { focus, subject: name },
            nameOf(sender),
            clock.now(),
            renames ? message : {},
          );
          mailed.push(mail(note, people, deaf, false));
        }
        if (!renames) mailed.push(mail(message, people, deaf, wakes));
        const fresh = mailed.length > 0;
        return {
          ok: true as const,
          fresh,
          at: mailed.at(-1)?.at ?? clock.now(),
          mailed,
          renamed: name !== null,
        };
      });
      if (!result.ok) return result;
      after(focus, result.mailed, result.renamed);
      return result;
    },
  };
}

function tooMuch(store: ConferenceStore, creator: Aor, people: readonly Aor[]): Refused | null {
  if (people.length > MOST_PEOPLE) return { ok: false, status: 486, reason: `At most ${MOST_PEOPLE} people` };
  if (store.createdBy(creator) >= MOST_CREATED)
    return { ok: false, status: 486, reason: 'You have made too many conversations' };
  const busy = people.filter((one) => store.of(one).length >= MOST_JOINED);
  return busy.length === 0
    ? null
    : { ok: false, status: 486, reason: 'They are in too many conversations', people: busy };
}

/** What the message makes the name of the conversation; null: nothing. An old name is of somebody who has not heard yet. */
function newName(before: Conference, text: string, renames: boolean): string | null {
  const subject = cleanSubject(text);
  if (subject === '' || subject === before.subject) return null;
  return renames || !before.formerSubjects.includes(subject) ? subject : null;
}
