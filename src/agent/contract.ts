/**
 * Everything a tab and the user agent may say to each other. Commands go down and are answered once; facts come up
 * and are plain values. Media requests are the one call from the agent into a tab: the peer connection lives there.
 */
import type { Standing } from '../protocol/call-standing.ts';
import type { AccessLevel, Newcomers, ShownLevel } from '../protocol/access-levels.ts';
import type { ManualState, Presence } from '../protocol/availability.ts';
import type { CallHandling } from '../protocol/call-handling.ts';
import type { FileOffer } from '../protocol/file-offer.ts';
import type { FileRef } from '../protocol/file-ref.ts';
import type { Target } from '../protocol/history-info.ts';
import type { InkDrawing } from '../protocol/ink.ts';
import type { MeasuredCall } from '../protocol/vq-report.ts';
import type { TransferNews } from '../protocol/transfer-news.ts';
import type {
  CalendarSource,
  CalendarStatus,
  DirectoryGroup,
  EmbedToken,
  EmbedTokenRequest,
  GroupMembers,
} from '../protocol/service-api.ts';
import type { VoicemailChange, VoicemailList } from '../protocol/voicemail-api.ts';
import type {
  AccessSettings,
  Aor,
  CallLogRow,
  ContactEdit,
  ContactList,
  ConversationRow,
  MessageRow,
  Person,
} from '../store/rows.ts';
import type {
  Account,
  CallElsewhere,
  CallHandlingState,
  CallSnapshot,
  Config,
  ConnectionState,
  DoctorCheck,
  HistorySearch,
  HistoryStatus,
  Outcome,
  SeenAs,
  TransferSnapshot,
  Watcher,
} from './contract-values.ts';

/** Tabs and agent of different builds refuse each other and reload together. */
export const CONTRACT = 5;

export type {
  AccessSettings,
  Aor,
  CallEnd,
  CallLogRow,
  ContactEdit,
  ContactEntry,
  ContactList,
  ConversationRow,
  Group,
  GroupInfo,
  MessageRow,
  Person,
  TransferState,
} from '../store/rows.ts';
export type * from './contract-values.ts';
export type { TransferNews } from '../protocol/transfer-news.ts';
export type { FileRef } from '../protocol/file-ref.ts';
export type { InkDrawing, InkStroke } from '../protocol/ink.ts';

// ---------------------------------------------------------------- commands: tab to agent

export interface Boot {
  readonly contract: number;
  readonly connection: ConnectionState;
  readonly account: Account | null;
  /** Null: nobody is signed in, or the tab shows it already. */
  readonly contacts: ContactList | null;
  readonly conversations: readonly ConversationRow[];
  readonly presence: readonly (readonly [Aor, Presence])[];
  readonly calls: readonly CallSnapshot[];
  readonly elsewhere: readonly CallElsewhere[];
  readonly access: AccessSettings | null;
  readonly watchers: readonly Watcher[];
  readonly transfers: readonly TransferSnapshot[];
  readonly history: HistoryStatus;
  /** Server clock minus ours, milliseconds. */
  readonly clockOffset: number;
}

export interface SignIn {
  readonly address: string;
  readonly password: string;
  readonly keep: boolean;
  readonly manual: ManualState;
  /** Overrides config and discovery. */
  readonly server?: string;
}

