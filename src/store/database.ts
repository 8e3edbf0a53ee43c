/** The typed handle on the database. Object stores and what lies in them; the making of them is in schema.ts. */
import type { DBSchema, IDBPDatabase } from 'idb';
import type {
  OutboxRow,
  StoredAccount,
  StoredCall,
  StoredContacts,
  StoredConversation,
  StoredMessage,
  StoredPerson,
  StoredRevision,
  StoredWords,
} from './rows.ts';

export interface Tables extends DBSchema {
  account: { key: string; value: StoredAccount };
  contacts: { key: string; value: StoredContacts };
  people: { key: string; value: StoredPerson };
  conversations: { key: string; value: StoredConversation; indexes: { 'by-time': number } };
  messages: {
    key: [string, string, string];
    value: StoredMessage;
    indexes: { 'by-order': [string, number, string]; 'by-id': string };
  };
  revisions: {
    key: [string, string, string];
    value: StoredRevision;
    indexes: { 'by-target': [string, string, string] };
  };
  words: {
    key: number;
    value: StoredWords;
    indexes: { 'by-word': [word: string, doc: number]; 'by-message': [string, string, string] };
  };
  outbox: { key: string; value: OutboxRow };
  calls: {
    key: string;
    value: StoredCall;
    indexes: { 'by-time': number; 'by-conversation': [string, number] };
  };
  settings: { key: string; value: unknown };
  meta: { key: string; value: unknown };
}

/** An open database. Tabs and the service worker read from it; only the agent writes. */
export type Database = IDBPDatabase<Tables>;

/** The name of every object store. */
export type TableName =
  | 'account'
  | 'contacts'
  | 'people'
  | 'conversations'
  | 'messages'
  | 'revisions'
  | 'words'
  | 'outbox'
  | 'calls'
  | 'settings'
  | 'meta';

export const TABLES: readonly TableName[] = [
  'account',
  'contacts',
  'people',
  'conversations',
  'messages',
  'revisions',
  'words',
  'outbox',
  'calls',
  'settings',
  'meta',
];
