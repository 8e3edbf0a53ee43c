/**
 * What a window paints before the agent has woken: the account as it was last told to windows, and the rows that need
 * no agent to be understood. Nothing here is secret; the account's own row, which is, is not read.
 */
import type { ShownLevel } from '../protocol/access-levels.ts';
import type { ManualState, Presence } from '../protocol/availability.ts';
import type { CustomState } from '../protocol/custom-states.ts';
import { CONTACTS_KEY } from './contacts.ts';
import { readConversations, shownConversation } from './conversations.ts';
import { openAsIs } from './open.ts';
import type { Aor, ConversationRow, StoredContacts } from './rows.ts';

export interface Account {
  readonly aor: Aor;
  readonly name: string;
  readonly title?: string;
  readonly photo?: string;
  readonly manual: ManualState;
  /** Id of the organisation's state that was chosen; `manual` is then its nearest plain state. */
  readonly custom?: string;
  /** Milliseconds; absent: until changed. */
  readonly manualUntil?: number;
  readonly note: string;
  readonly noteUntil?: number;
  readonly location: string;
  /** The least trusted level that sees the location. */
  readonly locationFor: ShownLevel;
  /** Over all devices, as the Personal level sees it; what the others see is `view-as`. */
  readonly presence: Presence;
  /** What the organisation offers beside the plain states. */
  readonly customStates: readonly CustomState[];
  /** False: this server cannot keep levels apart, so everybody allowed sees what Company may see. */
  readonly levelsKept: boolean;
  /** Whether people are told that I have read their messages. */
  readonly receipts: boolean;
  /** Absent: this server has said nothing of voice messages. */
  readonly voicemail?: VoicemailWaiting;
}

/** Voice messages on the server (RFC 3842). */
export interface VoicemailWaiting {
  readonly unread: number;
  readonly read: number;
  /** Where to call to hear them; absent where the account itself is named. */
  readonly number?: Aor;
}

/** All of it as one moment left it. */
export interface Shown {
  readonly account: Account;
  readonly contacts: StoredContacts;
  readonly conversations: readonly ConversationRow[];
  /** Server clock minus ours, milliseconds. */
  readonly clockOffset: number;
}

/**
 * Null: nobody stays signed in here, or there is nothing that can be read as it is; the agent then says what holds. It
 * also repairs and upgrades: neither is done here.
 */
export async function readShown(name?: string): Promise<Shown | null> {
  const db = await openAsIs(name);
  if (!db) return null;
  try {
    const [account, offset, contacts, conversations] = await Promise.all([
      db.get('meta', 'shown') as Promise<Account | null | undefined>,
      db.get('meta', 'clock-offset') as Promise<number | undefined>,
      db.get('contacts', CONTACTS_KEY),
      readConversations(db),
    ]);
    if (!account || !contacts) return null;
    const rows = conversations.map(shownConversation);
    return { account, contacts, conversations: rows, clockOffset: offset ?? 0 };
  } catch {
    return null;
  } finally {
    db.close();
  }
}
