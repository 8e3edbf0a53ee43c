/**
 * History as it is kept. A message stands once in `archive_messages`; each owner has an entry for it under a number of
 * their own. Numbers of an owner rise with every new thing and every change of one (`changed`), which makes them the
 * states of JMAP (RFC 8620 §1.6.2): whatever has a higher number than a state is new since then.
 *
 * `archive_text` holds the words of what may be found; `who` the owners' keys, so that a search reads nobody else's.
 */
import type { StoreModule } from '../store/database.ts';

export const archiveModule: StoreModule = {
  name: 'archive',
  migrations: [
    `CREATE TABLE archive_owners (
       key INTEGER PRIMARY KEY,
       owner TEXT NOT NULL UNIQUE,
       messages INTEGER NOT NULL DEFAULT 0,
       conversations INTEGER NOT NULL DEFAULT 0,
       calls INTEGER NOT NULL DEFAULT 0,
       messages_forgotten INTEGER NOT NULL DEFAULT 0,
       calls_forgotten INTEGER NOT NULL DEFAULT 0,
       octets INTEGER NOT NULL DEFAULT 0
     ) STRICT;
     CREATE TABLE archive_messages (
       key INTEGER PRIMARY KEY,
       sender TEXT NOT NULL,
       id TEXT NOT NULL,
       at INTEGER NOT NULL,
       target TEXT,
       payer INTEGER NOT NULL,
       size INTEGER NOT NULL,
       envelope TEXT NOT NULL,
       body TEXT NOT NULL
     ) STRICT;
     CREATE INDEX archive_messages_by_id ON archive_messages (sender, id);
     CREATE INDEX archive_messages_by_target ON archive_messages (sender, target) WHERE target IS NOT NULL;
     CREATE INDEX archive_messages_by_age ON archive_messages (at);
     CREATE TABLE archive_entries (
       owner INTEGER NOT NULL,
       sequence INTEGER NOT NULL,
       changed INTEGER NOT NULL,
       message INTEGER NOT NULL REFERENCES archive_messages (key) ON DELETE CASCADE,
       conversation TEXT NOT NULL,
       sender TEXT NOT NULL,
       at INTEGER NOT NULL,
       kind TEXT NOT NULL,
       state TEXT,
       PRIMARY KEY (owner, sequence)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX archive_entries_by_conversation ON archive_entries (owner, conversation, sequence);
     CREATE INDEX archive_entries_by_change ON archive_entries (owner, changed);
     CREATE INDEX archive_entries_by_message ON archive_entries (message);
     CREATE VIRTUAL TABLE archive_text USING fts5(
       text, who, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
     );
     CREATE TABLE archive_conversations (
       owner INTEGER NOT NULL,
       id TEXT NOT NULL,
       created INTEGER NOT NULL,
       changed INTEGER NOT NULL,
       last_at INTEGER NOT NULL DEFAULT 0,
       last_sequence INTEGER NOT NULL DEFAULT 0,
       read_at INTEGER,
       read_sequence INTEGER,
       muted INTEGER NOT NULL DEFAULT 0,
       note TEXT NOT NULL DEFAULT '',
       subject TEXT,
       PRIMARY KEY (owner, id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX archive_conversations_by_change ON archive_conversations (owner, changed);
     CREATE INDEX archive_conversations_by_age ON archive_conversations (owner, last_at);
     CREATE TABLE archive_calls (
       owner INTEGER NOT NULL,
       sequence INTEGER NOT NULL,
       changed INTEGER NOT NULL,
       call_id TEXT NOT NULL,
       conversation TEXT NOT NULL,
       direction TEXT NOT NULL,
       at INTEGER NOT NULL,
       answered_at INTEGER,
       ended_at INTEGER,
       outcome TEXT NOT NULL,
       video INTEGER NOT NULL,
       subject TEXT,
       forwarded_to TEXT,
       device TEXT,
       note TEXT NOT NULL DEFAULT '',
       seen INTEGER NOT NULL DEFAULT 0,
       PRIMARY KEY (owner, sequence),
       UNIQUE (owner, call_id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX archive_calls_by_change ON archive_calls (owner, changed)`,
    'ALTER TABLE archive_calls ADD COLUMN behalf TEXT',
  ],
};
