/**
 * Conversations of several people by command: made, joined, left, renamed. With a focus the server does it (INVITE to
 * the factory, REFER to the focus) and tells everybody; without one everybody is told by a message of ours.
 */
import { encodeRecipientList } from '../protocol/recipient-list.ts';
import { RESOURCE_LISTS_TYPE } from '../protocol/resource-lists.ts';
import type { SipUserAgent } from '../sip/contract.ts';
import type { GroupInfo, Member, StoredConversation } from '../store/rows.ts';
import type { Aor, Commands, Outcome } from './contract.ts';
import { changeWords, chosenPeople, creationWords } from './core/group-members.ts';
import { listNames } from './core/groups.ts';
import type { Env, Keeper, Presentee } from './env.ts';
import type { Messaging } from './messaging.ts';
import type { ServerTime } from './server-time.ts';

export interface GroupTalk {
  start(input: Commands['start-group'][0]): Promise<Outcome<{ conversation: Aor }>>;
  add(conversation: Aor, members: Commands['add-members'][0]['members']): Promise<Outcome>;
  remove(conversation: Aor, member: Aor): Promise<Outcome>;
  leave(conversation: Aor): Promise<Outcome>;
  rename(conversation: Aor, subject: string): Promise<Outcome>;
  online(sip: SipUserAgent): void;
  offline(): void;
}

export interface GroupTalkDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  readonly me: Presentee;
  readonly messaging: Pick<Messaging, 'find' | 'update' | 'tellEvent'>;
  /** Where the server makes conferences; null: it makes none. */
  readonly factory: () => string | null;
  readonly nameOf: (aor: Aor) => string | undefined;
}

interface Refusal {
  readonly ok: false;
  readonly why: string;
}
const NO_GROUP: Refusal = {
  ok: false,
  why: 'This is a conversation of two. Start one with everybody you want.',
};
const HAS_LEFT: Refusal = { ok: false, why: 'You have left this conversation.' };
const NOT_HERE: Refusal = {
  ok: false,
  why: 'On this server each message goes to each person, so nobody can be removed. They can leave, or you start anew without them.',
};
const DONE: Outcome = { ok: true, value: null };
const OFFLINE: Refusal = { ok: false, why: 'Parley is not connected. Try again when it is.' };
const LONGEST_SUBJECT = 200;
/** How long a server that has too much to do is left alone, milliseconds, and how often. */
const PAUSE = 5_000;
const MOST_PAUSES = 4;

