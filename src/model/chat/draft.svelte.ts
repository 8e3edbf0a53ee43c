import type { AgentLink, Aor, ConversationRow, InkDrawing, MessageRow } from '../../agent/contract.ts';
import { tooLong } from './draft-limit.ts';
import { TypingNotice } from './typing-notice.ts';

/** A draft is written down once the person pauses, milliseconds. */
const PAUSE = 400;

/** What clients show that draw no ink. */
export const INK_WORDS = 'Handwriting';

/** Handwriting on its way. `picture`: base64 of a PNG of it, null when it would be too large. */
export interface InkMessage {
  readonly ink: InkDrawing;
  readonly picture: string | null;
}

/**
 * What is being written in one conversation: words, their format, and what they answer or correct.
 *
 *   writing --answer--> writing a reply --send | drop--> writing
 *   writing --correct--> correcting (what was written is set aside) --send | drop--> writing, as before
 */
export class Draft {
  readonly #id: Aor;
  readonly #link: AgentLink;
  readonly #notice: TypingNotice;
  #text = $state('');
  #html = $state<string | null>(null);
  #reply = $state.raw<MessageRow | null>(null);
  #corrects = $state.raw<MessageRow | null>(null);
  #problem = $state<string | null>(null);
  #fills = $state(0);
  /** What was being written when a correction began. */
  #aside: { text: string; html: string | null } | null = null;
  /** Messages the agent has not written down yet. */
  #onTheWay = 0;
  /** The correction among them. */
  #correcting: MessageRow | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(id: Aor, link: AgentLink) {
    this.#id = id;
    this.#link = link;
    this.#notice = new TypingNotice((active) => void link.send('composing', { conversation: id, active }));
  }

  /** The plain words. */
  get text(): string {
    return this.#text;
  }
  /** The same with format; null where there is none. */
  get html(): string | null {
    return this.#html;
  }
  /** The message that is answered. */
  get reply(): MessageRow | null {
    return this.#reply;
  }
  /** The own message that is corrected. */
  get corrects(): MessageRow | null {
    return this.#corrects;
  }
  get problem(): string | null {
    return tooLong(this.#text) ?? this.#problem;
  }
  /** Rises when the words became others than the field wrote: sent, taken from another window, or to be corrected. */
  get fills(): number {
    return this.#fills;
  }

  /** What was kept in the store. What is being written here is newer. */
  apply({ draft, draftHtml }: Pick<ConversationRow, 'draft' | 'draftHtml'>): void {
    if (draft === undefined || this.#text !== '' || this.#timer !== null || this.#corrects) return;
    // These may be the very words that are on their way.
    if (this.#onTheWay > 0) return;
    this.#fill(draft, draftHtml ?? null);
  }

  write(text: string, html: string | null = null): void {
    if (text === this.#text && html === this.#html) return;
    const isTyped = text !== this.#text;
    this.#text = text;
    this.#html = html;
    this.#problem = null;
    if (text.trim() === '') this.#notice.emptied();
    else if (isTyped) this.#notice.typed();
    if (this.#corrects) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keep(), PAUSE);
  }

  /** Writes the draft down now: the window is leaving. */
  keep(): void {
    if (!this.#timer) return;
    this.#keepNow();
  }

  /** The next message answers this one. */
  answer(row: MessageRow): void {
    this.#endCorrection();
    this.#reply = row;
  }
  /** The next message replaces what this own one says. */
  correct(row: MessageRow): void {
    if (!isCorrectable(row)) return;
    this.keep();
    this.#reply = null;
    this.#aside ??= { text: this.#text, html: this.#html };
    this.#corrects = row;
    this.#fill(row.text, row.html ?? null);
  }
  /** No reply and no correction; true when there was one. */
  drop(): boolean {
    const had = this.#reply !== null || this.#corrects !== null;
    this.#reply = null;
    this.#endCorrection();
    return had;
  }

  /**
   * Sends what is written. The field is free for the next words at once; the agent writes down one message after the other, and
   * what it refuses comes back.
   */
  async send(ink: InkMessage | null = null): Promise<boolean> {
    const [text, html] = [this.#text, this.#html];
    if ((isNothing(text) && !ink) || tooLong(text)) return false;
    const said = { text, ...(html !== null && { html }) };
    // Kept while it is being sent, it would come back from the store into the emptied field.
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#corrects) return this.#sendCorrection(this.#corrects, said);
    const reply = this.#reply;
    this.#reply = null;
    this.#fill('', null);
    this.#onTheWay += 1;
    const outcome = await this.#link.send('send', {
      conversation: this.#id,
      ...said,
      ...(isNothing(text) && { text: INK_WORDS }),
      ...(reply && { reply: reply.id }),
      ...(ink && { ink: ink.ink }),
      ...(ink?.picture && { inkPicture: ink.picture }),
    });
    this.#onTheWay -= 1;
    if (outcome.ok) {
      this.#problem = null;
      if (isNothing(this.#text)) this.#notice.sent();
    } else {
      this.#reply ??= reply;
      this.#putBack(text, html);
      this.#problem = outcome.why;
    }
    if (this.#onTheWay === 0 && !this.#corrects) this.#keepNow();
    return outcome.ok;
  }

  async #sendCorrection(row: MessageRow, said: { text: string; html?: string }): Promise<boolean> {
    if (this.#correcting === row) return false;
    this.#correcting = row;
    const outcome = await this.#link.send('edit-message', { id: row.id, ...said });
    this.#correcting = null;
    if (!outcome.ok) {
      this.#problem = outcome.why;
      return false;
    }
    this.#notice.sent();
    this.#problem = null;
    if (this.#corrects === row) this.#endCorrection();
    return true;
  }

  /** Refused: the words stand where they were written, before what has been written since. */
  #putBack(text: string, html: string | null): void {
    const since = this.#aside ?? { text: this.#text, html: this.#html };
    const both = isNothing(since.text) ? { text, html } : { text: `${text}\n${since.text}`, html: null };
    if (this.#aside) this.#aside = both;
    else this.#fill(both.text, both.html);
  }

  #endCorrection(): void {
    if (!this.#corrects) return;
    const { text, html } = this.#aside ?? { text: '', html: null };
    this.#corrects = null;
    this.#aside = null;
    this.#problem = null;
    this.#fill(text, html);
  }
  #fill(text: string, html: string | null): void {
    this.#text = text;
    this.#html = html;
    this.#fills += 1;
  }
  #keepNow(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    void this.#link.send('keep-draft', {
      conversation: this.#id,
      text: this.#text,
      ...(this.#html !== null && { html: this.#html }),
    });
  }
}

function isNothing(text: string): boolean {
  return text.trim() === '';
}

/** Own words that went out: what waits or failed is discarded and written anew. */
export function isCorrectable(row: MessageRow): boolean {
  const isOut = row.mine && row.state !== 'queued' && row.state !== 'failed';
  return isOut && !row.withdrawn && !row.ink && !row.files?.length && !row.event;
}
