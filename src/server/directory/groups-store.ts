/** Groups an administrator makes: distribution lists and teams, nested as they like. */
import { randomUUID } from 'node:crypto';
import type { StoreModule, Writer } from '../store/database.ts';
import { findable, isFound, wantedWords } from '../store/words.ts';
import type { DirectoryGroup, MemberPage, MemberRef } from './contract.ts';

/** Before the id of every group made here. */
export const OWN_PREFIX = 'g-';

const MOST_GROUPS = 10_000;
const MOST_MEMBERS = 50_000;

export const groupsModule: StoreModule = {
  name: 'groups',
  migrations: [
    `CREATE TABLE directory_groups (
       id TEXT PRIMARY KEY,
       name TEXT NOT NULL,
       description TEXT,
       found_by TEXT NOT NULL
     ) STRICT;
     CREATE TABLE directory_members (
       group_id TEXT NOT NULL REFERENCES directory_groups (id) ON DELETE CASCADE,
       is_group INTEGER NOT NULL,
       member TEXT NOT NULL,
       PRIMARY KEY (group_id, is_group, member)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX directory_members_of ON directory_members (member)`,
  ],
};

/** A change that was refused says why in a sentence. */
export type Changed = { readonly ok: true } | { readonly ok: false; readonly why: string };

export interface GroupStore {
  list(): readonly DirectoryGroup[];
  group(id: string): DirectoryGroup | null;
  /** By id, or by name when only one has it. */
  find(idOrName: string): DirectoryGroup | null;
  search(words: string, limit: number): readonly DirectoryGroup[];
  groupsOf(member: string): readonly DirectoryGroup[];
  members(id: string, offset: number, limit: number): MemberPage | null;
  /** The id of the new group. */
  add(name: string, description?: string): Promise<{ readonly id: string } | { readonly why: string }>;
  remove(id: string): Promise<boolean>;
  /** `member`: an AOR, or the id of another group. A group inside itself, by whatever way, is allowed and harmless. */
  addMembers(id: string, members: readonly string[]): Promise<Changed>;
  removeMember(id: string, member: string): Promise<boolean>;
}

const WITH_SIZE = `SELECT id, name, description, found_by,
  (SELECT count(*) FROM directory_members WHERE group_id = id) AS size FROM directory_groups`;

export function groupStore(writer: Writer): GroupStore {
  const { database } = writer;
  const all = database.prepare(`${WITH_SIZE} ORDER BY name, id`);
  const one = database.prepare(`${WITH_SIZE} WHERE id = ?`);
  const named = database.prepare(`${WITH_SIZE} WHERE name = ? COLLATE NOCASE LIMIT 2`);
  const holding = database.prepare(
    `${WITH_SIZE} WHERE id IN (SELECT group_id FROM directory_members WHERE member = ?) ORDER BY name, id`,
  );
  const page = database.prepare(
    `SELECT is_group, member FROM directory_members WHERE group_id = ?
     ORDER BY is_group DESC, member LIMIT ? OFFSET ?`,
  );
  const count = database.prepare('SELECT count(*) AS n FROM directory_groups');
  const insert = database.prepare('INSERT INTO directory_groups VALUES (?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM directory_groups WHERE id = ?');
  const forget = database.prepare('DELETE FROM directory_members WHERE is_group = 1 AND member = ?');
  const join = database.prepare('INSERT OR IGNORE INTO directory_members VALUES (?, ?, ?)');
  const leave = database.prepare('DELETE FROM directory_members WHERE group_id = ? AND member = ?');
  const group = (id: string): DirectoryGroup | null => {
    const row = one.get(id);
    return row ? readGroup(row) : null;
  };
  return {
    group,
    list: () => all.all().map(readGroup),
    find(idOrName) {
      const rows = named.all(idOrName);
      return group(idOrName) ?? (rows.length === 1 && rows[0] ? readGroup(rows[0]) : null);
    },
    search(words, limit) {
      const wanted = wantedWords(words);
      const found: DirectoryGroup[] = [];
      for (const row of all.iterate()) {
        if (found.length >= limit) break;
        if (isFound(String(row['found_by']), wanted)) found.push(readGroup(row));
      }
      return found;
    },
    groupsOf: (member) => holding.all(member).map(readGroup),
    members(id, offset, limit) {
      const its = group(id);
      if (!its) return null;
      const members = page.all(id, limit, offset).map((row): MemberRef => {
        const member = String(row['member']);
        return row['is_group'] === 1 ? { is: 'group', id: member } : { is: 'person', aor: member };
      });
      return { group: its, members, total: its.size };
    },
    add: (name, description) =>
      writer.write(() => {
        if (Number(count.get()?.['n']) >= MOST_GROUPS)
          return { why: `There are ${MOST_GROUPS} groups already.` };
        const id = `${OWN_PREFIX}${randomUUID()}`;
        insert.run(id, name, description ?? null, findable([name, description]));
        return { id };
      }),
    remove: (id) =>
      writer.write(() => {
        forget.run(id);
        return remove.run(id).changes === 1;
      }),
    addMembers: (id, members) =>
      writer.write((): Changed => {
        const its = group(id);
        if (!its) return { ok: false, why: 'There is no such group.' };
        if (its.size + members.length > MOST_MEMBERS)
          return { ok: false, why: `A group has at most ${MOST_MEMBERS} members.` };
        for (const member of members) join.run(id, member.startsWith('sip:') ? 0 : 1, member);
        return { ok: true };
      }),
    removeMember: (id, member) => writer.write(() => leave.run(id, member).changes === 1),
  };
}

function readGroup(row: Record<string, unknown>): DirectoryGroup {
  const description = row['description'];
  return {
    id: String(row['id']),
    name: String(row['name']),
    ...(typeof description === 'string' && { description }),
    size: Number(row['size']),
  };
}
