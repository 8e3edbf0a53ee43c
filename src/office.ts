/** The half of the wiring that is needed after sign-in; main.ts loads it then. */
import type { Boot, Fact } from './agent/contract.ts';
import { Devices } from './media/devices.ts';
import type { OpenFileWorker } from './media/file-sink.ts';
import { PeerConnections } from './media/peer-connections.ts';
import { Tones } from './media/tones.ts';
import { askForSync } from './model/background-sync.ts';
import { Alerts } from './model/calls/alerts.svelte.ts';
import { storedCallHistory } from './model/calls/call-history.ts';
import { CallLog } from './model/calls/call-log.svelte.ts';
import { Calls } from './model/calls/calls.svelte.ts';
import { DeviceChoices } from './model/calls/devices.svelte.ts';
import { followNotifications } from './model/calls/notification-wishes.ts';
import { Parked } from './model/calls/parked.svelte.ts';
import { PopOut, smallWindowsOf } from './model/calls/pop-out.svelte.ts';
import { Ringer } from './model/calls/ringer.ts';
import { SystemNotices, tellSeen } from './model/calls/system-notices.ts';
import type { Conversation } from './model/chat/conversation.svelte.ts';
import { Conversations } from './model/chat/conversations.svelte.ts';
import { Groups } from './model/chat/groups.svelte.ts';
import { HistoryFile } from './model/chat/history-file.svelte.ts';
import { storedHistory } from './model/chat/history.ts';
import { storedSearch } from './model/chat/message-search.ts';
import { Search } from './model/chat/search.svelte.ts';
import { rowWords } from './model/chat/row-words.ts';
import { Transfers } from './model/chat/transfers.svelte.ts';
import type { Tab } from './model/context.ts';
import { titleWords } from './model/chat/title-words.ts';
import { Account } from './model/people/account.svelte.ts';
import { ContactTree } from './model/people/contact-tree.svelte.ts';
import type { Reach } from './model/people/context.ts';
import { Emergency } from './model/people/emergency.svelte.ts';
import { People } from './model/people/people.svelte.ts';
import { Strangers } from './model/people/strangers.ts';
import { Privacy } from './model/people/privacy.svelte.ts';
import type { Routing } from './model/routing/routing.svelte.ts';
import { tagWords } from './model/people/tag-words.ts';
import type { CurrentLine } from './model/people/tree-rows.ts';
import type { Database } from './store/database.ts';
import { openStore } from './store/open.ts';
import type { TabOffice } from './ui/tab-office.ts';

/** An office and how facts reach it. `close` lets go of everything it listens to. */
export interface OpenOffice {
  readonly shown: TabOffice;
  readonly isBusy: boolean;
  /** The agent's own word, where the office was opened on what was kept. */
  boot(boot: Boot): void;
  apply(fact: Fact): void;
  close(): void;
}

/** Longer ago is history, not a current conversation. */
const CURRENT = 24 * 3_600_000;
/** How many people "Recent" names (features.md P05). */
const RECENT = 10;

