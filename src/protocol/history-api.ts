/**
 * History on the server, as both ends speak of it: JMAP's shape (RFC 8620) at `POST /api/jmap`, its session at
 * `GET /api/jmap/session`, digest with the SIP account. The account id is the AOR. Ids are opaque but for those of a
 * Conversation, which are the conversation's URI as messages carry it. Changes are told by SIP (event package
 * `parley-state`), with a `StateChange` as body.
 */

/** What a request names in `using`. */
export const JMAP_CORE = 'urn:ietf:params:jmap:core';
export const JMAP_HISTORY = 'urn:parley:history';
/** Only described in the session: files go to `/api/files`. */
export const JMAP_FILES = 'urn:parley:files';

/** Event package (RFC 6665) of the own account, `application/json`. */
export const STATE_EVENT = 'parley-state';
export const STATE_TYPE = 'application/json';

export const HISTORY_TYPES = ['Message', 'Conversation', 'CallRecord'] as const;
export type HistoryType = (typeof HISTORY_TYPES)[number];

/** What the organisation does with conversations (features.md AR1). */
export interface HistoryPolicy {
  /** False: the server keeps nothing beyond the 14 days of the mailbox. */
  readonly archived: boolean;
  /** After how many days a message is forgotten; 0: never. */
  readonly retentionDays: number;
  /** For people, one sentence. */
  readonly words: string;
}

/** Octets, days; `blocked`: endings of names that are refused, `exe`. */
export interface FilePolicy {
  readonly maxSize: number;
  readonly quota: number;
  readonly retentionDays: number;
  readonly blocked: readonly string[];
}

/** RFC 8620 §2. Paths are below the service's origin. */
export interface JmapSession {
  readonly capabilities: {
    readonly [JMAP_CORE]: {
      readonly maxSizeUpload: number;
      readonly maxConcurrentUpload: number;
      readonly maxSizeRequest: number;
      readonly maxConcurrentRequests: number;
      readonly maxCallsInRequest: number;
      readonly maxObjectsInGet: number;
      readonly maxObjectsInSet: number;
      readonly collationAlgorithms: readonly string[];
    };
    readonly [JMAP_HISTORY]: HistoryPolicy;
    readonly [JMAP_FILES]: FilePolicy;
  };
  readonly accounts: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly isPersonal: true;
        readonly isReadOnly: false;
        readonly accountCapabilities: Readonly<Record<string, object>>;
      }
    >
  >;
  readonly primaryAccounts: Readonly<Record<string, string>>;
  readonly username: string;
  readonly apiUrl: string;
  readonly uploadUrl: string;
  /** None: empty. */
  readonly downloadUrl: string;
  readonly eventSourceUrl: string;
  readonly state: string;
}

