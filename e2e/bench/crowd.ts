/** People for the load: accounts, open rules, lines from several loopback addresses. */
import { setTimeout as wait } from 'node:timers/promises';
import { createHttp } from '../../src/agent/http.ts';
import { xcapDocument } from '../../src/agent/xcap.ts';
import { encodeAccessPolicy } from '../../src/protocol/access-policy.ts';
import { ha1 } from '../../src/protocol/digest.ts';
import { encodePidf } from '../../src/protocol/pidf.ts';
import { usualPolicy } from '../../src/protocol/policy-levels.ts';
import { PRES_RULES_TYPE } from '../../src/protocol/pres-rules.ts';
import { publishedDocument } from '../../src/protocol/published-document.ts';
import {
  encodeResourceLists,
  NO_EXTRA,
  RESOURCE_LISTS_TYPE,
  type Entry,
} from '../../src/protocol/resource-lists.ts';
import { Line, LoadUser } from './load.ts';

export const PASSWORD = 'correct horse battery';

/** Where a server's doors are. */
export interface Place {
  readonly domain: string;
  /** `ws://127.0.0.1:8080/sip` */
  readonly sip: string;
  /** `http://127.0.0.1:8080/xcap` */
  readonly xcap: string;
}

/** `p00000`, `p00001`, … */
const nameOf = (index: number): string => `p${String(index).padStart(5, '0')}`;
export const namesTo = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => nameOf(index));

/** Connections of one address; the embedded server takes 64. */
const PER_ADDRESS = 40;

/** One person a line, registered. Throws when somebody cannot sign in. */
export async function signInAll(place: Place, names: readonly string[]): Promise<LoadUser[]> {
  const users: LoadUser[] = [];
  for (const [index, name] of names.entries()) {
    const line = await Line.open(place.sip, `127.0.0.${2 + Math.floor(index / PER_ADDRESS)}`);
    users.push(await registered(new LoadUser(line, name, place.domain, PASSWORD)));
  }
  return users;
}

/** Many people on few lines, each registered: for publishing, where a line would carry almost nothing. */
export async function signInShared(
  place: Place,
  names: readonly string[],
  perLine: number,
): Promise<LoadUser[]> {
  const users: LoadUser[] = [];
  let line: Line | null = null;
  for (const [index, name] of names.entries()) {
    if (!line || index % perLine === 0) line = await Line.open(place.sip, '127.0.0.2');
    users.push(await registered(new LoadUser(line, name, place.domain, PASSWORD)));
  }
  return users;
}

async function registered(user: LoadUser): Promise<LoadUser> {
  const status = await user.register();
  if (status !== 200) throw new Error(`${user.name} cannot register: ${status}`);
  return user;
}

export async function leave(users: readonly LoadUser[]): Promise<void> {
  for (const line of new Set(users.map((user) => user.line))) line.close();
  await wait(50);
}

function documentOf(place: Place, name: string, auid: string, type: string) {
  const secret = {
    username: name,
    ha1: (realm: string, algorithm: 'MD5' | 'SHA-256') => ha1(algorithm, name, realm, PASSWORD),
  };
  const http = createHttp(secret, fetch, () => crypto.randomUUID().slice(0, 8));
  return xcapDocument(http, place.xcap, `sip:${name}@${place.domain}`, auid, type);
}

/** Everybody may see the person. */
export async function openRules(place: Place, name: string): Promise<void> {
  const stored = await documentOf(place, name, 'pres-rules', PRES_RULES_TYPE).store(
    encodeAccessPolicy(usualPolicy(place.domain), false),
    null,
  );
  if (stored.is !== 'stored') throw new Error(`rules of ${name}: ${stored.is}`);
}

const FIRST = ['Amara', 'Bruno', 'Clara', 'Daniel', 'Emma', 'Fatima', 'Grace', 'Hugo', 'Ingrid', 'Jonas'];
const LAST = ['Adeyemi', 'Berg', 'Costa', 'Demir', 'Eriksen', 'Fischer', 'Horvat', 'Khan', 'Lopez', 'Mwangi'];

/** "Grace Mwangi 42": a hundred names, each of one in a hundred. */
function displayName(index: number): string {
  return `${FIRST[index % 10] ?? ''} ${LAST[Math.floor(index / 10) % 10] ?? ''} ${Math.floor(index / 100)}`;
}

/** Gives somebody a contact list of `count` people. */
export async function giveContacts(place: Place, owner: string, count: number): Promise<void> {
  const entries = namesTo(count).map((name, index): Entry => ({
    uri: `sip:${name}@${place.domain}`,
    displayName: displayName(index),
    details: {},
    extra: NO_EXTRA,
  }));
  const list = { name: 'contacts', displayName: '', entries, lists: [], extra: NO_EXTRA };
  const body = encodeResourceLists({ lists: [list], extra: NO_EXTRA });
  const stored = await documentOf(place, owner, 'resource-lists', RESOURCE_LISTS_TYPE).store(body, null);
  if (stored.is !== 'stored') throw new Error(`contacts of ${owner}: ${JSON.stringify(stored)}`);
}

/** What a device of ours would publish, busy and available in turn. */
export function stateOf(user: LoadUser, turn: number): string {
  const now = Date.now();
  return encodePidf(
    publishedDocument({
      aor: user.aor,
      instanceId: `urn:uuid:${user.name}`,
      now,
      manual: turn % 2 === 0 ? 'busy' : 'auto',
      manualSince: now,
      lastInput: now,
      video: true,
    }),
  );
}
