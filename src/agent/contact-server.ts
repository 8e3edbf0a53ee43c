/**
 * Both contact documents as the server has them (RFC 4826, RFC 5025), and how changes go there:
 *
 *   fetch -> apply the edits -> PUT with If-Match -> 2xx: agreed
 *              ^                   |- 412: outdated: fetch and apply again
 *              +-------------------+
 *
 * The rules of the members of groups follow from the list, so they are written anew whenever they differ from it,
 * whichever device changed the list (features.md A06).
 */
import { encodeAccessPolicy } from '../protocol/access-policy.ts';
import { usualPolicy } from '../protocol/policy-levels.ts';
import { decodeResourceLists, encodeResourceLists, type ResourceLists } from '../protocol/resource-lists.ts';
import type { ContactEdit, StoredContacts } from '../store/rows.ts';
import { nextRules, readAccess, touchesAccess } from './core/access-document.ts';
import { EMPTY_LISTS, levelledGroups } from './core/contact-document.ts';
import { applyChange, type ContactState } from './core/contact-edits.ts';
import { singleChange } from './core/single-change.ts';
import type { ServerTime } from './server-time.ts';
import type { XcapDocument } from './xcap.ts';

export interface ContactDocuments {
  readonly lists: XcapDocument;
  readonly rules: XcapDocument;
}

/** `never`: this server keeps no contact lists. `later`: it does not answer now. */
export type Fetched = 'done' | 'later' | 'never';
export type Pushed =
  | { readonly is: 'stored' }
  | { readonly is: 'outdated' }
  | { readonly is: 'later' }
  | { readonly is: 'refused'; readonly status: number };

export interface ContactServer {
  /** What the server has, as far as it said so. */
  readonly agreed: () => ContactState;
  /** What is kept of it over a restart. */
  readonly kept: () => Pick<StoredContacts, 'document' | 'etag' | 'rules' | 'rulesEtag' | 'aliases'>;
  /** Whether it keeps rules. */
  readonly hasRules: () => boolean;
  fetch(): Promise<Fetched>;
  /** Brings these edits there, all or none of them, and what follows from them. */
  push(edits: readonly ContactEdit[]): Promise<Pushed>;
  /** Without a server: the edits are agreed at once. */
  settle(edits: readonly ContactEdit[]): void;
}

interface Given {
  readonly log: (line: string) => void;
  readonly time: ServerTime;
  readonly ownDomain: string;
  readonly serviceRoot: string | null;
  readonly remote: ContactDocuments | null;
  readonly stored: StoredContacts | null;
  /** Whether the server keeps access levels apart, and takes changes of single elements; null: not known yet. */
  readonly levelsKept: () => boolean | null;
}

