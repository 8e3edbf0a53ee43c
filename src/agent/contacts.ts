/**
 * The contact list: changed at once on screen, on the server as soon as it can be reached.
 *
 *   edit -> kept and shown -> PUT with If-Match -> 2xx: agreed
 *                               ^ |- 412: fetch, apply the edits again --+
 *                               +----------------------------------------+
 *                                 |- no answer: the edits wait, also over a restart
 *                                 |- refused: the edits go, with a sentence
 */
import { PRES_RULES_TYPE } from '../protocol/pres-rules.ts';
import {
  decodeResourceLists,
  encodeResourceLists,
  RESOURCE_LISTS_TYPE,
  type ResourceLists,
} from '../protocol/resource-lists.ts';
import type { ContactEdit, ContactEntry, ContactList, StoredContacts } from '../store/rows.ts';
import type { Outcome } from './contract.ts';
import { applyAccessEdit, OPEN_ACCESS, readAccess, writeAccess } from './core/access-document.ts';
import { applyEdit, EMPTY_LISTS, readContactList } from './core/contact-document.ts';
import type { Env, Keeper } from './env.ts';
import type { ServerTime } from './server-time.ts';
import type { XcapDocument } from './xcap.ts';

export interface Contacts {
  readonly list: () => ContactList;
  edit(edit: ContactEdit): Promise<Outcome>;
  /** Tells the list again: what is known of its people has changed. */
  show(): void;
  /** Fetch, and bring waiting edits to the server. */
  sync(): void;
  /** The waiting and the agreed, for tests and the doctor. */
  readonly waiting: () => number;
  stop(): void;
}

export interface ContactDocuments {
  readonly lists: XcapDocument;
  readonly rules: XcapDocument;
}
export { PRES_RULES_TYPE, RESOURCE_LISTS_TYPE };

const RETRY = 30_000;
const CONFLICTS = 6;