export function buildOffice(
  tab: Tab,
  boot: Boot,
  storage: Storage | null,
  openFileWorker: OpenFileWorker,
): OpenOffice {
  const { link, router, connection, preferences, clock, notices } = tab;
  const database = once(readStore);

  const people = new People(link);
  const me = new Account(link);
  const privacy = new Privacy(link);
  // Asked for each connection: the window may have been opened on what the site said last.
  const iceServers = () => tab.session.config.iceServers ?? [];
  const transfers = new Transfers(link, iceServers, openFileWorker, () => [
    tab.session.config.serviceRoot ?? `${location.origin}/api`,
    `${location.origin}/api`,
  ]);
  const conversations = new Conversations(link, storedHistory(database), (id, files) =>
    transfers.offer(id, files),
  );

  const groups = new Groups({
    link,
    open: (aor) => router.go({ at: 'chat', aor }),
    say: (level, words) => notices.say(level, words),
  });
  /** People of a conversation whom nobody here has named yet. */
  const meet = (rows: Boot['conversations']): void => {
    for (const { group } of rows)
      for (const { aor, name } of group?.members ?? []) people.contact(aor).meet(name);
  };

  /** Who calls, or is called, by the name that the directory has. */
  const nameOther = ({ peer, state, forUser, onBehalfOf }: Boot['calls'][number]): void => {
    if (state !== 'incoming' && state !== 'dialling') return;
    for (const aor of [peer, forUser?.aor, onBehalfOf?.aor])
      if (aor?.startsWith('sip:') === true && !people.contact(aor).isListed) void people.lookUp(aor);
  };

  /** With whom the person talks on other devices: the name that those have. */
  const nameOthers = (elsewhere: Boot['elsewhere']): void => {
    for (const { peer, peerName } of elsewhere) if (peerName) people.contact(peer).meet(peerName);
  };

  const tones = new Tones(undefined, () => preferences.values.volume);
  const devices = new Devices(navigator.mediaDevices, storage ?? forgetful);
  const peers = new PeerConnections(iceServers, () => devices.choice);
  /** Do not disturb, also by presenting: but Team comes through (features.md A02, A08). */
  const isQuiet = (from: string): boolean => me.isUndisturbed && people.contact(from).level !== 'team';
  const ringer = new Ringer(tones);
  const calls = new Calls({
    link,
    peers,
    ringer,
    files: transfers,
    log: new CallLog(storedCallHistory(database), storage, (through) => {
      void link.send('calls-seen', { through });
    }),
    isQuiet,
    shares: (on) => tab.activity.share(on),
  });
  const parked = new Parked();
  const popOut = new PopOut(calls, smallWindowsOf(window));
  const systemNotices = new SystemNotices(window);
  people.beforeTold((contact, presence) => {
    if (!preferences.values.tagged || isQuiet(contact.aor)) return false;
    const words = tagWords(presence);
    void systemNotices.presence({ person: contact.aor, name: contact.name, words });
    return true;
  });
  const alerts = new Alerts({
    calls,
    conversations,
    ringer,
    notices: systemNotices,
    nameOf: (aor) => titleWords(conversations.of(aor), people, me.aor),
    isQuiet,
    isUndisturbed: () => me.isUndisturbed,
    wants: () => preferences.values,
  });

  const emergency = new Emergency();
  const reach: Reach = {
    call(aor, video, behalf) {
      if (emergency.stops(aor)) return;
      router.go({ at: 'chat', aor });
      void calls
        .place(aor, video, {
          ...(behalf && { behalf: { aor: behalf, name: people.contact(behalf).name } }),
        })
        .then((outcome) => {
          if (!outcome.ok) notices.say('problem', outcome.why);
        });
    },
    message(members) {
      const [only] = members;
      if (members.length === 1 && only) router.go({ at: 'chat', aor: only });
      else void groups.startNow(members);
    },
    gather: (members, list) => groups.gather({ people: members, ...(list && { list }) }),
    get whyNoCall() {
      return connection.whyNoCall;
    },
  };
  const current = (): readonly CurrentLine[] =>
    conversations.recent
      .filter((each) => !each.group && (clock.now - each.at < CURRENT || each.unread > 0))
      .map(lineOf);
  const recent = (): readonly string[] =>
    newest([
      ...conversations.recent.filter(({ group }) => !group).map(({ id, at }) => ({ aor: id, at })),
      ...calls.log.rows.map(({ conversation, at }) => ({ aor: conversation, at })),
    ]);
  const tree = new ContactTree(people, preferences, {
    ...{ current, recent },
    delegates: () => me.delegates,
    teamCall: () => me.teamCall,
    managers: () => me.managers,
  });

  let followed: Routing | null = null;
  const routing = async (): Promise<Routing> => {
    const part = await import('./model/routing/routing.svelte.ts');
    return (followed ??= new part.Routing(
      link,
      () => me.aor,
      (aor) => people.contact(aor).name,
    ));
  };

  const unfollow = followNotifications(window, router, calls);
  const take = (all: Boot): void => {
    people.boot(all);
    me.boot(all);
    privacy.boot(all);
    conversations.boot(all);
    meet(all.conversations);
    nameOthers(all.elsewhere);
    calls.boot(all);
    parked.boot(all);
    transfers.boot(all);
  };
  take(boot);
  void calls.log.open();
  /** Where my calls go, for the own status: told as a fact, also when another device changes it. */
  const askHandling = (): void => {
    void link.send('call-handling', {}).then((outcome) => {
      // An agent that has said it to another window says it to nobody again.
      if (outcome.ok) learn({ fact: 'call-handling', state: outcome.value });
    });
  };
  const duties = new Strangers(people);
  const heard = (fact: Fact): void => {
    if (fact.fact === 'connection' && fact.state.is === 'online') askHandling();
    // Refused in the name of somebody: I may no longer be their delegate.
    if (fact.fact === 'call' && fact.call.onBehalfOf && fact.call.end === 'failed') askHandling();
    if (fact.fact === 'call-handling') learn(fact);
  };
  const learn = (fact: Extract<Fact, { fact: 'call-handling' }>): void => {
    me.apply(fact);
    // My list need not name those who answer for me, nor those I answer for.
    duties.meet([...fact.state.managers, ...(fact.state.handling?.delegates ?? [])]);
  };
  askHandling();
  const stops = [unfollow, alerts.start(), calls.listen(window), popOut.start(), tellSeen(window)];

  return {
    shown: {
      office: { people, me, privacy, tree, reach, emergency },
      conversations,
      groups,
      transfers,
      historyFile: new HistoryFile(link, database),
      search: new Search(storedSearch(database, link), () => conversations.kept.status),
      calling: { calls, alerts, parked, devices: new DeviceChoices(devices, peers, tones), popOut },
      routing,
    },
    get isBusy() {
      return (
        calls.current !== null || calls.elsewhere !== null || calls.incoming.length > 0 || transfers.isBusy
      );
    },
    boot(all) {
      take(all);
      askHandling();
    },
    apply(fact) {
      askForSync(fact, connection.isOnline, navigator.serviceWorker);
      if (fact.fact === 'conversations') meet(fact.rows);
      if (fact.fact === 'call') nameOther(fact.call);
      if (fact.fact === 'calls-elsewhere') nameOthers(fact.calls);
      heard(fact);
      followed?.apply(fact);
      for (const noun of [people, me, privacy, conversations, calls, parked, transfers]) noun.apply(fact);
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}

function lineOf(conversation: Conversation): CurrentLine {
  const { id, at, unread, last, isTyping } = conversation;
  const line = isTyping ? 'Typing…' : last ? `${last.mine ? 'You: ' : ''}${rowWords(last)}` : '';
  return { aor: id, at, unread, line };
}

/** Whom I spoke with last, by message or call, each once. */
function newest(talks: readonly { readonly aor: string; readonly at: number }[]): readonly string[] {
  const order = talks.toSorted((one, other) => other.at - one.at).map(({ aor }) => aor);
  return [...new Set(order)].slice(0, RECENT);
}

async function readStore(): Promise<Database> {
  const opened = await openStore();
  if (!opened.ok) throw new Error(opened.why);
  return opened.db;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

/** Stands in where the browser lets nothing be kept. */
const forgetful = { getItem: () => null, setItem: () => undefined };
