/** What the agent must remember about itself. */
import type { Standing } from '../protocol/call-standing.ts';
import type { Target } from '../protocol/history-info.ts';
import type { PushContactParams } from '../protocol/push-params.ts';
import type { Database } from './database.ts';
import type { StoredWords } from './rows.ts';
import type { Account } from './shown.ts';

/** What a server said it offers to presence. */
export interface OffersKept {
  readonly root: string | null;
  /** Whether it keeps access levels apart; null: it has not said. */
  readonly levels: boolean | null;
  /** The organisation's states as the document came. */
  readonly states: string | null;
}

export interface Meta {
  /** `urn:uuid:…`, one per installation (RFC 5626 §4.1). */
  readonly 'instance-id': string;
  /** Server clock minus ours, milliseconds. */
  readonly 'clock-offset': number;
  /** Where this browser can be woken (RFC 8599); null: nowhere. */
  readonly push: PushContactParams | null;
  readonly offers: OffersKept;
  /** Who stays signed in, as a window shows them before the agent has woken; null: nobody. */
  readonly shown: Account | null;
  /** Up to which message of an older database words have been kept; `all`: every message can be found. */
  readonly words: StoredWords['message'] | 'all';
  readonly history: HistoryPlace | null;
  /** Calls that are up, for whoever comes after a reload or a crash. */
  readonly 'calls-up': readonly CallKept[];
}

/** A call that is up, and the dialog of it as an INVITE names it that takes its place (RFC 3891). */
export interface CallKept {
  readonly me: string;
  readonly id: string;
  readonly peer: string;
  readonly peerName: string;
  readonly direction: 'in' | 'out';
  readonly video: boolean;
  readonly subject?: string;
  readonly forUser?: Target;
  readonly onBehalfOf?: Target;
  /** Milliseconds. */
  readonly startedAt: number;
  readonly establishedAt: number;
  /** When the agent last said that it lives, by this device's clock. */
  readonly aliveAt: number;
  readonly dialog: {
    readonly callId: string;
    readonly localTag: string;
    readonly remoteTag: string;
    readonly target: string | null;
    readonly takesReplaces: boolean;
  };
  readonly standing?: Standing;
  /** Connections of media that it has had. */
  readonly connections: number;
}

/** How far this device and the history of a server have come with each other. */
export interface HistoryPlace {
  /** Whose it is, and where. */
  readonly aor: string;
  readonly root: string;
  /** States up to which changes are known (RFC 8620 §5.2); null: nothing has been read. */
  readonly messages: string | null;
  readonly conversations: string | null;
  readonly calls: string | null;
  /** The oldest message and call that were read so far, going back; `all`: there is nothing before. */
  readonly oldestMessage: string | null;
  readonly oldestCall: string | null;
  readonly policy: { readonly archived: boolean; readonly retentionDays: number; readonly words: string };
}

export async function readMeta(db: Database): Promise<Partial<Meta>> {
  const [names, values] = await Promise.all([db.getAllKeys('meta'), db.getAll('meta')]);
  return Object.fromEntries(names.map((name, index) => [name, values[index]])) as Partial<Meta>;
}
