/** Everything that lives while somebody is signed in, wired together; ends as one. */
import { levelsIn } from '../protocol/policy-levels.ts';
import { isFileSession } from '../protocol/file-offer.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { SipConnection, SipEvents, SipUserAgent, UserAgentOptions } from '../sip/contract.ts';
import type { Image } from '../store/vault.ts';
import type { StoredAccount } from '../store/rows.ts';
import type { CallHandlingKeeper } from './call-handling.ts';
import { createCards } from './cards.ts';
import { createCalling, type Calling, type CallingDeps } from './calling.ts';
import { createContacts, PRES_RULES_TYPE, RESOURCE_LISTS_TYPE, type Contacts } from './contacts.ts';
import type { Account, ContactList } from './contract.ts';
import { inCall } from './core/in-call.ts';
import { chosenIn } from './core/own-state.ts';
import { parkedIn } from './core/parked.ts';
import { createTagAlerts } from './core/tag-alerts.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createDirectoryGroups, type DirectoryGroups } from './directory-groups.ts';
import { createCalendar, type Calendar } from './calendar.ts';
import type { MeasuredCall } from '../protocol/vq-report.ts';
import type { EmbedTokens } from './embed-tokens.ts';
import { lazyVoicemailBox } from './lazy-voicemail.ts';
import type { Env, Keeper } from './env.ts';
import { createGroupRosters, type GroupRosters } from './group-rosters.ts';
import { createGroupTalk, type GroupTalk } from './group-talk.ts';
import { createFileRows } from './file-rows.ts';
import { uploadFile } from './file-upload.ts';
import { createFiling, type Filing, type FilingDeps } from './filing.ts';
import { createHardState } from './hard-state.ts';
import { createHistory, type History } from './history.ts';
import type { Http } from './http.ts';
import { createListNews } from './list-news.ts';
import { createMessaging, type Messaging } from './messaging.ts';
import type { Tabs } from './ports.ts';
import { createOwnPresence, type OwnPresence, type OwnPresenceDeps } from './own-presence.ts';
import { createOwnCalls, type OwnCalls } from './own-calls.ts';
import type { AccountSecret } from './secret.ts';
import { createServerOffers, type ServerOffers } from './server-offers.ts';
import type { ServerTime } from './server-time.ts';
import { createWatchers, type Watchers } from './watchers.ts';
import { createWatching, type Watching } from './watching.ts';
import type { VoicemailBox } from './voicemail-box.ts';
import { createVoicemailWatch } from './voicemail-watch.ts';
import { xcapDocument } from './xcap.ts';

/** Makes the SIP layer; the simulation and tests hand in their own. */
export type MakeSip = (options: UserAgentOptions, events: SipEvents) => SipUserAgent;

export interface SignedInDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  readonly instanceId: string;
  readonly device: OwnPresenceDeps['device'];
  readonly image: Image;
  readonly secret: AccountSecret;
  readonly http: Http;
  readonly makeSip: MakeSip;
  readonly openSocket: UserAgentOptions['openSocket'];
  readonly mediaOf: CallingDeps['mediaOf'];
  /** Where the server makes conferences; null: it makes none. */
  readonly factory: () => string | null;
  readonly fileMediaOf: FilingDeps['mediaOf'];
  readonly askTab: Tabs['request'];
  readonly connection: (state: SipConnection) => void;
  /** The account's row changed and must be kept; `shown`: what windows begin with, null without a secret to begin on. */
  readonly changed: (account: StoredAccount, shown: Account | null) => void;
}

export interface SignedIn {
  readonly sip: SipUserAgent;
  readonly messaging: Messaging;
  readonly contacts: Contacts;
  readonly watching: Watching;
  readonly own: OwnPresence;
  readonly offers: ServerOffers;
  readonly watchers: Watchers;
  readonly calling: Calling;
  readonly ownCalls: OwnCalls;
  readonly filing: Filing;
  readonly directory: Directory;
  readonly groups: DirectoryGroups;
  readonly groupTalk: GroupTalk;
  readonly groupRosters: GroupRosters;
  readonly embedTokens: EmbedTokens;
  readonly callQuality: (id: string, measured: MeasuredCall) => Promise<void>;
  readonly voicemail: VoicemailBox;
  readonly calendar: Calendar;
  readonly callHandling: CallHandlingKeeper;
  readonly history: History;
  readonly row: () => StoredAccount;
  readonly account: () => Account;
  /** The row was changed from outside (its secret). */
  replace(row: StoredAccount): void;
  tabGone(tab: string): void;
  /** Ends calls and the registration politely within `ms`. */
  stop(ms: number): Promise<void>;
}

