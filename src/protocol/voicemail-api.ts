/**
 * `/api/voicemail` of our own HTTP service, with digest:
 *
 *   GET    /api/voicemail         VoicemailList, the newest first
 *   GET    /api/voicemail/<id>    the sound, Ogg Opus; one range at a time
 *   POST   /api/voicemail/<id>    VoicemailChange
 *   DELETE /api/voicemail/<id>    for good
 */
export interface VoicemailMessage {
  readonly id: string;
  /** AOR. */
  readonly caller: string;
  readonly name: string;
  /** Milliseconds. */
  readonly at: number;
  readonly seconds: number;
  readonly heard: boolean;
}

export interface VoicemailList {
  readonly messages: readonly VoicemailMessage[];
  /** No more fit in. */
  readonly full: boolean;
}

/** A deleted one can be taken back for an hour. */
export interface VoicemailChange {
  readonly heard?: boolean;
  readonly deleted?: boolean;
}
