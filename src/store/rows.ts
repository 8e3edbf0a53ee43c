/**
 * What is kept, as plain values. The agent's contract speaks of the same rows, so that a row read from the store and
 * a row in a fact are one type.
 */
import type { AccessLevel, Newcomers, ShownLevel } from '../protocol/access-levels.ts';
import type { ManualState } from '../protocol/availability.ts';
import type { FileRef } from '../protocol/file-ref.ts';
import type { Target } from '../protocol/history-info.ts';
import type { InkDrawing } from '../protocol/ink.ts';
import type { GroupEvent, MessageMarks } from '../protocol/message-marks.ts';
import type { DirectoryGroup } from '../protocol/service-api.ts';
import type { PersonDetails } from '../protocol/person-details.ts';
import type { VoiceQuality } from '../protocol/voice-quality.ts';

/** `sip:user@domain`, lower-case host, no port, no parameters. Also the id of a 1:1 conversation. */
export type Aor = string;

/** A person as the contact list and the directory know them. */
export interface Person {
  readonly aor: Aor;
  readonly name: string;
  readonly title?: string;
  readonly team?: string;
  readonly company?: string;
  readonly email?: string;
  readonly phones?: readonly { kind: 'work' | 'mobile' | 'home'; number: string }[];
  readonly photo?: string;
  readonly office?: string;
  readonly manager?: Aor;
  readonly links?: readonly { readonly name: string; readonly url: string }[];
  /** IANA time zone. */
  readonly zone?: string;
}

/** Somebody or something in the list: a person (`sip:`), a number (`tel:+…`, features.md C06). */
export interface ContactEntry extends Person {
  readonly groups: readonly string[];
  readonly tagged: boolean;
  /** What holds for this one now; absent for numbers and on servers without XCAP. */
  readonly level?: AccessLevel;
  /** Why: an own level, or that of a group, a domain, or everybody's. */
  readonly levelFrom?: 'person' | 'delegate' | 'group' | 'domain' | 'usual';
  /** Only I can see it. */
  readonly privateNote?: string;
}
/**
 * `own` is made by hand; `list` is a distribution list whose members stay in the directory (`listId`), never
 * entries of ours.
 */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly is?: 'own' | 'list';
  readonly listId?: string;
  readonly level?: AccessLevel;
}
/** `source` says where the list lives: on the server, or only in this browser because the server keeps none. */
export interface ContactList {
  readonly groups: readonly Group[];
  /** In order of name. */
  readonly entries: readonly ContactEntry[];
  readonly source: 'server' | 'device';
  readonly asOf: number;
  /** People who see the account as offline and reach it no more. */
  readonly blocked?: readonly Aor[];
}

/**
 * queued -> sent -> delivered -> displayed, or queued -> failed -> queued (sent again). An incoming row is `received`.
 */
export type MessageState = 'queued' | 'sent' | 'delivered' | 'displayed' | 'failed' | 'received';
export interface Attachment {
  readonly type: string;
  readonly name?: string;
  readonly body: string;
}
/** The life of a file on its way: agent/core/transfer.ts has the diagram. */
export type TransferState =
  | 'preparing'
  | 'offered'
  | 'accepted'
  | 'moving'
  | 'interrupted'
  | 'done'
  | 'declined'
  | 'cancelled'
  | 'failed';
