/**
 * The directory: who there is, what is known of them, and the groups an organisation keeps. Several sources make one
 * directory: the accounts of this server, and, when an administrator names them, an LDAP server and a CardDAV server.
 *
 *   people-routes -> Directory -> Source (built-in, LDAP, CardDAV)
 */
import type { DirectoryGroup, DirectoryPerson } from '../../protocol/service-api.ts';
import type { Portrait } from '../store/users.ts';

export type { DirectoryGroup } from '../../protocol/service-api.ts';
export type { Portrait } from '../store/users.ts';

/** Everything that is known of somebody; who may see which number is decided where it is shown. */
export type Person = Omit<DirectoryPerson, 'photo'>;

/** A member as a source knows it; `known` when it has more to say than the address. */
export type MemberRef =
  | { readonly is: 'person'; readonly aor: string; readonly known?: Person }
  | { readonly is: 'group'; readonly id: string; readonly known?: DirectoryGroup };

export interface MemberPage {
  readonly group: DirectoryGroup;
  /** In a stable order; malformed and vanished members are left out. */
  readonly members: readonly MemberRef[];
  /** Of all pages. */
  readonly total: number;
}

/**
 * One place where people and groups come from. Any method may reject when its server is away: the directory then goes
 * on with the others and says so.
 */
export interface Source {
  /** For sentences and log lines: `the LDAP directory`. */
  readonly name: string;
  /** What begins every id of its groups. */
  readonly prefix: string;
  search(words: string, limit: number): Promise<readonly Person[]>;
  /** Those of the addresses that it knows, by AOR. */
  people(aors: readonly string[]): Promise<ReadonlyMap<string, Person>>;
  portrait(aor: string): Promise<Portrait | null>;
  searchGroups(words: string, limit: number): Promise<readonly DirectoryGroup[]>;
  /** The groups that name this person themselves. */
  groupsOf(aor: string): Promise<readonly DirectoryGroup[]>;
  group(id: string): Promise<DirectoryGroup | null>;
  members(id: string, offset: number, limit: number): Promise<MemberPage | null>;
  stop(): void;
}

/** `problem`: a sentence when a source did not answer, so that the rest is all there is. */
export interface Answer<T> {
  readonly value: T;
  readonly problem?: string;
}

export type Member =
  | { readonly is: 'person'; readonly person: Person }
  | { readonly is: 'group'; readonly group: DirectoryGroup };

/** All sources as one. Never rejects, always answers within twice `PATIENCE`. */
export interface Directory {
  search(
    words: string,
    limit: number,
  ): Promise<Answer<{ readonly people: readonly Person[]; readonly groups: readonly DirectoryGroup[] }>>;
  searchGroups(words: string, limit: number): Promise<Answer<readonly DirectoryGroup[]>>;
  entry(aor: string): Promise<Answer<Person | null>>;
  portrait(aor: string): Promise<Portrait | null>;
  groupsOf(aor: string): Promise<Answer<readonly DirectoryGroup[]>>;
  group(id: string): Promise<Answer<DirectoryGroup | null>>;
  /** `value` is null for a group that is not there. */
  members(
    id: string,
    offset: number,
    limit: number,
  ): Promise<
    Answer<{
      readonly group: DirectoryGroup;
      readonly members: readonly Member[];
      readonly total: number;
    } | null>
  >;
  stop(): void;
}

/** Milliseconds a source may take for one question before the others are the answer. */
export const PATIENCE = 4_000;

/** Characters of an id (service-api.ts `DirectoryGroup`). */
export const LONGEST_ID = 200;