export function createSignedIn(deps: SignedInDeps, start: StoredAccount): SignedIn {
  const { env, keeper, time, http, instanceId } = deps;
  const { aor, name, xcapRoot, serviceRoot } = start;
  let row = start;
  let ended = false;

  const me = { aor, name };
  const messaging = createMessaging(env, keeper, time, me, deps.image, {
    receipts: () => row.receipts !== false,
    untold: () => {
      history.poke();
    },
    groupFound: () => groupRosters.found(),
  });
  const groupRosters = createGroupRosters({ env, http, root: serviceRoot, messaging });
  const history = createHistory({
    ...{ env, keeper, time, me: aor, instanceId, http, root: serviceRoot },
    ...{ from: messaging.history, place: deps.image.meta.history ?? null },
  });
  const tags = createTagAlerts(env.clock, (who, presence) => {
    env.tell({ fact: 'tag-alert', aor: who, presence });
  });
  const tell: Env['tell'] = (fact) => {
    env.tell(fact);
    if (fact.fact === 'presence') tags.heard(fact.changes);
  };
  const watching = createWatching({ ...env, tell }, time, aor, Boolean(xcapRoot));
  const follow = ({ entries, blocked = [] }: ContactList) => {
    tags.follow(
      entries.filter((entry) => entry.tagged).map((entry) => entry.aor),
      watching.of,
    );
    // A telephone number has neither presence nor a card.
    const people = entries.map((entry) => entry.aor).filter((one) => one.startsWith('sip:'));
    watching.follow(people, blocked);
    cards.follow(people);
    watchers.refresh();
  };
  const documents = xcapRoot && {
    lists: xcapDocument(http, xcapRoot, aor, 'resource-lists', RESOURCE_LISTS_TYPE),
    rules: xcapDocument(http, xcapRoot, aor, 'pres-rules', PRES_RULES_TYPE),
  };
  const directory = createDirectory(env, keeper, time, http, serviceRoot);
  const groups = createDirectoryGroups({
    http,
    root: serviceRoot,
    listed: (person) => directory.listed(person),
    kept: start.organisationGroups ?? null,
    keep: (told) => {
      if (!ended) save({ organisationGroups: told });
    },
  });
  // Few ever make one: fetched when somebody opens that page.
  const embedTokens: EmbedTokens = async (change) => {
    const part = await import('./embed-tokens.ts').catch(() => null);
    if (!part) return { ok: false, why: 'The server cannot be reached. Try again when you are connected.' };
    return part.createEmbedTokens(http, serviceRoot)(change);
  };
  // Asked for by a window, and from then on kept up with what the other devices change.
  let handling: Promise<CallHandlingKeeper | null> | null = null;
  const callHandling: CallHandlingKeeper = async (change) => {
    handling ??= import('./call-handling.ts').then(
      (part) => part.createCallHandling({ env, http, me: aor, xcapRoot, serviceRoot }),
      () => null,
    );
    const part = await handling;
    if (part) return part(change);
    handling = null;
    return { ok: false, why: 'The server cannot be reached. Try again when you are connected.' };
  };
  const callQuality = async (id: string, measured: MeasuredCall): Promise<void> => {
    const call = await (await history.calls()).measured(id, measured.quality);
    if (!call || serviceRoot === null) return;
    // A report is worth one try: the next call brings the next.
    const part = await import('./quality-report.ts').catch(() => null);
    await part?.sendQualityReport(http, serviceRoot, { me: aor, call, measured });
  };
  const voicemail = lazyVoicemailBox(() => import('./voicemail-box.ts'), http, serviceRoot);
  const voicemailWatch = createVoicemailWatch(aor, () => {
    if (!ended) env.tell({ fact: 'account', account: account() });
  });
  const calendar = createCalendar(http, serviceRoot);
  const cards = createCards(env, directory, () => {
    contacts.show();
  });
  const contacts = createContacts({
    ...{ env, keeper, time, me: aor, serviceRoot, remote: documents || null },
    kept: deps.image.contacts,
    changed: follow,
    decorate: (entry) => cards.decorate(entry),
    levelsKept: () => offers.levelsKept(),
  });
  const offers = createServerOffers(env, keeper, http, xcapRoot, deps.image.meta.offers ?? null, () => {
    if (ended) return;
    own.offersChanged();
    ownCalls.offersChanged();
    contacts.sync();
  });
  const nameOf = (peer: string): string | undefined =>
    contacts.list().entries.find((entry) => entry.aor === peer)?.name;
  const watchers = createWatchers({
    ...{ env, time, me: aor },
    levels: () => levelsIn(contacts.policy()),
    nameOf,
  });
  const accountIn = (presence: Account['presence']): Account => {
    const { title, photo } = row;
    const { manual, manualUntil, custom, note, noteUntil, location, locationFor } = own.chosen();
    return {
      aor,
      name: row.name,
      manual,
      ...(custom !== null && { custom }),
      ...(manualUntil !== null && { manualUntil }),
      note,
      ...(noteUntil !== null && { noteUntil }),
      location,
      locationFor,
      customStates: offers.customStates(),
      levelsKept: offers.levelsKept() === true,
      receipts: row.receipts !== false,
      presence,
      ...(title && { title }),
      ...(photo && { photo }),
    };
  };
  const account = (): Account => {
    const waiting = voicemailWatch.waiting();
    return { ...accountIn(own.presence()), ...(waiting && { voicemail: waiting }) };
  };
  const save = (change: Partial<StoredAccount>) => {
    row = { ...row, ...change };
    deps.changed(row, row.signedIn && row.secret ? accountIn(own.resting()) : null);
    env.tell({ fact: 'account', account: account() });
  };
  const own = createOwnPresence({
    ...{ env, time, me: { aor, instanceId }, device: deps.device, start: chosenIn(start) },
    hardState: xcapRoot ? createHardState(http, xcapRoot, aor, env.log) : null,
    levelsKept: () => offers.levelsKept() === true,
    customStates: offers.customStates,
    changed: save,
  });
  const isPrivate = (): boolean => offers.levelsKept() === true;
  const ownCalls = createOwnCalls({ env, me: aor, instanceId, isPrivate, nameOf });
  const calling = createCalling({
    ...{ env, keeper, time, me: aor },
    mediaOf: deps.mediaOf,
    kept: deps.image.meta['calls-up'] ?? [],
    nameOf,
    changed: (calls) => {
      own.setCall(inCall(calls, time.now()), parkedIn(calls, nameOf));
      ownCalls.changed(calls);
    },
    whyEnded: ({ snapshot, sip: ended }, by, reason) =>
      ownCalls.whyEnded({ snapshot, sip: ended, by, reason }),
  });

  const filing = createFiling({
    env,
    rows: createFileRows(env, aor, messaging),
    mediaOf: deps.fileMediaOf,
    upload: (transfer) => uploadFile({ http, root: serviceRoot, askTab: deps.askTab, transfer }),
    canUpload: () => serviceRoot !== null,
    isGroup: (id) => messaging.isGroup(id),
    nameOf,
  });
  const groupTalk = createGroupTalk({
    ...{ env, keeper, time, me, messaging, factory: deps.factory },
    nameOf,
  });

  const isBlocked = (uri: string): boolean => {
    const peer = aorOf(uri);
    return peer !== null && contacts.isBlocked(peer);
  };

  /** The own card: the name others see comes from the directory. */
  async function learnSelf(): Promise<void> {
    const person = await directory.ask(aor);
    if (!person || ended) return;
    const { name: given, title, photo } = person;
    if (given !== row.name || title !== row.title || photo !== row.photo)
      save({ name: given, ...(title && { title }), ...(photo && { photo }) });
  }

  const news = createListNews(env, aor, () => {
    contacts.sync();
    if (handling && !ended) void callHandling();
  });

  const sip = deps.makeSip(
    {
      ...{ aor, displayName: name, secret: deps.secret, servers: start.servers, instanceId },
      ...{ clock: env.clock, openSocket: deps.openSocket, log: env.log },
    },
    {
      connection(state) {
        if (ended) return;
        if (state.is === 'online' && state.clockOffset !== null) time.learn(state.clockOffset);
        deps.connection(state);
        if (state.is === 'online') {
          messaging.online(sip);
          groupTalk.online(sip);
          groupRosters.online(sip);
          history.online(sip);
          own.online(sip);
          watchers.online(sip);
          void offers.ask();
          watching.online(sip);
          tags.online();
          ownCalls.online(sip);
          calling.online(sip);
          filing.online(sip);
          contacts.sync();
          cards.online();
          if (documents) news.online(sip);
          voicemailWatch.online(sip);
          void learnSelf();
        } else {
          messaging.offline();
          groupTalk.offline();
          history.offline();
          calling.offline();
          filing.offline();
          watching.offline();
          tags.offline();
          news.offline();
        }
      },
      message(message) {
        if (ended) return Promise.resolve(480);
        // Taken and thrown away, as our server does: stock servers let a blocked person through (features.md A05).
        return isBlocked(message.from) ? Promise.resolve(200) : messaging.receive(message);
      },
      call(call) {
        if (ended || isBlocked(call.peer)) call.reject(480);
        // A file waits in its conversation; it never rings (features.md I04).
        else if (isFileSession(call.offer)) filing.incoming(call);
        else calling.incoming(call);
      },
      // The one event that comes unasked (RFC 3842).
      notify: (_event, _type, body) => {
        if (!ended) voicemailWatch.heard(body);
      },
    },
  );
  follow(contacts.list());

  return {
    ...{ sip, messaging, contacts, watching, own, offers, watchers, calling, ownCalls, filing, account },
    ...{ groups, embedTokens, callQuality, calendar, callHandling, groupTalk, groupRosters, history },
    voicemail,
    directory: { ...directory, lookUp: cards.open },
    row: () => row,
    replace(next) {
      row = next;
      save({});
    },
    tabGone(tab) {
      calling.tabGone(tab);
      filing.tabGone(tab);
      watching.tabGone(tab);
      groupRosters.tabGone(tab);
      own.tabGone(tab);
    },
    async stop(ms) {
      if (ended) return;
      calling.stop();
      ownCalls.stop();
      filing.stop();
      watching.stop();
      tags.offline();
      messaging.stop();
      groupRosters.stop();
      history.stop();
      contacts.stop();
      cards.stop();
      news.stop();
      voicemailWatch.stop();
      watchers.stop();
      await Promise.race([own.leave(), new Promise<void>((late) => env.clock.after(ms / 2, late))]);
      ended = true;
      own.stop();
      await sip.stop(ms);
    },
  };
}
