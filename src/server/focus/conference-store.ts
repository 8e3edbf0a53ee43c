/** Conferences and who is in them, on disk. Who has left stays known: they are told so, strangers hear nothing. */
import type { StoreModule, Writer } from '../store/database.ts';
import type { Aor } from '../sip/contract.ts';
import { FORMER_SUBJECTS, type Conference, type Member } from './conference.ts';

export const focusModule: StoreModule = {
  name: 'focus',
  migrations: [
    `CREATE TABLE conferences (
       focus TEXT PRIMARY KEY,
       creator TEXT NOT NULL,
       call_id TEXT NOT NULL,
       administrator TEXT NOT NULL,
       subject TEXT NOT NULL,
       former_subjects TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       changed_at INTEGER NOT NULL,
       UNIQUE (creator, call_id)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE conference_members (
       focus TEXT NOT NULL REFERENCES conferences (focus) ON DELETE CASCADE,
       member TEXT NOT NULL,
       added_by TEXT NOT NULL,
       joined_at INTEGER NOT NULL,
       left_at INTEGER,
       PRIMARY KEY (focus, member)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX conferences_by_member ON conference_members (member) WHERE left_at IS NULL`,
  ],
};

/** How somebody stands to a conference. `none` also where there is no such conference. */
export type Standing = 'member' | 'former' | 'none';

export interface ConferenceStore {
  find(focus: Aor): Conference | null;
  standing(focus: Aor, who: Aor): Standing;
  /** Which conferences somebody is in, those changed last first. */
  of(who: Aor): readonly Aor[];
  /** The conference that this INVITE of theirs has made already. */
  madeBy(creator: Aor, callId: string): Aor | null;
  createdBy(creator: Aor): number;
  readonly count: number;
  // The rest only inside a `durable.write`.
  create(conference: Conference, callId: string): void;
  join(focus: Aor, member: Member): void;
  /** The last one to go takes the conference along. */
  leave(focus: Aor, who: Aor, now: number): void;
  rename(focus: Aor, subject: string, now: number): void;
}

/** Conferences kept in memory as they are on disk. */
const MOST_CACHED = 1_000;

export function conferenceStore({ database }: Pick<Writer, 'database'>): ConferenceStore {
  const prepare = (sql: string) => database.prepare(sql);
  const head = prepare(
    `SELECT administrator, subject, former_subjects, created_at, changed_at FROM conferences WHERE focus = ?`,
  );
  const present = prepare(
    `SELECT member, added_by, joined_at FROM conference_members WHERE focus = ? AND left_at IS NULL
     ORDER BY joined_at, member`,
  );
  const row = prepare('SELECT left_at FROM conference_members WHERE focus = ? AND member = ?');
  const joined = prepare(
    `SELECT focus FROM conference_members JOIN conferences USING (focus) WHERE member = ? AND left_at IS NULL
     ORDER BY changed_at DESC, focus`,
  );
  const made = prepare('SELECT focus FROM conferences WHERE creator = ? AND call_id = ?');
  const createdBy = prepare('SELECT count(*) AS n FROM conferences WHERE creator = ?');
  const all = prepare('SELECT count(*) AS n FROM conferences');
  const insert = prepare('INSERT INTO conferences VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const put = prepare(
    `INSERT INTO conference_members VALUES (?, ?, ?, ?, NULL) ON CONFLICT (focus, member)
     DO UPDATE SET added_by = excluded.added_by, joined_at = excluded.joined_at, left_at = NULL`,
  );
  const mark = prepare('UPDATE conference_members SET left_at = ? WHERE focus = ? AND member = ?');
  const touch = prepare('UPDATE conferences SET changed_at = ? WHERE focus = ?');
  const appoint = prepare('UPDATE conferences SET administrator = ? WHERE focus = ?');
  const name = prepare(
    'UPDATE conferences SET subject = ?, former_subjects = ?, changed_at = ? WHERE focus = ?',
  );
  const remove = prepare('DELETE FROM conferences WHERE focus = ?');

  // Filled outside of writes only, so that it never holds what a failed commit has undone.
  const cache = new Map<Aor, Conference>();
  const load = (focus: Aor): Conference | null => {
    const found = head.get(focus);
    if (!found) return null;
    const members = present.all(focus).map((one) => ({
      aor: String(one['member']),
      addedBy: String(one['added_by']),
      joinedAt: Number(one['joined_at']),
    }));
    return {
      focus,
      subject: String(found['subject']),
      formerSubjects: JSON.parse(String(found['former_subjects'])) as string[],
      administrator: String(found['administrator']),
      createdAt: Number(found['created_at']),
      changedAt: Number(found['changed_at']),
      members,
    };
  };
  const find = (focus: Aor): Conference | null => {
    const known = cache.get(focus) ?? load(focus);
    if (known === null || database.isTransaction) return known;
    cache.delete(focus);
    cache.set(focus, known);
    const [oldest] = cache.keys();
    if (cache.size > MOST_CACHED && oldest !== undefined) cache.delete(oldest);
    return known;
  };
  const changed = (focus: Aor, now: number): void => {
    cache.delete(focus);
    touch.run(Math.round(now), focus);
  };
  return {
    find,
    standing(focus, who) {
      const found = row.get(focus, who);
      if (!found) return 'none';
      return found['left_at'] === null ? 'member' : 'former';
    },
    of: (who) => joined.all(who).map((one) => String(one['focus'])),
    madeBy(creator, callId) {
      const found = made.get(creator, callId);
      return found ? String(found['focus']) : null;
    },
    createdBy: (creator) => Number(createdBy.get(creator)?.['n']),
    get count() {
      return Number(all.get()?.['n']);
    },
    create(conference, callId) {
      const { focus, subject, administrator, createdAt, members } = conference;
      const now = Math.round(createdAt);
      insert.run(focus, administrator, callId, administrator, subject, '[]', now, now);
      for (const { aor, addedBy } of members) put.run(focus, aor, addedBy, now);
    },
    join(focus, { aor, addedBy, joinedAt }) {
      put.run(focus, aor, addedBy, Math.round(joinedAt));
      changed(focus, joinedAt);
    },
    leave(focus, who, now) {
      mark.run(Math.round(now), focus, who);
      changed(focus, now);
      const left = load(focus);
      const [eldest] = left?.members ?? [];
      if (eldest === undefined) remove.run(focus);
      else if (left?.administrator === who) appoint.run(eldest.aor, focus);
    },
    rename(focus, subject, now) {
      const before = load(focus);
      if (before === null) return;
      const former = [before.subject, ...before.formerSubjects].filter(
        (one) => one !== '' && one !== subject,
      );
      name.run(
        subject,
        JSON.stringify([...new Set(former)].slice(0, FORMER_SUBJECTS)),
        Math.round(now),
        focus,
      );
      cache.delete(focus);
    },
  };
}
