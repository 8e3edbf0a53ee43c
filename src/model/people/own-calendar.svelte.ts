import type { AgentLink } from '../../agent/contract.ts';
import type { CalendarSource, CalendarStatus } from '../../protocol/service-api.ts';
import { momentWords, timeWords } from './availability-words.ts';

/** What a person chooses: the same words as the sources of the service. */
export type CalendarKind = CalendarSource['is'];

/** What stands in the form. The password is never filled in: the server does not give it back. */
export interface CalendarDraft {
  readonly kind: CalendarKind;
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Where the server reads my calendar, and how that went. */
export class OwnCalendar {
  readonly #link: AgentLink;
  #status = $state.raw<CalendarStatus | null>(null);
  #isBusy = $state(false);
  #problem = $state<string | null>(null);
  /** The demo's made-up days can be chosen again where they were once. */
  #hasDemo = $state(false);

  constructor(link: AgentLink) {
    this.#link = link;
  }

  /** Null: not known (yet). */
  get status(): CalendarStatus | null {
    return this.#status;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  /** Why the last request did nothing, or why the calendar could not be read. */
  get problem(): string | null {
    return this.#problem ?? this.#status?.problem ?? null;
  }
  get hasDemo(): boolean {
    return this.#hasDemo;
  }
  /** Whether the server has the password of this address and name. */
  keepsPassword({ url, username }: CalendarDraft): boolean {
    const source = this.#status?.source;
    return source?.is === 'caldav' && source.username === username && originOf(source.url) === originOf(url);
  }
  get draft(): CalendarDraft {
    const source = this.#status?.source ?? { is: 'none' };
    return {
      kind: source.is,
      url: 'url' in source ? source.url : '',
      username: 'username' in source ? source.username : '',
      password: '',
    };
  }

  /** The last reading in a sentence. */
  words(now: number): string {
    if (!this.#status || this.#status.source.is === 'none') return '';
    const { readAt, source, problem } = this.#status;
    if (source.is === 'demo') return 'These days are made up for the demo office.';
    if (readAt === null)
      return problem ? 'It has not been read yet. The server tries again.' : 'It is being read.';
    const at = momentWords(readAt, now);
    const when = at === timeWords(readAt) ? `at ${at}` : at;
    return problem ? `It was last read ${when}. The server tries again.` : `Read ${when}.`;
  }

  async look(): Promise<void> {
    await this.#ask({});
  }

  /** Reads it once before it says how it went. */
  async choose({ kind, url, username, password }: CalendarDraft): Promise<boolean> {
    const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
    const where = { url: url.trim(), zone };
    const set: CalendarSource =
      kind === 'ics'
        ? { is: 'ics', ...where }
        : kind === 'caldav'
          ? { is: 'caldav', ...where, username: username.trim(), ...(password && { password }) }
          : { is: kind };
    return this.#ask({ set });
  }

  async #ask(input: { set?: CalendarSource }): Promise<boolean> {
    if (this.#isBusy) return false;
    this.#isBusy = true;
    this.#problem = null;
    const outcome = await this.#link.send('calendar', input);
    this.#isBusy = false;
    if (outcome.ok) {
      this.#status = outcome.value;
      this.#hasDemo ||= outcome.value.source.is === 'demo';
    } else this.#problem = outcome.why;
    return outcome.ok;
  }
}

function originOf(url: string): string | null {
  return URL.parse(url.trim())?.origin ?? null;
}