export function createContactServer(given: Given): ContactServer {
  const { time, ownDomain, remote, stored, levelsKept } = given;
  const readPolicy = (text: string) => readAccess(text, ownDomain, time.now());
  let etag = stored?.etag ?? null;
  let rules = stored?.rules ?? null;
  let rulesEtag = stored?.rulesEtag ?? null;
  let hasRules = remote !== null;
  /** There is no server that keeps lists, so what is agreed is only kept here. */
  let isLocal = remote === null;
  /** False: the list was never there, and goes there when there is anything in it. */
  let isThere = etag !== null;
  /** Read when first asked for: of 10,000 people it takes longer than anything else that happens at a start. */
  let known: ContactState | null = null;
  let written: { readonly of: ResourceLists; readonly text: string } | null = null;
  const textOf = (lists: ResourceLists): string => {
    if (written?.of !== lists) written = { of: lists, text: encodeResourceLists(lists) };
    return written.text;
  };
  function agreed(): ContactState {
    if (known) return known;
    const text = stored?.document ?? null;
    const lists = parseLists(text);
    if (text !== null) written = { of: lists, text };
    known = {
      lists,
      policy: (rules && readPolicy(rules)) || usualPolicy(ownDomain),
      aliases: stored?.aliases ?? {},
      serviceRoot: given.serviceRoot,
    };
    return known;
  }
  const become = (change: Partial<ContactState>): void => {
    known = { ...agreed(), ...change };
  };

  async function fetch(from: ContactDocuments): Promise<Fetched> {
    const answer = await from.lists.fetch(etag);
    if (answer.is === 'unreachable') return 'later';
    isLocal = answer.is === 'unsupported';
    if (isLocal) return 'never';
    if (answer.is === 'document') {
      const read = decodeResourceLists(answer.body);
      if (!read.ok) {
        // Whatever it is, nothing of ours may take its place.
        given.log(`contact list: cannot be read: ${read.why}`);
        return 'later';
      }
      become({ lists: read.value });
      etag = answer.etag;
      isThere = true;
    } else if (answer.is === 'missing') {
      // What was only here goes there; what was there and is gone was removed by somebody.
      if (isThere) become({ lists: EMPTY_LISTS });
      etag = null;
      isThere = false;
    }
    const access = await from.rules.fetch(rulesEtag);
    if (access.is === 'document') {
      become({ policy: readPolicy(access.body) ?? agreed().policy });
      rules = access.body;
      rulesEtag = access.etag;
    } else if (access.is === 'missing') {
      become({ policy: usualPolicy(ownDomain) });
      rules = rulesEtag = null;
    }
    hasRules = access.is !== 'unsupported';
    return 'done';
  }

  async function storeLists(to: XcapDocument, next: ResourceLists): Promise<Pushed> {
    const before = agreed().lists;
    const isNew = !isThere && next.lists.length > 0;
    if (!isNew && (next === before || textOf(before) === encodeResourceLists(next))) return { is: 'stored' };
    const single = isThere && levelsKept() === true ? singleChange(before, next) : null;
    let answer = single && etag !== null ? await to.storeElement(single.node, single.body, etag) : null;
    if (!answer || answer.is === 'refused') answer = await to.store(textOf(next), etag);
    if (answer.is === 'outdated') return answer;
    if (answer.is === 'unreachable') return { is: 'later' };
    if (answer.is === 'refused') return answer;
    become({ lists: next });
    etag = answer.etag;
    isThere = true;
    return { is: 'stored' };
  }

  async function storeRules(to: XcapDocument, next: ContactState, asked: boolean): Promise<Pushed> {
    if (!hasRules && !asked) return { is: 'stored' };
    const text = nextRules(rules, next.policy, levelledGroups(next.lists), levelsKept(), asked);
    if (text === null) return { is: 'stored' };
    const answer = await to.store(text, rulesEtag);
    if (answer.is === 'outdated') return answer;
    if (answer.is === 'unreachable') return { is: 'later' };
    // What nobody asked for need not be said to be undone.
    if (answer.is === 'refused') return asked ? answer : { is: 'stored' };
    rules = text;
    rulesEtag = answer.etag;
    return { is: 'stored' };
  }

  async function push(to: ContactDocuments, edits: readonly ContactEdit[]): Promise<Pushed> {
    const next = edits.reduce(applyChange, agreed());
    const lists = await storeLists(to.lists, next.lists);
    if (lists.is !== 'stored') return lists;
    const access = await storeRules(to.rules, next, edits.some(touchesAccess));
    if (access.is !== 'stored') return access;
    known = next;
    // A server that names no tag is asked for it, so that the next change can be conditional.
    return edits.length > 0 && etag === null ? { is: 'outdated' } : access;
  }

  return {
    agreed,
    kept() {
      const { lists, policy, aliases } = agreed();
      return {
        ...{ document: textOf(lists), etag, rulesEtag, aliases },
        rules: isLocal ? encodeAccessPolicy(policy, false) : rules,
      };
    },
    hasRules: () => hasRules,
    fetch: () => (remote ? fetch(remote) : Promise.resolve('never')),
    push: (edits) => (remote ? push(remote, edits) : Promise.resolve({ is: 'later' })),
    settle(edits) {
      known = edits.reduce(applyChange, agreed());
    },
  };
}

function parseLists(text: string | null): ResourceLists {
  const parsed = text === null ? null : decodeResourceLists(text);
  return parsed?.ok ? parsed.value : EMPTY_LISTS;
}