export interface RowTransfer {
  readonly is: TransferState;
  readonly via: 'peer' | 'server';
  /** A sentence for the person. */
  readonly why?: string;
}
/** One row of a conversation, as stored. `order` sorts: server sequence or arrival, then causality. */
export interface MessageRow {
  readonly id: string;
  readonly conversation: Aor;
  readonly sender: Aor;
  readonly mine: boolean;
  readonly text: string;
  /** Set when the content type is not one we show; the text then says what it is. */
  readonly attachment?: Attachment;
  readonly state: MessageState;
  /** A sentence for a failed message. */
  readonly problem?: string;
  /** Milliseconds by the server's clock. */
  readonly at: number;
  readonly order: number;
  /** When the reader's notice came (RFC 5438 `displayed`), milliseconds; absent while unread or unknown. */
  readonly readAt?: number;
  /** The same in HTML, as its sender wrote it: never shown but through the sanitiser. */
  readonly html?: string;
  readonly ink?: InkDrawing;
  readonly files?: readonly FileRef[];
  /** How far the file of this row is, or what became of it, when it goes from browser to browser or is put on a server. */
  readonly transfer?: RowTransfer;
  /** What this answers. `text`: as quoted, for when that message is not held here. */
  readonly reply?: { readonly id: string; readonly text: string };
  /** When its sender last corrected it, server time, milliseconds. */
  readonly editedAt?: number;
  /** Taken back by its sender: nothing of it is left but its place. */
  readonly withdrawn?: true;
  /** Told by a focus: not something that was said but something that happened. */
  readonly event?: GroupEvent;
  /** Who came or went by the event. */
  readonly about?: readonly Aor[];
  /** Of a failed message to a group without a focus: who did not get it. The others have it. */
  readonly undelivered?: readonly Aor[];
}
/** `wants`: the notices its sender asked for and has not had from us (RFC 5438 §5). */
export interface StoredMessage extends MessageRow {
  readonly wants?: readonly ('delivered' | 'displayed')[];
  /** Place of the newest revision that was applied. */
  readonly revisedOrder?: number;
  /** This stands for a revision whose message is not held here, and goes when that arrives. */
  readonly standsFor?: string;
  /** Read from the server's history and not delivered to this device yet: its sender has had no notice from here. */
  readonly fetched?: true;
}

/**
 * A correction or a withdrawal, kept by itself: it may come before the message it is about (history is read newest
 * first), and a repeat must do nothing. Unique by (conversation, sender, id).
 */
export interface StoredRevision {
  readonly id: string;
  readonly conversation: Aor;
  readonly sender: Aor;
  /** Message-ID of the message of the same sender. */
  readonly target: string;
  /** Null: withdrawn. */
  readonly becomes: Pick<MessageRow, 'text' | 'html' | 'ink' | 'files'> | null;
  readonly order: number;
}

/**
 * What a message is found by. `doc` is unique and negative, the newer the smaller, and stands in every word, so that an
 * index of the words sorts by time (store/words.ts).
 */
export interface StoredWords {
  readonly doc: number;
  readonly message: [conversation: string, sender: string, id: string];
  readonly words: readonly (readonly [word: string, doc: number])[];
}

/** Somebody in a group conversation. */
export interface Member {
  readonly aor: Aor;
  readonly name: string;
  /** May remove others. */
  readonly owner?: boolean;
  /** Has a device there now, as the focus says; absent where nobody knows. */
  readonly here?: boolean;
}

/** What makes a conversation one of several people. `focus`: a server holds it; otherwise each message goes to each. */
export interface GroupInfo {
  readonly focus: boolean;
  /** Me included. */
  readonly members: readonly Member[];
  /** I am no longer in it: it can be read, not written. */
  readonly left?: boolean;
  /** Of a group without a focus: who has left, so that a message written before that does not bring them back. */
  readonly former?: readonly Aor[];
}

/** `id`: the AOR of the one it is with, the URI of a focus, or `urn:uuid:…` of a group without one. */
export interface ConversationRow {
  readonly id: Aor;
  readonly last: MessageRow | null;
  readonly unread: number;
  readonly at: number;
  readonly draft?: string;
  readonly draftHtml?: string;
  readonly subject?: string;
  readonly group?: GroupInfo;
  /** No alerts of it on any device; it still counts as unread. */
  readonly muted?: boolean;
  /** The person's own notes about it (features.md H02). */
  readonly note?: string;
  /** An unread message that names me. */
  readonly mentioned?: boolean;
}
/** `readOrder`: everything at or before it has been seen. `plain`: the peer refused CPIM with 415. */
export interface StoredConversation extends ConversationRow {
  readonly readOrder: number;
  readonly plain?: boolean;
  /** What another device has read: everything that the server accepted at or before it, milliseconds. */
  readonly readDate?: number;
  /** Changed here and not yet told to the server's history. */
  readonly untold?: readonly ('read' | 'muted' | 'note')[];
}

