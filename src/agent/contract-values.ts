/** The plain values that a tab and the user agent exchange; what they say to each other is contract.ts. */
import type { AccessLevel } from '../protocol/access-levels.ts';
import type { Presence } from '../protocol/availability.ts';
import type { CallHandling } from '../protocol/call-handling.ts';
import type { Target } from '../protocol/history-info.ts';
import type { Aor, CallEnd, TransferState } from '../store/rows.ts';
import type { Account, VoicemailWaiting } from '../store/shown.ts';

export type { Account, VoicemailWaiting };

/** `/config.json`: what an administrator sets without a rebuild. Every field may be absent. */
export interface Config {
  /** SIP over WebSocket addresses in the order to try. */
  readonly sip?: readonly string[];
  readonly domain?: string;
  readonly iceServers?: readonly { urls: string | string[]; username?: string; credential?: string }[];
  readonly xcapRoot?: string;
  /** Root of our own HTTP service (directory, portraits, push); absent on plain SIP servers. */
  readonly serviceRoot?: string;
  readonly conferenceFactory?: string;
  /** Answers a call and plays back what it hears. */
  readonly testCall?: Aor;
  /** Keeps voice messages, listed at `serviceRoot`. */
  readonly voicemail?: Aor;
  /** Application server key for Web Push, base64url. */
  readonly vapidKey?: string;
  /** This site is a reception screen (features.md P26). */
  readonly kiosk?: boolean;
  readonly branding?: { readonly name?: string; readonly accent?: string };
  /** Demo office: people that the sign-in page offers to enter as. */
  readonly demo?: readonly { aor: Aor; name: string; title: string; password: string }[];
}

export type ConnectionState =
  /** Nobody is signed in. */
  | { readonly is: 'signed-out' }
  | { readonly is: 'connecting'; readonly since: number; readonly attempt: number }
  | { readonly is: 'online'; readonly since: number; readonly server: string }
  /** Socket lost or never there. `retryAt` is null while the browser itself is offline. */
  | { readonly is: 'offline'; readonly since: number; readonly retryAt: number | null; readonly why: string }
  /** The server said no: wrong password, unknown user. Only a new sign-in helps. */
  | { readonly is: 'refused'; readonly why: string };

/** Somebody who follows me (RFC 3858). `waiting`: they asked, are told nothing, and wait for an answer. */
export interface Watcher {
  readonly aor: Aor;
  readonly name?: string;
  readonly is: 'watching' | 'waiting';
  readonly level: AccessLevel;
  /** Milliseconds. */
  readonly since?: number;
}

/** What somebody of that level, or that very person, is shown of me now. */
export interface SeenAs {
  readonly level: AccessLevel;
  readonly presence: Presence;
  readonly phones: readonly { readonly kind: 'work' | 'mobile' | 'home'; readonly number: string }[];
}

/** One call of the person; INVITE dialogs with media may follow each other in it. Ends exactly once, through `ended`. */
export interface CallSnapshot {
  readonly id: string;
  readonly peer: Aor;
  /** Display name as the network gave it; the UI prefers the contact's own name. */
  readonly peerName: string;
  readonly direction: 'in' | 'out';
  readonly state: 'dialling' | 'ringing' | 'incoming' | 'answering' | 'established' | 'ended';
  readonly video: boolean;
  readonly subject?: string;
  /** Whom the caller wanted, when that is not me, and who sent it on to me last (RFC 7044). */
  readonly forUser?: Target;
  readonly forwardedBy?: Target;
  /** The caller, one of their delegates, calls in the name of this person; in a call of mine I do (features.md CD1). */
  readonly onBehalfOf?: Target;
  /** A conference calls to have me in it (RFC 4579 §5.1). */
  readonly isInvitation?: true;
  /** Tab that holds the peer connection. */
  readonly owner: string | null;
  /** Name of that peer connection, when it is not the call's first. */
  readonly connection?: string;
  /** It ends with its window: the far end knows no Replaces (RFC 3891), so that no other can take it up. */
  readonly isTied?: boolean;
  readonly startedAt: number;
  readonly establishedAt?: number;
  /** A sentence about whom it goes on with: "Transferred by Anna Miller", "Forwarded to Ben Farrow"; or that it is a mailbox. */
  readonly passed?: string;
  /** It waits on hold for somebody of the Team; `back`: nobody came in time, and it rings here. */
  readonly parking?: 'none' | 'parked' | 'back';
  /** The other side was asked to go on with somebody else. `failed`: it is still ours, `words` says why. */
  readonly transfer?: { readonly to: Aor; readonly words: string; readonly failed: boolean };
  /** Who has answered a call of mine in the place of whom I called (features.md CD2). */
  readonly answerer?: Target;
  readonly end?: CallEnd;
  /** Who took it, when it was somebody else and not a device of mine. */
  readonly answeredBy?: string;
  /** A sentence for the person, e.g. "Ingrid is busy on another call." */
  readonly why?: string;
}

/** A call that another device of the person is in. */
export interface CallElsewhere {
  readonly id: string;
  readonly peer: Aor;
  /** As that device says it; '' when it does not. */
  readonly peerName: string;
  /** The far end knows how to go on with another device (RFC 3891). */
  readonly canMove: boolean;
}

/** What the server does with calls to me (features.md CF1). */
export interface CallHandlingState {
  /** Null: this server keeps nothing of the kind. */
  readonly handling: CallHandling | null;
  /** Those who have named me their delegate. */
  readonly managers: readonly Aor[];
  /** Where this server can send calls beside people. */
  readonly voicemail: boolean;
  readonly numbers: boolean;
}

export interface DoctorCheck {
  readonly id: string;
  readonly name: string;
  readonly verdict: 'good' | 'limited' | 'missing' | 'failed' | 'running';
  /** What it means for the person, in words. */
  readonly words: string;
  /** For diagnostics only: codes, headers. */
  readonly detail?: string;
}

/** Where the history of this person is. */
export interface HistoryStatus {
  /** `device`: this server keeps none, so history is what this browser saw. `unknown`: nobody has been asked yet. */
  readonly kept: 'server' | 'device' | 'unknown';
  /** What the organisation keeps, in a sentence of its own; absent where nothing was said. */
  readonly words?: string;
  /** After how many days messages are forgotten, here too; 0: never. */
  readonly retentionDays: number;
  /** False while older messages are still on their way from the server. */
  readonly isWhole: boolean;
}

/** A search of the server's history; what it finds is not kept here until somebody goes there. */
export interface HistorySearch {
  readonly words: string;
  readonly conversation?: Aor;
  readonly by?: 'me' | 'others';
  readonly kind?: 'text' | 'file' | 'link' | 'ink';
  /** Milliseconds: at or after; before. */
  readonly since?: number;
  readonly until?: number;
}

/** An expected refusal is a value. `why` is a sentence with what to do next. */
export type Outcome<T = null> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string; readonly status?: number };

/** A file on its way. Its row says what it is; this says how far it is. */
export interface TransferSnapshot {
  /** Also the id of its row. */
  readonly id: string;
  readonly conversation: Aor;
  readonly mine: boolean;
  /** Octets. */
  readonly size: number;
  readonly state: TransferState;
  readonly via: 'peer' | 'server';
  /** Through so far, or read while preparing. */
  readonly octets: number;
  /** Tab that holds the file or its place. */
  readonly owner: string | null;
  /** A sentence for the person. */
  readonly why?: string;
}