export function createContacts(
  env: Env,
  keeper: Keeper,
  time: ServerTime,
  /** Null on a server without XCAP: the list then lives in this browser. */
  remote: ContactDocuments | null,
  kept: StoredContacts | null,
  changed: (list: ContactList) => void,
  /** Adds what the directory knows of a person; only to what is shown, never to what is kept. */
  decorate: (entry: ContactEntry) => ContactEntry,
): Contacts {
  let lists = parseLists(kept?.document ?? null);
  let etag = kept?.etag ?? null;
  let access = kept?.rules ? (readAccess(kept.rules, time.now()) ?? OPEN_ACCESS) : OPEN_ACCESS;
  let rulesEtag = kept?.rulesEtag ?? null;
  let edits = kept?.edits ?? [];
  let source: ContactList['source'] = kept?.list.source ?? (remote ? 'server' : 'device');
  let asOf = kept?.list.asOf ?? time.now();
  let shown = kept?.list ?? derive();
  let running = false;
  let again = false;
  let stopped = false;
  let cancelRetry = (): void => undefined;

  function derive(): ContactList {
    const { blocked } = edits.reduce(applyAccessEdit, access);
    return readContactList(edits.reduce(applyEdit, lists), blocked, source, asOf);
  }
  async function keep(): Promise<Outcome> {
    shown = derive();
    const row: StoredContacts = {
      list: shown,
      document: encodeResourceLists(lists),
      etag,
      rules: writeAccess(access),
      rulesEtag,
      edits,
    };
    const result = await keeper.keep([{ put: 'contacts', row }]);
    show();
    changed(shown);
    return result.is === 'lost' ? { ok: false, why: result.why } : { ok: true, value: null };
  }

  const decorated = (): ContactList => ({ ...shown, entries: shown.entries.map(decorate) });
  function show(): void {
    env.tell({ fact: 'contacts', list: decorated() });
  }

  type Round = 'done' | 'again' | 'later' | 'never';
  /** Both documents as the server has them now. */
  async function fetchBoth(from: ContactDocuments): Promise<Round> {
    const answer = await from.lists.fetch(etag);
    if (answer.is === 'unreachable') return 'later';
    if (answer.is === 'unsupported') {
      env.log(`contact list: server answers ${answer.status}`);
      return 'never';
    }
    if (answer.is === 'document') {
      lists = parseLists(answer.body);
      etag = answer.etag;
    } else if (answer.is === 'missing') {
      // What was only here goes there; what was there and is gone was removed by somebody.
      if (etag !== null) lists = EMPTY_LISTS;
      etag = null;
    }
    source = 'server';
    asOf = time.now();
    const rules = await from.rules.fetch(rulesEtag);
    if (rules.is === 'document') {
      access = readAccess(rules.body, time.now()) ?? access;
      rulesEtag = rules.etag;
    } else if (rules.is === 'missing') {
      const stored = await from.rules.store(writeAccess(OPEN_ACCESS), null);
      access = OPEN_ACCESS;
      if (stored.is === 'stored') rulesEtag = stored.etag;
    }
    return 'done';
  }

  /** Brings the edits to the server. */
  async function push(to: ContactDocuments): Promise<Round> {
    const batch = edits;
    const nextLists = batch.reduce(applyEdit, lists);
    if (nextLists !== lists && encodeResourceLists(nextLists) !== encodeResourceLists(lists)) {
      const stored = await to.lists.store(encodeResourceLists(nextLists), etag);
      if (stored.is === 'outdated') return 'again';
      if (stored.is === 'unreachable') return 'later';
      if (stored.is === 'refused') return refuse(batch, stored.status);
      lists = nextLists;
      etag = stored.etag;
      asOf = time.now();
    }
    const nextAccess = batch.reduce(applyAccessEdit, access);
    if (nextAccess !== access) {
      const stored = await to.rules.store(writeAccess(nextAccess), rulesEtag);
      if (stored.is === 'outdated') return 'again';
      if (stored.is === 'unreachable') return 'later';
      if (stored.is === 'refused') return refuse(batch, stored.status);
      access = nextAccess;
      rulesEtag = stored.etag;
    }
    edits = edits.slice(batch.length);
    // A server that names no tag is asked for it, so that the next change can be conditional.
    if ((batch.length > 0 && etag === null) || edits.length > 0) return 'again';
    return 'done';
  }

  function refuse(batch: readonly ContactEdit[], status: number): Round {
    env.log(`contact list: change refused with ${status}`);
    edits = edits.slice(batch.length);
    env.tell({
      fact: 'notice',
      level: 'problem',
      words: 'The server did not take the last change of your contact list, so it was undone.',
    });
    return 'done';
  }

  async function run(from: ContactDocuments): Promise<void> {
    let round: Round = await fetchBoth(from);
    for (let tries = 0; round === 'done' && edits.length > 0 && tries < CONFLICTS; tries++) {
      const pushed = await push(from);
      round = pushed === 'again' ? await fetchBoth(from) : pushed;
      if (pushed === 'done') break;
    }
    if (round === 'never') source = 'device';
    await keep();
    if (round === 'later' && !stopped)
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
    void run(remote).finally(() => {
      running = false;
      if (again) {
        again = false;
        sync();
      }
    });
  }

  return {
    list: decorated,
    show,
    async edit(edit) {
      if (source === 'device' && !remote) {
        lists = applyEdit(lists, edit);
        access = applyAccessEdit(access, edit);
      } else edits = [...edits, edit];
      const outcome = await keep();
      sync();
      return outcome;
    },
    sync,
    waiting: () => edits.length,
    stop() {
      stopped = true;
      cancelRetry();
    },
  };
}

function parseLists(text: string | null): ResourceLists {
  const parsed = text === null ? null : decodeResourceLists(text);
  return parsed?.ok ? parsed.value : EMPTY_LISTS;
}
