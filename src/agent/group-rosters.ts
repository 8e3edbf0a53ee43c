/**
 * Who is in the conversations that have a focus: the list of them when a device comes online, the roster (RFC 4575) of
 * each that a window shows. Between those, messages tell who comes and goes.
 */
import { CONFERENCE_INFO_TYPE, decodeConferenceInfo } from '../protocol/conference-info.ts';
import { applyConferenceInfo, type ConferenceRoster } from '../protocol/conference-roster.ts';
import type { OwnConference } from '../protocol/service-api.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { SipUserAgent, Subscription, SubscriptionFact } from '../sip/contract.ts';
import type { GroupInfo, Member, StoredConversation } from '../store/rows.ts';
import type { Aor } from './contract.ts';
import { MOST_PEOPLE } from './core/groups.ts';
import type { Env } from './env.ts';
import type { Http } from './http.ts';
import type { Messaging } from './messaging.ts';
import { readConferences } from './read-conferences.ts';

export interface GroupRosters {
  /** A tab shows the conversation, or no longer. */
  watch(conversation: Aor, tab: string, on: boolean): void;
  tabGone(tab: string): void;
  /** A message came in a conversation whose people are not known. */
  found(): void;
  online(sip: SipUserAgent): void;
  stop(): void;
}

export interface GroupRostersDeps {
  readonly env: Env;
  readonly http: Http;
  /** `…/api`; null on servers without one. */
  readonly root: string | null;
  readonly messaging: Pick<Messaging, 'find' | 'update'>;
}

const PAGE = 100;
/** Conversations of one person that are read; the server keeps 5,000. */
const MOST = 5_000;
const EXPIRES = 3600;
/** Several messages of new conversations ask once, milliseconds. */
const SOON = 1_000;

export function createGroupRosters({ env, http, root, messaging }: GroupRostersDeps): GroupRosters {
  const looks = new Map<Aor, Set<string>>();
  const open = new Map<Aor, Subscription>();
  let sip: SipUserAgent | null = null;
  let cancelAsking: (() => void) | null = null;
  let stopped = false;

  async function readAll(): Promise<void> {
    for (let offset = 0; offset < MOST && root !== null && !stopped; offset += PAGE) {
      const answer = await http({ method: 'GET', url: `${root}/conferences?offset=${offset}&limit=${PAGE}` });
      const page = answer.status === 200 ? readConferences(answer.body) : null;
      if (!page) return;
      for (const one of page.conferences) await take(one);
      if (offset + PAGE >= page.total) return;
    }
  }
  function take({ uri, subject, administrator, members, changedAt }: OwnConference): Promise<unknown> {
    const people = members.map(({ aor, name }) => ({
      aor,
      name,
      ...(aor === administrator && { owner: true }),
    }));
    return settle(uri, people, subject, changedAt);
  }
  /** Writes down what is another; mostly nothing is. */
  async function settle(id: Aor, members: readonly Member[], subject: string, at: number): Promise<void> {
    const before = messaging.find(id);
    const group: GroupInfo = { focus: true, members: withNames(members, before?.group?.members ?? []) };
    const isSame =
      JSON.stringify(before?.group) === JSON.stringify(group) && (before?.subject ?? '') === subject;
    if (isSame || stopped) return;
    await messaging.update(id, (row): StoredConversation => ({
      ...row,
      group,
      ...(subject !== '' && { subject }),
      at: row.at || at,
    }));
  }

  function heard(
    focus: Aor,
    known: ConferenceRoster | null,
    fact: SubscriptionFact,
  ): ConferenceRoster | null {
    if (fact.is === 'ended') {
      open.delete(focus);
      if (fact.status === 403 || fact.status === 404) markLeft(focus);
      return null;
    }
    if (fact.is === 'stale') return null;
    const read = fact.contentType.startsWith(CONFERENCE_INFO_TYPE) ? decodeConferenceInfo(fact.body) : null;
    if (!read?.ok) return known;
    const after = applyConferenceInfo(known, read.value);
    if (after === 'old') return known;
    if (after === 'gap' || after === 'ended') {
      open.get(focus)?.close();
      open.delete(focus);
      if (after === 'gap') adjust();
      return null;
    }
    const members = [...after.users.values()]
      .slice(0, MOST_PEOPLE)
      .flatMap(({ entity, displayText = '', roles }) => {
        const aor = aorOf(entity);
        const isOwner = roles?.includes('administrator') === true;
        return aor ? [{ aor, name: displayText.slice(0, 200), ...(isOwner && { owner: true }) }] : [];
      });
    void settle(focus, members, after.description.subject?.slice(0, 200) ?? '', 0);
    return after;
  }
  function markLeft(focus: Aor): void {
    const group = messaging.find(focus)?.group;
    if (group && !group.left)
      void messaging.update(focus, (row) => ({ ...row, group: { ...group, left: true } }));
  }

  /** Opens what is looked at, closes what is not. */
  function adjust(): void {
    for (const [focus, subscription] of open)
      if (!looks.has(focus)) {
        open.delete(focus);
        subscription.close();
      }
    const agent = sip;
    if (!agent) return;
    for (const focus of looks.keys()) {
      if (open.has(focus) || !messaging.find(focus)?.group?.focus || messaging.find(focus)?.group?.left)
        continue;
      let roster: ConferenceRoster | null = null;
      const options = {
        target: focus,
        event: 'conference',
        accept: [CONFERENCE_INFO_TYPE],
        expires: EXPIRES,
      };
      const subscription = agent.subscribe(options, (fact) => {
        if (!stopped) roster = heard(focus, roster, fact);
      });
      open.set(focus, subscription);
    }
  }

  return {
    watch(conversation, tab, on) {
      const tabs = looks.get(conversation) ?? new Set<string>();
      if (on) tabs.add(tab);
      else tabs.delete(tab);
      if (tabs.size > 0) looks.set(conversation, tabs);
      else looks.delete(conversation);
      adjust();
    },
    tabGone(tab) {
      for (const [focus, tabs] of looks) if (tabs.delete(tab) && tabs.size === 0) looks.delete(focus);
      adjust();
    },
    found() {
      cancelAsking ??= env.clock.after(SOON, () => {
        cancelAsking = null;
        adjust();
        void readAll();
      });
    },
    online(agent) {
      // What was open belongs to that user agent, and comes back with it.
      if (sip !== agent) {
        sip = agent;
        adjust();
      }
      void readAll();
    },
    stop() {
      stopped = true;
      cancelAsking?.();
      for (const subscription of open.values()) subscription.close();
      open.clear();
    },
  };
}

/** A roster that names somebody by nothing does not take away the name that was known. */
function withNames(members: readonly Member[], known: readonly Member[]): Member[] {
  const names = new Map(known.map(({ aor, name }) => [aor, name]));
  return members.map((one) => (one.name === '' ? { ...one, name: names.get(one.aor) ?? '' } : one));
}