export interface PushEndpoint {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** name: [input, output]. */
export interface Commands {
  /**
   * First message of a tab. `tab` names the Web Lock the tab holds for as long as it lives; `list` is the stamp of the kept
   * contact list that it shows already: while that holds, the answer brings none.
   */
  hello: [{ contract: number; tab: string; config: Config; list?: string | undefined }, Boot];
  'sign-in': [SignIn, Outcome];
  /** `forget` also erases what this device keeps. */
  'sign-out': [{ forget: boolean }, Outcome];
  /** A tab tells when it is seen and when the person last did something there. */
  activity: [
    {
      visible: boolean;
      lastInput: number;
      screenLocked?: boolean;
      /** This tab shares a screen or fills one (features.md P18). */
      presenting?: boolean;
      /** Whether input outside the page is seen too (IdleDetector). */
      system?: boolean;
    },
    null,
  ];
  'network-changed': [{ online: boolean }, null];
  /** Nothing comes any more in a call: is the connection to the server still alive? */
  'path-silent': [null, null];
  /** `custom`: id of one of the account's `customStates`. */
  'set-state': [{ manual: ManualState; custom?: string; until?: number }, Outcome];
  'set-note': [{ text: string; until?: number }, Outcome];
  'set-location': [{ text: string; visibleTo?: ShownLevel }, Outcome];
  'add-contact': [{ aor: Aor; name: string; group?: string }, Outcome];
  'remove-contact': [{ aor: Aor }, Outcome];
  'rename-contact': [{ aor: Aor; name: string }, Outcome];
  'place-contact': [{ aor: Aor; groups: readonly string[] }, Outcome];
  'tag-contact': [{ aor: Aor; tagged: boolean }, Outcome];
  'add-group': [{ name: string }, Outcome<{ id: string }>];
  'rename-group': [{ id: string; name: string }, Outcome];
  'remove-group': [{ id: string }, Outcome];
  /** Allow or block a watcher (pres-rules); a blocked person sees Offline and reaches nobody. */
  'set-blocked': [{ aor: Aor; blocked: boolean }, Outcome];
  /** Several changes as one: a multi-selection, an undo. */
  'edit-contacts': [{ edits: readonly ContactEdit[] }, Outcome];
  /** `null` takes the own level away: the group's, the domain's or the usual one holds then. */
  'set-level': [
    { of: { aor: Aor } | { group: string } | { domain: string }; level: AccessLevel | null },
    Outcome,
  ];
  'set-newcomers': [{ colleagues?: Newcomers; others?: Newcomers }, Outcome];
  'view-as': [{ level: ShownLevel } | { aor: Aor }, Outcome<SeenAs>];
  /** Contacts and groups as vCard 4 (RFC 6350), one text. */
  'export-contacts': [{ aors?: readonly Aor[] }, Outcome<{ text: string; count: number }>];
  /** `problems`: a sentence for each card that was left out; nothing is taken back because of them. */
  'import-contacts': [
    /** `numbers`: `tel:` URIs of numbers as they stand in the file, for those without a country code. */
    { text: string; group?: string; numbers?: Readonly<Record<string, string>> },
    Outcome<{ added: number; known: number; problems: readonly string[] }>,
  ];
  'find-groups': [{ words: string; limit: number }, Outcome<readonly DirectoryGroup[]>];
  'group-members': [{ id: string; offset: number; limit: number }, Outcome<GroupMembers>];
  'organisation-groups': [{ mine: true }, Outcome<readonly DirectoryGroup[]>];
  calendar: [{ set?: CalendarSource }, Outcome<CalendarStatus>];
  'embed-tokens': [{ make?: EmbedTokenRequest; revoke?: string }, Outcome<readonly EmbedToken[]>];
  /** The own voice messages, after a change to one of them. */
  voicemail: [{ change?: VoicemailChange & { id: string } }, Outcome<VoicemailList>];
  'voicemail-sound': [{ id: string }, Outcome<{ file: Blob }>];
  /** Directory search by our service; empty on servers without one. */
  'find-people': [{ words: string; limit: number }, Outcome<readonly Person[]>];
  /** A person's directory entry, from the server or, offline, from what was kept (with its age). */
  'look-up': [{ aor: Aor }, Outcome<{ person: Person; asOf: number }>];
  /** Presence of somebody outside the list, for as long as a tab shows them. */
  watch: [{ aor: Aor; on: boolean }, null];
  /**
   * `id` (a UUID) makes the command repeatable: the link fills it in, a lost agent may be asked again. `html` says the
   * same as `text`; `reply` is the id of a message of the conversation. `as`: only while that person is signed in.
   */
  send: [
    {
      conversation: Aor;
      text: string;
      id?: string;
      as?: Aor;
      html?: string;
      reply?: string;
      ink?: InkDrawing;
      /** base64 of a PNG of the ink. */
      inkPicture?: string;
      /** Files that lie on a server already. */
      files?: readonly FileRef[];
    },
    Outcome<{ id: string }>,
  ];
  /** Corrects an own message. */
  'edit-message': [{ id: string; text: string; html?: string }, Outcome];
  /** Takes an own message back, everywhere it can be. */
  'withdraw-message': [{ id: string }, Outcome];
  'send-again': [{ id: string }, Outcome];
  'discard-message': [{ id: string }, Outcome];
  composing: [{ conversation: Aor; active: boolean }, null];
  'mark-read': [{ conversation: Aor; through: string }, null];
  'keep-draft': [{ conversation: Aor; text: string; html?: string }, null];
  /** What the conversation is about; said to the others with the next message. */
  'set-subject': [{ conversation: Aor; subject: string }, Outcome];
  /**
   * Two or more others make a conversation of several people; one other is the conversation with them. `id` (a UUID)
   * makes it repeatable: the link fills it in.
   */
  'start-group': [{ members: readonly Aor[]; subject?: string; id?: string }, Outcome<{ conversation: Aor }>];
  'add-members': [{ conversation: Aor; members: readonly Aor[] }, Outcome];
  'remove-member': [{ conversation: Aor; member: Aor }, Outcome];
  'leave-conversation': [{ conversation: Aor }, Outcome];
  /** Tells the others at once; of a conversation of two, `set-subject`. */
  'rename-conversation': [{ conversation: Aor; subject: string }, Outcome];
  /** A tab shows who is in a conversation with a focus: the server then tells of every change. */
  'watch-group': [{ conversation: Aor; on: boolean }, null];
  'mute-conversation': [{ conversation: Aor; muted: boolean }, Outcome];
  /** The person's own notes about a conversation (features.md H02). */
  'note-conversation': [{ conversation: Aor; text: string }, Outcome];
  /** Whether people are told that I have read their messages (RFC 5438 `displayed`). */
  'set-receipts': [{ on: boolean }, Outcome];
  /** Continues a search on the server; `next` as an earlier page gave it. Empty where no history is kept. */
  'search-history': [
    HistorySearch & { next?: string },
    Outcome<{ rows: readonly MessageRow[]; next: string | null }>,
  ];
  /** Brings messages around a time (milliseconds) from the server into the store; how many were not here. */
  'fetch-history': [{ conversation: Aor; around: number }, Outcome<{ count: number }>];
  /** The whole history of this device as one file (ZIP): pages, mails, JSON and contacts. */
  'export-history': [{ all: true }, Outcome<{ file: Blob; messages: number }>];
  /** Rows of an exported history that are not here; `left`: lines that could not be read. */
  'import-history': [{ file: Blob }, Outcome<{ added: number; known: number; left: number }>];
  /** Forgets the messages and calls of this device, nowhere else. */
  'delete-history': [{ all: true }, Outcome];
  /** The log of calls up to that time (milliseconds) has been looked at. */
  'calls-seen': [{ through: number }, null];
  /** The person's own notes about a call (features.md H02). */
  'note-call': [{ id: string; text: string }, Outcome];
  /** What becomes of calls to me; `change` holds from the answer on, for every device, with every page closed. */
  'call-handling': [{ change?: Partial<CallHandling> }, Outcome<CallHandlingState>];
  /** How the sound of a call was that has just ended in this tab: kept with the log, and reported to the server. */
  'call-quality': [{ id: string; measured: MeasuredCall }, null];
  /** `behalf`: somebody whose delegate I am, in whose name it is (features.md CD1); called as the person reads it. */
  call: [
    { peer: Aor; video: boolean; subject?: string; behalf?: Target; tab: string },
    Outcome<{ id: string }>,
  ];
  /** A call that is on hold waits for somebody of the Team from now on, or no longer. */
  park: [{ id: string; on: boolean }, Outcome];
  /** Takes the place of somebody in a call that they have parked. */
  'pick-up': [{ from: Aor; id: string; tab: string }, Outcome<{ id: string }>];
  /** Takes a call of another device over, to this one. */
  'move-call': [{ id: string; tab: string }, Outcome<{ id: string }>];
  /** The first tab to claim wins; the others learn it by the call fact. */
  answer: [{ id: string; video: boolean; tab: string }, Outcome];
  decline: [{ id: string }, Outcome];
  'hang-up': [{ id: string }, Outcome];
  /** Asks the other side to go on with somebody; `joins`: with the far end of that call of ours. It goes on in `transfer`. */
  transfer: [{ id: string; to: Aor; name: string; joins?: string }, Outcome];
  /** A call that rings: the caller is to call somebody else instead. */
  redirect: [{ id: string; to: Aor }, Outcome];
  /** Media in the tab wants a new offer: camera added, ICE restart. */
  /** How the call stands in its window, for the page after a reload. */
  'keep-standing': [{ id: string; standing: Standing }, null];
  renegotiate: [{ id: string; iceRestart?: boolean }, Outcome];
  /**
   * A file that this tab holds. `id` (a UUID) names its transfer and its row; the same again is another try. The row is
   * there when this is answered. `via` peer: the tab hashes it and says so; server: the tab will be asked for it.
   */
  'offer-file': [
    { id: string; conversation: Aor; name: string; type: string; size: number; thumbnail?: string },
    Outcome<{ via: 'peer' | 'server' }>,
  ];
  /** SHA-256 in hexadecimal; null: it could not be read. */
  'file-hashed': [{ id: string; hash: string | null }, null];
  /** This tab has a place for it. The first tab wins. */
  'accept-file': [{ id: string }, Outcome];
  'decline-file': [{ id: string }, Outcome];
  'cancel-file': [{ id: string }, Outcome];
  'file-news': [{ id: string; news: TransferNews }, null];
  examine: [{ doctor: true }, Outcome<readonly DoctorCheck[]>];
  'push-endpoint': [PushEndpoint | null, Outcome];
  /** A choice of this device, kept in the store and read from there. */
  'keep-setting': [{ name: string; value: unknown }, null];
}

// ---------------------------------------------------------------- facts: agent to every tab

export type Fact =
  | { readonly fact: 'connection'; readonly state: ConnectionState; readonly clockOffset: number }
  | { readonly fact: 'account'; readonly account: Account | null }
  | { readonly fact: 'contacts'; readonly list: ContactList }
  | { readonly fact: 'access'; readonly access: AccessSettings }
  | { readonly fact: 'watchers'; readonly watchers: readonly Watcher[] }
  /** Batched per socket message. */
  | { readonly fact: 'presence'; readonly changes: readonly (readonly [Aor, Presence])[] }
  /** Somebody tagged is in another state, and has been for a moment (features.md P28). */
  | { readonly fact: 'tag-alert'; readonly aor: Aor; readonly presence: Presence }
  /** New or changed rows; same id replaces. */
  /** `isOld`: read from the server's history, not arriving now. */
  | { readonly fact: 'messages'; readonly rows: readonly MessageRow[]; readonly isOld?: true }
  | { readonly fact: 'messages-gone'; readonly ids: readonly string[] }
  | { readonly fact: 'conversations'; readonly rows: readonly ConversationRow[] }
  | {
      readonly fact: 'composing';
      readonly conversation: Aor;
      readonly sender: Aor;
      readonly until: number | null;
    }
  | { readonly fact: 'call'; readonly call: CallSnapshot }
  /** Calls of the person's other devices, all of them. */
  | { readonly fact: 'calls-elsewhere'; readonly calls: readonly CallElsewhere[] }
  | { readonly fact: 'transfer'; readonly transfer: TransferSnapshot }
  | { readonly fact: 'call-logged'; readonly row: CallLogRow }
  /** Calls that others of the person's devices, or the server, have seen; the same id replaces. */
  | { readonly fact: 'calls-logged'; readonly rows: readonly CallLogRow[] }
  | { readonly fact: 'calls-gone'; readonly ids: readonly string[] }
  | { readonly fact: 'call-handling'; readonly state: CallHandlingState }
  | { readonly fact: 'history'; readonly status: HistoryStatus }
  | { readonly fact: 'doctor'; readonly checks: readonly DoctorCheck[] }
  /** Storage was full, damaged or rebuilt: a sentence for the person. */
  | { readonly fact: 'notice'; readonly level: 'info' | 'problem'; readonly words: string }
  /** The agent died and another took over: calls that are not in `calls` are gone. */
  | { readonly fact: 'restarted'; readonly calls: readonly string[] }
  /** Another build of Parley runs: reload when no call is up. */
  | { readonly fact: 'outdated' };

// ---------------------------------------------------------------- media: agent to the tab that owns the call

/** The six verbs of a session description handler, spoken over the port (house.md §1). */
export interface MediaRequests {
  /** Offer or answer. The tab never waits more than 300 ms for gathering. */
  'get-description': [
    { call: string; video: boolean; iceRestart: boolean; standing?: Standing },
    Outcome<{ sdp: string }>,
  ];
  'set-description': [{ call: string; sdp: string }, Outcome];
  rollback: [{ call: string }, null];
  'send-dtmf': [{ call: string; tones: string }, null];
  close: [{ call: string }, null];
  /** The offer or answer of a file session; the other verbs serve its `call` (`file:<id>:<n>`) as they do any other. */
  'describe-file': [{ call: string; file: FileOffer; iceRestart: boolean }, Outcome<{ sdp: string }>];
  /** Puts the file of a transfer there; answered when it lies there. `hash`: as the server says. */
  'upload-file': [
    { transfer: string; url: string; headers: Readonly<Record<string, string>> },
    Outcome<{ url: string; hash?: string }>,
  ];
}

// ---------------------------------------------------------------- frames on the port

export type FromTab =
  | {
      [C in keyof Commands]: { readonly command: C; readonly seq: number; readonly input: Commands[C][0] };
    }[keyof Commands]
  | { readonly mediaReply: number; readonly output: unknown };
export type FromAgent =
  /** First frame of an agent that is ready. It holds the Web Lock `parley-agent:<id>` for as long as it lives. */
  | { readonly agent: string }
  | { readonly reply: number; readonly output: unknown }
  | { readonly fact: Fact }
  | {
      [M in keyof MediaRequests]: {
        readonly media: M;
        readonly seq: number;
        readonly input: MediaRequests[M][0];
      };
    }[keyof MediaRequests];

/** What a tab holds: one implementation over a SharedWorker port, one over a dedicated worker. */
export interface AgentLink {
  readonly tab: string;
  send<C extends keyof Commands>(command: C, input: Commands[C][0]): Promise<Commands[C][1]>;
  onFact(listener: (fact: Fact) => void): () => void;
  /** The media layer registers once; requests for a call arrive only in the tab that owns it. */
  serveMedia(
    handler: <M extends keyof MediaRequests>(
      verb: M,
      input: MediaRequests[M][0],
    ) => Promise<MediaRequests[M][1]>,
  ): void;
}
