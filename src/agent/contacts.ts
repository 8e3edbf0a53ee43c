/**
 * The contact list: changed at once on screen, on the server as soon as it can be reached.
 *
 *   edit -> kept and shown -> brought to the server: agreed
 *                               |- somebody else wrote: fetched, and the edits applied to that
 *                               |- no answer: the edits wait, also over a restart
 *                               |- refused: fewer at once; the one that is refused alone goes, with a sentence
 */
import type { AccessPolicy } from '../protocol/access-levels.ts';
import { inOrderOfName } from '../protocol/name-order.ts';
import { levelsIn } from '../protocol/policy-levels.ts';
import { PRES_RULES_TYPE } from '../protocol/pres-rules.ts';
import { domainOf } from '../protocol/canonical-id.ts';
import { RESOURCE_LISTS_TYPE } from '../protocol/resource-lists.ts';
import type { Aor, ContactEdit, ContactEntry, ContactList, StoredContacts } from '../store/rows.ts';
import { createContactServer, type ContactDocuments } from './contact-server.ts';
import type { AccessSettings, Outcome } from './contract.ts';
import { settingsOf } from './core/access-document.ts';
import { levelledGroups, readContactList } from './core/contact-document.ts';
import { applyChange, editsOf, type ContactState } from './core/contact-edits.ts';
import { undoneWords } from './core/undone.ts';
import type { Env, Keeper } from './env.ts';
import type { ServerTime } from './server-time.ts';

export interface Contacts {
  readonly list: () => ContactList;
  /** Whether a tab that read the list kept with this stamp shows what {@link list} tells. */
  isAsKept(stamp: string | undefined): boolean;
  /** Null where the server keeps no rules. */
  readonly access: () => AccessSettings | null;
  /** With what was changed here and is not on the server yet. */
  readonly policy: () => AccessPolicy;
  /** Whether this one sees the account as offline and reaches it no more. */
  readonly isBlocked: (aor: Aor) => boolean;
  /** Several edits are shown, kept and sent as one. */
  edit(...edits: readonly ContactEdit[]): Promise<Outcome>;
  /** What there would be after these edits; nothing is changed. */
  readonly after: (edits: readonly ContactEdit[]) => ContactState;
  /** The id of a group that may have been made on another device just before. */
  readonly standingId: (id: string) => string;
  /** Tells the list again: what is known of its people has changed. */
  show(): void;
  /** Fetch, and bring waiting edits to the server. */
  sync(): void;
  /** The edits that are not on the server yet, for tests and the doctor. */
  readonly waiting: () => number;
  stop(): void;
}

export interface ContactsDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  readonly me: Aor;
  /** Null on a server without XCAP: the list then lives in this browser. */
  readonly remote: ContactDocuments | null;
  readonly kept: StoredContacts | null;
  readonly serviceRoot: string | null;
  readonly changed: (list: ContactList) => void;
  /** Adds what the directory knows of a person; only to what is shown, never to what is kept. */
  readonly decorate: (entry: ContactEntry) => ContactEntry;
  /** Whether the server keeps access levels apart; null: not known yet. */
  readonly levelsKept: () => boolean | null;
}
export { PRES_RULES_TYPE, RESOURCE_LISTS_TYPE };

const RETRY = 30_000;
const CONFLICTS = 6;
/** So many changes are refused one by one; then the server means all of them. */
const REFUSALS = 8;

