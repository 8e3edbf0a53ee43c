/** What both kinds of call share: who it is with, who listens, and that it ends exactly once. */
import type { Header } from '../protocol/sip-message.ts';
import type { CallFact, MediaPort, Referral } from './contract.ts';

export type CallEnded = Extract<CallFact, { is: 'ended' }>;

export class CallState {
  readonly #listeners: ((fact: CallFact) => void)[] = [];
  readonly #log: (line: string) => void;
  readonly #onEnded: () => void;
  /** Facts before the first listener came. */
  #early: CallFact[] = [];
  #end: CallEnded | null = null;
  media: MediaPort | null = null;
  /** Asked when the far end wants us to go on with somebody else. */
  follow: (referral: Referral) => boolean = () => false;

  constructor(log: (line: string) => void, onEnded: () => void) {
    this.#log = log;
    this.#onEnded = onEnded;
  }

  get ended(): boolean {
    return this.#end !== null;
  }

  listen(listener: (fact: CallFact) => void): void {
    this.#listeners.push(listener);
    const early = this.#early;
    this.#early = [];
    for (const fact of early) this.tell(fact);
  }

  tell(fact: CallFact): void {
    if (this.#listeners.length === 0) this.#early.push(fact);
    for (const listener of this.#listeners) {
      try {
        listener(fact);
      } catch (error) {
        this.#log(`call: a listener failed: ${String(error)}`);
      }
    }
  }

  /** The first reason counts; later ones are echoes of it. False when the call had ended before. */
  finish(end: Partial<Omit<CallEnded, 'is'>> & Pick<CallEnded, 'by'>): boolean {
    if (this.#end) return false;
    this.#end = { is: 'ended', status: null, reason: '', elsewhere: false, ...end };
    this.media?.close();
    this.#onEnded();
    this.tell(this.#end);
    return true;
  }
}

/** Reason (RFC 3326) says that another device answered. */
export function answeredElsewhere(reasons: readonly string[]): boolean {
  return reasons.some((value) => /(^|,)\s*SIP\s*;[^,]*\bcause\s*=\s*200\b/i.test(value));
}

/** Text of a Reason header, `''` when there is none. */
export function reasonText(reasons: readonly string[]): string {
  return /\btext\s*=\s*"([^"]*)"/i.exec(reasons.join(','))?.[1] ?? '';
}

/** True when the session description has a video m-line that is alive in either direction. */
export function hasLiveVideo(sdp: string): boolean {
  const sections = sdp.split(/\r?\nm=/).slice(1);
  return sections.some((section) => /^video [1-9]/.test(section) && !/\na=inactive\b/.test(section));
}

/** True when an answer refuses every stream of its offer (RFC 3264 §6): nothing in common, so no call. */
export function takesNothing(answer: string): boolean {
  const ports = [...answer.matchAll(/^m=\S+ (\d+)/gm)].map(([, port]) => port);
  return ports.length > 0 && ports.every((port) => port === '0');
}

export const SDP_TYPE = 'application/sdp';

export function sdpBody(content: string): {
  contentDisposition: string;
  contentType: string;
  content: string;
} {
  return { contentDisposition: 'session', contentType: SDP_TYPE, content };
}

/** `Name: value` lines as sip.js takes them. */
export function lines(fields: readonly Header[]): string[] {
  return fields.map(({ name, value }) => `${name}: ${value}`);
}
