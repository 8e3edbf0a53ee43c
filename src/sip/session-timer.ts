/**
 * Session timers (RFC 4028): both sides know when a call is over although no BYE came.
 *
 *   agreed --half the interval, we refresh--> UPDATE or re-INVITE --2xx--> agreed
 *      | nothing came until shortly before the end
 *      v
 *     BYE
 */
import { parseDecimal } from '../protocol/sip-chars.ts';
import { parseParams } from '../protocol/sip-header.ts';
import type { Clock } from './contract.ts';

/** Seconds: what we ask for, and the least that is taken and asked for (RFC 4028 §4, §5). */
export const SESSION_EXPIRES = 1800;
export const MIN_SE = 90;
/** In a 422 of ours: what we take at least (§5). */
export const LEAST_LINE = `Min-SE: ${MIN_SE}`;
const MOST_SE = 86_400;
/** After a refresh that failed for another reason than the dialog's end, milliseconds. */
const AGAIN = 10_000;

/** What both sides agreed on: the interval in seconds, and whose turn the refresh is. */
export interface TimerTerms {
  readonly seconds: number;
  readonly weRefresh: boolean;
}

/** Reads one header of a message; `undefined` where there is none. */
type ReadField = (name: string) => string | undefined;

/** `Session-Expires: 1800;refresher=uac`; `null` for none, and for what is none. */
function readExpires(value: string | undefined): { seconds: number; refresher: string | null } | null {
  if (value === undefined) return null;
  const semicolon = value.indexOf(';');
  const seconds = parseDecimal((semicolon < 0 ? value : value.slice(0, semicolon)).trim(), 0xffff_ffff);
  const params = semicolon < 0 ? new Map<string, string | null>() : parseParams(value, semicolon);
  if (seconds === null || !params) return null;
  return { seconds: Math.min(seconds, MOST_SE), refresher: params.get('refresher')?.toLowerCase() ?? null };
}

/** What a request of theirs asks for (§9); `tooSmall`: to be answered with 422. */
export function termsOfRequest(read: ReadField): TimerTerms | 'tooSmall' | null {
  const asked = readExpires(read('Session-Expires'));
  if (!asked) return null;
  const knows = /\btimer\b/i.test(read('Supported') ?? '');
  if (asked.seconds < MIN_SE && knows) return 'tooSmall';
  return { seconds: Math.max(MIN_SE, asked.seconds), weRefresh: !knows || asked.refresher === 'uas' };
}

/** What their 2xx to a request of ours says (§7.2). */
export function termsOfAnswer(read: ReadField): TimerTerms | null {
  const said = readExpires(read('Session-Expires'));
  return said && { seconds: Math.max(MIN_SE, said.seconds), weRefresh: said.refresher !== 'uas' };
}

/** The least that a 422 of theirs names, seconds; `null` when it names nothing that makes sense. */
export function leastOf(read: ReadField): number | null {
  const least = readExpires(read('Min-SE'))?.seconds ?? null;
  return least !== null && least > MIN_SE && least < MOST_SE ? least : null;
}

/** Lines of a 2xx of ours. */
export function answerLines(terms: TimerTerms | null): string[] {
  if (!terms) return [];
  const line = `Session-Expires: ${terms.seconds};refresher=${terms.weRefresh ? 'uas' : 'uac'}`;
  return terms.weRefresh ? [line] : [line, 'Require: timer'];
}

/** Lines of a request of ours. */
export function requestLines(terms: TimerTerms | null): string[] {
  if (!terms) return [];
  return [`Session-Expires: ${terms.seconds};refresher=${terms.weRefresh ? 'uac' : 'uas'}`, LEAST_LINE];
}

export interface SessionTimerOptions {
  readonly clock: Pick<Clock, 'after'>;
  readonly refresh: () => void;
  readonly expired: () => void;
}

/** The clock of one session: asks for a refresh at half of the interval where it is ours, and tells when nothing came. */
export class SessionTimer {
  readonly #options: SessionTimerOptions;
  #terms: TimerTerms | null = null;
  #cancels: (() => void)[] = [];

  constructor(options: SessionTimerOptions) {
    this.#options = options;
  }

  get terms(): TimerTerms | null {
    return this.#terms;
  }

  /** Agreed, again or anew: from now on. */
  agree(terms: TimerTerms | null): void {
    this.stop();
    this.#terms = terms;
    if (!terms) return;
    const { clock, refresh, expired } = this.#options;
    const { seconds, weRefresh } = terms;
    const end = (seconds - Math.min(32, seconds / 3)) * 1000;
    this.#cancels.push(clock.after(end, expired));
    if (weRefresh) this.#cancels.push(clock.after(seconds * 500, refresh));
  }

  /** A refresh that came to nothing is tried again while there is time. */
  again(): void {
    if (this.#terms) this.#cancels.push(this.#options.clock.after(AGAIN, this.#options.refresh));
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }
}