export function createContacts(deps: ContactsDeps): Contacts {
  const { env, keeper, time, remote, kept } = deps;
  const server = createContactServer({
    ...{
      log: env.log,
      time,
      remote,
      stored: kept,
      serviceRoot: deps.serviceRoot,
      levelsKept: deps.levelsKept,
    },
    ownDomain: domainOf(deps.me),
  });
  let edits = kept?.edits ?? [];
  let source: ContactList['source'] = kept?.list.source ?? (remote ? 'server' : 'device');
  let asOf = kept?.list.asOf ?? time.now();
  /** Of the row in the store; absent while there may be another list there than is shown. */
  let stamp = kept?.access === undefined ? undefined : kept.stamp;
  /** Reckoned when first asked for: a window that opens is shown what was kept. */
  let reckoned: ReturnType<typeof current> | null = null;
  const now = (): ReturnType<typeof current> => (reckoned ??= current());
  let last = kept && inOrder(kept);
  const shown = (): ContactList => last ?? now().list;
  let told = '';
  let running = false;
  let again = false;
  let stopped = false;
  let cancelRetry = (): void => undefined;

  /** What there is with the edits of this device, and what follows from it. */
  function current() {
    const state = edits.reduce(applyChange, server.agreed());
    const policy = { ...state.policy, groups: levelledGroups(state.lists) };
    const levelOf = levelsIn(policy);
    const isKept = source === 'server' && server.hasRules();
    const read = readContactList(state.lists, isKept ? levelOf : null, source, asOf);
    const list = { ...read, entries: inOrderOfName(read.entries, last?.entries ?? []) };
    const isBlocked = (aor: Aor): boolean => levelOf(aor).level === 'blocked';
    const named = [...Object.keys(policy.people), ...list.entries.map(({ aor }) => aor)];
    const blocked = [...new Set(named)].filter(isBlocked);
    return {
      ...{ state, policy, isBlocked },
      list: blocked.length > 0 ? { ...list, blocked } : list,
      access: isKept ? settingsOf(policy) : null,
    };
  }

  async function keep(): Promise<Outcome> {
    const { list, access: settings } = (reckoned = current());
    last = list;
    stamp = undefined;
    const row = {
      list,
      access: settings,
      ...server.kept(),
      edits,
      stamp: env.uuid(),
    } satisfies StoredContacts;
    const result = await keeper.keep([{ put: 'contacts', row }]);
    if (result.is !== 'lost' && last === list) stamp = row.stamp;
    show();
    deps.changed(shown());
    return result.is === 'lost' ? { ok: false, why: result.why } : { ok: true, value: null };
  }

  function access(): AccessSettings | null {
    return reckoned || kept?.access === undefined ? now().access : kept.access;
  }

  const decorated = (): ContactList => {
    const { entries } = shown();
    const known = entries.map(deps.decorate);
    const isRenamed = known.some(({ name }, at) => name !== entries[at]?.name);
    return { ...shown(), entries: isRenamed ? inOrderOfName(known) : known };
  };
  function show(): void {
    env.tell({ fact: 'contacts', list: decorated() });
    const settings = access();
    const text = JSON.stringify(settings);
    if (text === told || !settings) return;
    told = text;
    env.tell({ fact: 'access', access: settings });
  }

  type Round = 'done' | 'later' | 'never';

  /** Fetches, and brings everything there. */
  async function round(): Promise<Round> {
    const mine = source === 'device' ? editsOf(server.agreed()) : [];
    const fetched = await server.fetch();
    if (fetched !== 'done') return fetched;
    // A server that had no lists before: what was kept here comes on top of what it has now.
    edits = [...mine, ...edits];
    source = 'server';
    asOf = time.now();
    let most = Infinity;
    let conflicts = 0;
    let refusals = 0;
    for (;;) {
      const batch = edits.slice(0, most);
      const pushed = await server.push(batch);
      if (pushed.is === 'later') return 'later';
      if (pushed.is === 'outdated') {
        const next = ++conflicts > CONFLICTS ? 'later' : await server.fetch();
        if (next !== 'done') return next;
        continue;
      }
      if (pushed.is === 'refused') {
        env.log(`contact list: ${batch.length} changes refused with ${pushed.status}`);
        if (batch.length > 1 && refusals < REFUSALS) {
          most = Math.ceil(batch.length / 2);
          continue;
        }
        refusals++;
        env.tell({ fact: 'notice', level: 'problem', words: undoneWords(batch, now().list) });
      }
      edits = edits.slice(batch.length);
      most = Infinity;
      if (edits.length === 0) return 'done';
    }
  }

  async function run(): Promise<void> {
    const ended = await round();
    if (ended === 'never') {
      source = 'device';
      server.settle(edits);
      edits = [];
    }
    await keep();
    if (ended === 'later' && !stopped)
      cancelRetry = env.clock.after(RETRY * (0.75 + env.clock.random() / 2), sync);
  }

  function sync(): void {
    if (!remote || stopped) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    cancelRetry();
    void run().finally(() => {
      running = false;
      if (again) {
        again = false;
        sync();
      }
    });
  }

  return {
    list: decorated,
    isAsKept: (other) =>
      stamp !== undefined &&
      stamp === other &&
      shown().entries.every((entry) => deps.decorate(entry) === entry),
    access,
    policy: () => now().policy,
    isBlocked: (aor) => now().isBlocked(aor),
    show,
    async edit(...made) {
      if (remote) edits = [...edits, ...made];
      else server.settle(made);
      const outcome = await keep();
      sync();
      return outcome;
    },
    after: (made) => made.reduce(applyChange, now().state),
    standingId: (id) => (Object.hasOwn(now().state.aliases, id) ? now().state.aliases[id] : undefined) ?? id,
    sync,
    waiting: () => edits.length,
    stop() {
      stopped = true;
      cancelRetry();
    },
  };
}

/** Rows of older versions, which are known by having no settings, hold the order of the document. */
function inOrder({ list, access }: StoredContacts): ContactList {
  return access === undefined ? { ...list, entries: inOrderOfName(list.entries) } : list;
}
