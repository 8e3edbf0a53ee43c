import type { AgentLink } from '../../agent/contract.ts';
import type { VoicemailChange, VoicemailMessage } from '../../protocol/voicemail-api.ts';

/** The voice messages that the server keeps for me. */
export class Voicemail {
  readonly #link: AgentLink;
  #messages = $state.raw<readonly VoicemailMessage[] | null>(null);
  #isFull = $state(false);
  #isElsewhere = $state(false);
  #problem = $state<string | null>(null);
  #playing = $state.raw<{ readonly id: string; readonly file: Blob } | null>(null);
  #fetching = $state<string | null>(null);
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: AgentLink) {
    this.#link = link;
  }

  /** The newest first; null: not known (yet). */
  get messages(): readonly VoicemailMessage[] | null {
    return this.#messages;
  }
  /** Callers hear that no more fit in. */
  get isFull(): boolean {
    return this.#isFull;
  }
  /** Whatever counts them (RFC 3842), they cannot be had from this server. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }
  get problem(): string | null {
    return this.#problem;
  }
  /** The message in the player. */
  get playing(): { readonly id: string; readonly file: Blob } | null {
    return this.#playing;
  }
  /** The message that is on its way here. */
  get fetching(): string | null {
    return this.#fetching;
  }

  look(): Promise<boolean> {
    return this.#ask();
  }

  /** Brings a message into the player; it counts as heard then. */
  async open(id: string): Promise<void> {
    if (this.#fetching !== null || this.#playing?.id === id) return;
    this.#fetching = id;
    this.#problem = null;
    const outcome = await this.#link.send('voicemail-sound', { id });
    this.#fetching = null;
    if (!outcome.ok) {
      this.#problem = outcome.why;
      return;
    }
    this.#playing = { id, file: outcome.value.file };
    await this.mark(id, true);
  }

  async mark(id: string, heard: boolean): Promise<boolean> {
    if (this.#messages?.find((one) => one.id === id)?.heard === heard) return true;
    return this.#ask({ id, heard });
  }

  remove(id: string): Promise<boolean> {
    if (this.#playing?.id === id) this.#playing = null;
    return this.#ask({ id, deleted: true });
  }

  /** Takes a removal back, within the hour. */
  restore(id: string): Promise<boolean> {
    return this.#ask({ id, deleted: false });
  }

  /** One after the other: an older list must not come after a newer one. */
  #ask(change?: VoicemailChange & { readonly id: string }): Promise<boolean> {
    const done = this.#last.then(() => this.#askNow(change));
    this.#last = done;
    return done;
  }

  async #askNow(change?: VoicemailChange & { readonly id: string }): Promise<boolean> {
    const outcome = await this.#link.send('voicemail', change ? { change } : {});
    this.#isElsewhere = !outcome.ok && outcome.status === 404;
    if (outcome.ok) {
      this.#messages = outcome.value.messages;
      this.#isFull = outcome.value.full;
      this.#problem = null;
    } else this.#problem = outcome.why;
    return outcome.ok;
  }
}