/** What kind of message it is, by its content. `change`: a correction or a withdrawal; `event`: somebody came or went. */
export const MESSAGE_KINDS = ['text', 'ink', 'file', 'change', 'event', 'other'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** A message as a device gets it by SIP, to be read by the same code. */
export interface ArchivedMessage {
  readonly id: string;
  /** Rises with every message of this owner; orders them as the server accepted them. */
  readonly sequence: number;
  readonly conversationId: string;
  /** The sender's Message-ID (RFC 5438), or what stands for it: with the sender it names the message everywhere. */
  readonly messageId: string;
  /** AOR, proved by the server. */
  readonly sender: string;
  /** Header fields as sent: name-addr. */
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  /** When the server accepted it, milliseconds; the `Date` of the MESSAGE, not rounded. */
  readonly date: number;
  /** Other fields of the MESSAGE that its sender wrote (Subject, Priority). */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  readonly contentType: string;
  readonly body: string;
  readonly kind: MessageKind;
  /** Of an own message in a conversation of two: what the other end has said of it. */
  readonly state?: 'delivered' | 'displayed';
}

/** Up to where a conversation was read, on any device. */
export interface ReadThrough {
  /** Milliseconds, server's clock: everything accepted at or before it. */
  readonly date: number;
  /** The message's id here, where it is known. */
  readonly id?: string;
}

export interface HistoryConversation {
  /** `sip:user@domain`, a focus's URI, or `urn:uuid:…` */
  readonly id: string;
  /** Of the newest message; 0 before the first. */
  readonly lastAt: number;
  readonly lastSequence: number;
  readonly readThrough: ReadThrough | null;
  readonly muted: boolean;
  /** The owner's own notes (features.md H02), for nobody else. */
  readonly note: string;
  readonly subject?: string;
}

/** Octets of a note in UTF-8. */
export const LONGEST_NOTE = 100_000;

/**
 * What became of a call, for its owner: `missed` by the one called, `no-answer`, `cancelled`, `busy` and `unreachable` for
 * the one who called.
 */
export const CALL_OUTCOMES = [
  'answered',
  'missed',
  'declined',
  'cancelled',
  'busy',
  'no-answer',
  'unreachable',
  'forwarded',
  'failed',
] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** Milliseconds throughout, server's clock. One record a Call-ID and owner. */
export interface CallRecord {
  readonly id: string;
  readonly callId: string;
  /** Whom with: AOR, or a focus's URI. */
  readonly conversationId: string;
  readonly direction: 'in' | 'out';
  readonly at: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  readonly outcome: CallOutcome;
  readonly video: boolean;
  readonly subject?: string;
  /** Who took it instead. */
  readonly forwardedTo?: string;
  /** AOR of the manager in whose name it was made. */
  readonly onBehalfOf?: string;
  /** `+sip.instance` of the own device that answered: for the others it was answered elsewhere. */
  readonly device?: string;
  readonly note: string;
  /** Somebody has looked at it on some device. */
  readonly seen: boolean;
}

export interface MessageFilter {
  readonly conversationId?: string;
  /** AOR of the sender. */
  readonly from?: string;
  /** Milliseconds: accepted before; at or after. */
  readonly before?: number;
  readonly after?: number;
  /** Every word must begin a word of the text, accents and case aside. */
  readonly text?: string;
  readonly kind?: MessageKind;
}
export interface CallFilter {
  readonly conversationId?: string;
  readonly outcome?: CallOutcome;
  readonly before?: number;
  readonly after?: number;
}
/** Conversations have no filter but this. */
export interface ConversationFilter {
  readonly after?: number;
}

/** RFC 8620 §5.1. `ids: null`: all of them, where they are few enough. */
export interface GetArguments {
  readonly accountId: string;
  readonly ids: readonly string[] | null;
  readonly properties?: readonly string[] | null;
}
export interface GetResponse<T> {
  readonly accountId: string;
  readonly state: string;
  readonly list: readonly T[];
  readonly notFound: readonly string[];
}

/** RFC 8620 §5.2. */
export interface ChangesArguments {
  readonly accountId: string;
  readonly sinceState: string;
  readonly maxChanges?: number | null;
}
export interface ChangesResponse {
  readonly accountId: string;
  readonly oldState: string;
  readonly newState: string;
  readonly hasMoreChanges: boolean;
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly destroyed: readonly string[];
}

/** RFC 8620 §5.5. Newest first unless `sort` says `[{property: 'date', isAscending: true}]`. */
export interface QueryArguments<F> {
  readonly accountId: string;
  readonly filter?: F | null;
  readonly sort?: readonly { readonly property: 'date'; readonly isAscending?: boolean }[] | null;
  readonly position?: number;
  readonly anchor?: string | null;
  readonly anchorOffset?: number;
  readonly limit?: number | null;
  readonly calculateTotal?: boolean;
}
export interface QueryResponse {
  readonly accountId: string;
  readonly queryState: string;
  readonly canCalculateChanges: false;
  readonly position: number;
  readonly ids: readonly string[];
  readonly total?: number;
  /** The server's, when it gave fewer than were asked for. */
  readonly limit?: number;
}

/** RFC 8620 §5.3. Whole properties only, no paths into them. */
export interface SetArguments<T> {
  readonly accountId: string;
  readonly ifInState?: string | null;
  readonly create?: Readonly<Record<string, Partial<T>>> | null;
  readonly update?: Readonly<Record<string, Partial<T>>> | null;
  readonly destroy?: readonly string[] | null;
}
export interface SetError {
  readonly type: string;
  readonly description?: string;
  readonly properties?: readonly string[];
}
export interface SetResponse<T> {
  readonly accountId: string;
  readonly oldState: string;
  readonly newState: string;
  readonly created: Readonly<Record<string, T>> | null;
  /** What the server made otherwise than asked; null: nothing. */
  readonly updated: Readonly<Record<string, Partial<T> | null>> | null;
  readonly destroyed: readonly string[] | null;
  readonly notCreated: Readonly<Record<string, SetError>> | null;
  readonly notUpdated: Readonly<Record<string, SetError>> | null;
  readonly notDestroyed: Readonly<Record<string, SetError>> | null;
}

/** `SearchSnippet/get` (RFC 8621 §5), with offsets instead of markup. */
export interface SnippetArguments {
  readonly accountId: string;
  readonly filter: MessageFilter | null;
  readonly messageIds: readonly string[];
}
export interface SearchSnippet {
  readonly messageId: string;
  /** Plain text around the first match; null: nothing in its text matches. */
  readonly snippet: string | null;
  /** From and to, in UTF-16 units of `snippet`, in order. */
  readonly marks: readonly (readonly [from: number, to: number])[];
}
export interface SnippetResponse {
  readonly accountId: string;
  readonly list: readonly SearchSnippet[];
  readonly notFound: readonly string[] | null;
}

/** RFC 8620 §7.1, the body of a NOTIFY. */
export interface StateChange {
  readonly '@type': 'StateChange';
  readonly changed: Readonly<Record<string, Readonly<Record<HistoryType, string>>>>;
}

/** Answer to `POST /api/files`. */
export interface UploadedFile {
  /** Absolute: whoever knows it can fetch the file, with no password. */
  readonly url: string;
  /** Octets. */
  readonly size: number;
  /** SHA-256 in lower-case hex. */
  readonly hash: string;
  /** When it is deleted, milliseconds. */
  readonly expires: number;
}