export function createGroupTalk(deps: GroupTalkDeps): GroupTalk {
  const { env, keeper, time, me, messaging, factory, nameOf } = deps;
  let sip: SipUserAgent | null = null;

  const nameFor = (aor: Aor, members: readonly Member[] = []): string =>
    (nameOf(aor) ?? members.find((one) => one.aor === aor)?.name) || aor.replace(/^sips?:/, '');
  const put = (id: Aor, group: GroupInfo, subject?: string): Promise<Outcome> =>
    messaging.update(id, (row) => ({
      ...row,
      group,
      ...(subject ? { subject } : {}),
      at: Math.max(row.at, time.now()),
    }));

  /** A conversation of several people that I am in. */
  function joined(
    id: Aor,
  ): { readonly ok: true; readonly row: StoredConversation; readonly group: GroupInfo } | Refusal {
    const row = messaging.find(id);
    if (!row?.group) return NO_GROUP;
    return row.group.left ? HAS_LEFT : { ok: true, row, group: row.group };
  }

  async function refer(focus: Aor, person: Aor, goes: boolean): Promise<number | null> {
    for (let pauses = 0; ; pauses++) {
      if (!sip) return null;
      const outcome = await sip.refer({ focus, person, goes });
      if (outcome.is === 'accepted') return 200;
      const status = outcome.is === 'refused' ? outcome.status : null;
      if (status !== 480 || pauses >= MOST_PAUSES) return status;
      await new Promise<void>((resume) => env.clock.after(PAUSE, resume));
    }
  }

  async function makeAtFactory(
    at: string,
    id: string,
    people: readonly Member[],
    subject: string,
  ): Promise<Outcome<{ conversation: Aor }>> {
    if (!sip) return OFFLINE;
    const outcome = await sip.makeConference({
      factory: at,
      callId: id,
      // Rises with every try of the same wish.
      cseq: Math.floor(time.now() / 1000) % 2 ** 31,
      subject,
      contentType: RESOURCE_LISTS_TYPE,
      body: encodeRecipientList(people.map(({ aor }) => ({ uri: aor, copy: 'to', anonymize: false }))),
    });
    if (outcome.is !== 'made')
      return { ok: false, why: creationWords(outcome.is === 'refused' ? outcome.status : null) };
    const members = [{ aor: me.aor, name: me.name, owner: true }, ...people];
    const kept = await put(outcome.focus, { focus: true, members }, subject);
    return kept.ok ? { ok: true, value: { conversation: outcome.focus } } : kept;
  }

  /** Tells everybody what happened, in the order of what is written. */
  const tell = (id: Aor, ...[event]: [Parameters<Messaging['tellEvent']>[1]]): Promise<Outcome> =>
    keeper.inTurn(() => messaging.tellEvent(id, event));

  return {
    online: (agent) => void (sip = agent),
    offline: () => void (sip = null),
    async start({ members, subject = '', id = env.uuid() }) {
      const named = members.map((aor) => ({ aor, name: nameFor(aor) }));
      const chosen = chosenPeople(named, [me.aor]);
      if (!chosen.ok) return chosen;
      const { people } = chosen;
      const [only] = people;
      if (!only) return { ok: false, why: 'Choose at least one person.' };
      if (people.length === 1) return { ok: true, value: { conversation: only.aor } };
      const name = subject.trim().slice(0, LONGEST_SUBJECT);
      const at = factory();
      if (at !== null) return makeAtFactory(at, id, people, name);
      const conversation = `urn:uuid:${id.toLowerCase()}`;
      const kept = await put(
        conversation,
        { focus: false, members: [{ aor: me.aor, name: me.name }, ...people] },
        name,
      );
      return kept.ok ? { ok: true, value: { conversation } } : kept;
    },
    async add(conversation, members) {
      const found = joined(conversation);
      if (!found.ok) return found;
      const { group } = found;
      const known = group.members.map(({ aor }) => aor);
      const chosen = chosenPeople(
        members.map((aor) => ({ aor, name: nameFor(aor) })),
        known,
      );
      if (!chosen.ok) return chosen;
      const { people } = chosen;
      if (people.length === 0) return { ok: false, why: 'They are in this conversation already.' };
      if (!group.focus) {
        const about = people.map(({ aor }) => aor);
        const kept = await put(conversation, {
          ...group,
          members: [...group.members, ...people],
          former: (group.former ?? []).filter((aor) => !about.includes(aor)),
        });
        if (!kept.ok) return kept;
        const words = `${me.name} added ${listNames(people.map(({ name }) => name))} to the conversation.`;
        return tell(conversation, { event: 'joined', about, words });
      }
      for (const { aor, name } of people) {
        const status = await refer(conversation, aor, false);
        if (status !== 200) return { ok: false, why: changeWords(name, status, false) };
      }
      return DONE;
    },
    async remove(conversation, member) {
      const found = joined(conversation);
      if (!found.ok) return found;
      if (!found.group.focus) return NOT_HERE;
      const status = await refer(conversation, member, true);
      if (status === 200) return DONE;
      return { ok: false, why: changeWords(nameFor(member, found.group.members), status, true) };
    },
    async leave(conversation) {
      const found = joined(conversation);
      if (!found.ok) return found;
      const { group } = found;
      if (!group.focus) {
        const told = await tell(conversation, {
          ...{ event: 'left', about: [me.aor] },
          words: `${me.name} left the conversation.`,
        });
        return told.ok ? put(conversation, { ...group, left: true }) : told;
      }
      const status = await refer(conversation, me.aor, true);
      // Not in it any more is what was wanted.
      if (status !== 200 && status !== 403 && status !== 404)
        return {
          ok: false,
          why: 'You are still in the conversation: the server did not answer. Try again when you are connected.',
        };
      return put(conversation, { ...(messaging.find(conversation)?.group ?? group), left: true });
    },
    async rename(conversation, subject) {
      const name = subject
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, LONGEST_SUBJECT);
      const row = messaging.find(conversation);
      if (!row?.group) return messaging.update(conversation, (before) => ({ ...before, subject: name }));
      if (row.group.left) return HAS_LEFT;
      if (name === '') return { ok: false, why: 'A conversation keeps its name until it gets another.' };
      if (name === row.subject) return DONE;
      const kept = await messaging.update(conversation, (before) => ({ ...before, subject: name }));
      if (!kept.ok) return kept;
      return tell(conversation, { event: 'renamed', words: `${me.name} named the conversation “${name}”.` });
    },
  };
}