export type CallEnd =
  | 'hung-up'
  | 'declined'
  | 'cancelled'
  | 'missed'
  | 'busy'
  | 'no-answer'
  | 'elsewhere'
  | 'unreachable'
  | 'forwarded'
  | 'lost'
  | 'failed';

export interface CallLogRow {
  readonly id: string;
  readonly conversation: Aor;
  readonly direction: 'in' | 'out';
  readonly video: boolean;
  readonly at: number;
  /** Milliseconds; absent when never answered. */
  readonly duration?: number;
  readonly end: CallEnd;
  readonly subject?: string;
  /** Who took it instead. */
  readonly forwardedTo?: Aor;
  /** The name of somebody else who answered before anybody here did; or in the place of whom I called. */
  readonly answeredBy?: string;
  /** Whom the caller wanted, when that was not the owner of this log. */
  readonly forUser?: Target;
  /** In whose name it was made (features.md CD1). */
  readonly onBehalfOf?: Target;
  /** The person's own notes about it (features.md H02). */
  readonly note?: string;
  /** Somebody has looked at it, on some device. */
  readonly seen?: boolean;
  /** How it sounded here; only on the device that had the sound. */
  readonly quality?: VoiceQuality;
}
/** `record`: its id in the server's history. `untold`: changed here and not yet told there. */
export interface StoredCall extends CallLogRow {
  readonly record?: string;
  readonly untold?: readonly ('seen' | 'note')[];
}

/** A request that must reach its peer exactly once. `seq` is its place in the queue of its conversation. */
export interface OutboxRow {
  readonly id: string;
  readonly conversation: Aor;
  readonly kind: 'message' | 'notice';
  readonly seq: number;
  /** The plain words of a message as every client shows them, or the whole IMDN document of a notice. */
  readonly body: string;
  /** What a message says beside its plain words. */
  readonly extras?: OutgoingExtras;
  /** Of a group without a focus: whom this copy is for. The row's `id` is then its own, the message's is `message`. */
  readonly to?: { readonly aor: Aor; readonly name: string };
  readonly message?: string;
  /** Why this copy was refused for good: kept until the other copies have ended too. */
  readonly refused?: string;
  /** Stays the same over all tries; only the CSeq rises. */
  readonly callId: string;
  readonly cseq: number;
  readonly tries: number;
  /** Server time of the first try, milliseconds; null before it. Part of the message from then on. */
  readonly stamp: number | null;
  readonly at: number;
}

/** Part of a message on its way, the same at every try. */
export interface OutgoingExtras {
  readonly html?: string;
  readonly ink?: InkDrawing;
  /** base64 of a PNG. */
  readonly inkPicture?: string;
  readonly files?: readonly FileRef[];
  readonly subject?: string;
  readonly marks?: MessageMarks;
  /** Of a group without a focus: everybody it goes to. */
  readonly people?: readonly { readonly aor: Aor; readonly name: string }[];
}

/** A person's card, kept for the time without a network. `asOf`: when the directory said so. */
export interface StoredPerson {
  readonly aor: Aor;
  readonly person: Person;
  /** An image of the card's `photo`, kept so that it shows offline. */
  readonly portrait?: Blob | string;
  readonly asOf: number;
  /** Only seen in a list so far: whoever wants the whole card has to ask. */
  readonly listed?: true;
}

/** HA1 values by `realm algorithm`, encrypted with a key that cannot leave the browser's key store. */
export interface SealedSecret {
  readonly key: CryptoKey;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

/** Who uses this browser. `secret` only with "keep me signed in"; never the password (reliability.md §5). */
export interface StoredAccount {
  readonly aor: Aor;
  readonly name: string;
  readonly title?: string;
  readonly photo?: string;
  readonly username: string;
  readonly servers: readonly string[];
  readonly xcapRoot: string | null;
  readonly serviceRoot: string | null;
  readonly signedIn: boolean;
  readonly secret: SealedSecret | null;
  readonly manual: ManualState;
  /** Server time of the choice; 0 when none was ever made. */
  readonly manualSince: number;
  readonly manualUntil: number | null;
  readonly note: string;
  readonly noteUntil: number | null;
  /** Server time of these choices; absent in rows of older versions. */
  readonly noteSince?: number;
  readonly location: string;
  readonly locationSince?: number;
  /** Absent in rows of older versions: `team`. */
  readonly locationFor?: ShownLevel;
  /** Id of a state the organisation defined. */
  readonly custom?: string | null;
  /** False: nobody is told that their messages were read. Absent: they are. */
  readonly receipts?: boolean;
  /** Groups the organisation put this person in, as last told. */
  readonly organisationGroups?: readonly DirectoryGroup[];
}

/** Who has which level, as the Privacy page shows it. */
export interface AccessSettings {
  /** Also people who are not in the list. */
  readonly people: readonly { readonly aor: Aor; readonly level: AccessLevel }[];
  readonly domains: readonly { readonly domain: string; readonly level: AccessLevel }[];
  readonly colleagues: Newcomers;
  readonly others: Newcomers;
}

/**
 * The list as people see it, the documents it comes from as the server last had them (resource-lists, pres-rules;
 * null: none yet), and what was changed here since.
 */
export interface StoredContacts {
  readonly list: ContactList;
  /** Follows from the documents, like the list; null where there are no rules. Absent in rows of older versions. */
  readonly access?: AccessSettings | null;
  readonly document: string | null;
  readonly etag: string | null;
  readonly rules: string | null;
  readonly rulesEtag: string | null;
  readonly edits: readonly ContactEdit[];
  /** Groups that were made here although another device had made them: the id given here, the id that stays. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Another one each time the row is written; absent in rows of older versions. */
  readonly stamp?: string;
}
/** One change of the list. Applied at once on screen, to the server's newest document when it can be reached. */
export type ContactEdit =
  | { readonly edit: 'add'; readonly aor: Aor; readonly name: string; readonly group: string | null }
  | { readonly edit: 'remove'; readonly aor: Aor }
  | { readonly edit: 'rename'; readonly aor: Aor; readonly name: string }
  | { readonly edit: 'place'; readonly aor: Aor; readonly groups: readonly string[] }
  | { readonly edit: 'tag'; readonly aor: Aor; readonly tagged: boolean }
  | { readonly edit: 'add-group'; readonly id: string; readonly name: string }
  | { readonly edit: 'rename-group'; readonly id: string; readonly name: string }
  | { readonly edit: 'remove-group'; readonly id: string }
  | { readonly edit: 'block'; readonly aor: Aor; readonly blocked: boolean }
  | { readonly edit: 'level'; readonly aor: Aor; readonly level: AccessLevel | null }
  | { readonly edit: 'group-level'; readonly id: string; readonly level: AccessLevel | null }
  | { readonly edit: 'domain-level'; readonly domain: string; readonly level: AccessLevel | null }
  | { readonly edit: 'newcomers'; readonly colleagues?: Newcomers; readonly others?: Newcomers }
  | { readonly edit: 'private-note'; readonly aor: Aor; readonly text: string }
  /** Puts a distribution list of the directory into the list. */
  | { readonly edit: 'add-list'; readonly id: string; readonly listId: string; readonly name: string }
  /** People and numbers of a card file; who is known already stays as they are. Of `groups`, ids. */
  | { readonly edit: 'import'; readonly cards: readonly ImportedCard[] }
  /** Where a group or an entry stands: before that one, or last. */
  | { readonly edit: 'move-group'; readonly id: string; readonly before: string | null };
/** What the list takes from a card that somebody brings (RFC 6350). */
export interface ImportedCard {
  readonly aor: Aor;
  readonly name: string;
  readonly groups: readonly string[];
  readonly details: Omit<PersonDetails, 'tagged' | 'levelBefore'>;
}
