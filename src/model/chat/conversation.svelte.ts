import { untrack } from 'svelte';
import type {
  AgentLink,
  Aor,
  CallLogRow,
  ConversationRow,
  GroupInfo,
  MessageRow,
  Outcome,
} from '../../agent/contract.ts';
import { Draft, isCorrectable, type InkMessage } from './draft.svelte.ts';
import type { History, Place } from './history.ts';
import { merge } from './log-items.ts';
import { Typers } from './typers.svelte.ts';

const PAGE = 60;
const NONE: readonly MessageRow[] = [];
/** Sends files to whoever is in a conversation. Null, or a sentence why (some of) them were not taken. */
export type OfferFiles = (conversation: Aor, files: readonly File[]) => Promise<string | null>;
const NO_FILES: OfferFiles = () => Promise.resolve('Files cannot be sent from this window.');

/**
 * What was said with one person. Rows are the agent's; this keeps the window of them that is on screen:
 *
 *   closed --open--> reading --page--> open --loadEarlier--> open ... until the beginning
 *
 * A message of mine: queued -> sent -> delivered -> displayed, or failed -> queued (again) | gone (discarded).
 */
export class Conversation {
  readonly id: Aor;
  readonly #link: AgentLink;
  readonly #history: History;
  readonly #offerFiles: OfferFiles;
  /** What is being written here. */
  readonly writing: Draft;
  #rows = $state.raw<readonly MessageRow[]>([]);
  #calls = $state.raw<readonly CallLogRow[]>([]);
  #last = $state.raw<MessageRow | null>(null);
  #unread = $state(0);
  #isMentioned = $state(false);
  #isMuted = $state(false);
  #at = $state(0);
  #subject = $state('');
  #group = $state.raw<GroupInfo | null>(null);
  readonly #typers = new Typers();
  #opening: Promise<void> | null = null;
  #isRead = $state(false);
  #hasEarlier = $state(true);
  #hasLater = $state(false);
  #target = $state<string | null>(null);
  #note = $state('');
  #isLoading = $state(false);
  #problem = $state<string | null>(null);
  #seen: string | null = null;
  #shown = $state(0);

  constructor(id: Aor, link: AgentLink, history: History, offerFiles: OfferFiles = NO_FILES) {
    this.#offerFiles = offerFiles;
    this.id = id;
    this.#link = link;
    this.#history = history;
    this.writing = new Draft(id, link);
  }

  /**
   * Oldest first. Empty until the first page is read: news that comes before it would otherwise be shown alone, and
   * the page then put in front of a list that was never measured.
   */
  get rows(): readonly MessageRow[] {
    return this.#isRead ? this.#rows : NONE;
  }
  /** True once the first page was read: only then may the screen say that there is nothing. */
  get isRead(): boolean {
    return this.#isRead;
  }
  get hasEarlier(): boolean {
    return this.#hasEarlier;
  }
  /** Calls with the same person, in no order. */
  get calls(): readonly CallLogRow[] {
    return this.#calls;
  }
  /** The window of rows ends before the newest: somebody went to an older message. */
  get hasLater(): boolean {
    return this.#hasLater;
  }
  /** Id of the message that the screen should go to. */
  get target(): string | null {
    return this.#target;
  }
  reachedTarget(): void {
    this.#target = null;
  }
  /** The person's own notes about it (features.md H02). */
  get note(): string {
    return this.#note;
  }
  get isLoading(): boolean {
    return this.#isLoading;
  }
  get last(): MessageRow | null {
    return this.#last;
  }
  get unread(): number {
    return this.#unread;
  }
  /** No alerts of it, on any device. */
  get isMuted(): boolean {
    return this.#isMuted;
  }
  /** What it is about; '' when nobody said. */
  get subject(): string {
    return this.#subject;
  }
  /** An unread message names the person who reads. */
  get isMentioned(): boolean {
    return this.#isMentioned;
  }
  /** When something last happened here, server time, milliseconds. */
  get at(): number {
    return this.#at;
  }
  get draft(): string {
    return this.writing.text;
  }
  get isTyping(): boolean {
    return this.#typers.people.length > 0;
  }
  /** Who is typing, the latest last. */
  get typers(): readonly Aor[] {
    return this.#typers.people;
  }
  /** Who is in it; null of a conversation of two. */
  get group(): GroupInfo | null {
    return this.#group;
  }
  /** A sentence for the composer: why the draft was not taken. */
  get problem(): string | null {
    return this.writing.problem ?? this.#problem;
  }

  /** True while its newest messages are on a visible screen. */
  get isShown(): boolean {
    return this.#shown > 0;
  }
  /** A screen shows the newest messages from now on. Returns how to say that it no longer does. */
  show(): () => void {
    // Counted, not watched: the effect that shows must not depend on the count.
    untrack(() => (this.#shown += 1));
    return () => untrack(() => (this.#shown -= 1));
  }

  /** Reads the newest page, once. */
  open(): Promise<void> {
    this.#opening ??= Promise.all([this.#readPage(), this.#readCalls()]).then(() => undefined);
    return this.#opening;
  }

  async loadEarlier(): Promise<void> {
    const [oldest] = this.#rows;
    if (!this.#isRead || !this.#hasEarlier || this.#isLoading || !oldest) return;
    await this.#readPage({ order: oldest.order, id: oldest.id });
  }

  async loadLater(): Promise<void> {
    const newest = this.#rows.at(-1);
    if (!this.#hasLater || this.#isLoading || !newest) return;
    this.#isLoading = true;
    try {
      const rows = await this.#history.page(this.id, { after: newest, limit: PAGE });
      this.#hasLater = rows.length >= PAGE;
      this.#rows = merge(this.#rows, rows);
    } finally {
      this.#isLoading = false;
    }
  }

  /** Shows what was said around a message, with that one in view; from the server when it is not here. */
  async jumpTo(place: Place): Promise<void> {
    await (this.#opening ??= Promise.resolve());
    if (!this.#rows.some(({ id }) => id === place.id)) {
      let rows = await this.#around(place);
      if (!rows.some(({ id }) => id === place.id) && (await this.#fetch(place.order)) > 0)
        rows = await this.#around(place);
      this.#rows = merge(rows, []);
      this.#isRead = true;
    }
    this.#target = place.id;
  }

  async #around(place: Place): Promise<readonly MessageRow[]> {
    const [before, after] = await Promise.all([
      // An id with the last of all signs after it: the message itself is in the page.
      this.#history.page(this.id, { before: { order: place.order, id: `${place.id}\uffff` }, limit: PAGE }),
      this.#history.page(this.id, { after: { order: place.order, id: place.id }, limit: PAGE }),
    ]);
    this.#hasEarlier = before.length >= PAGE;
    this.#hasLater = after.length >= PAGE;
    return [...before, ...after];
  }

  /** How many messages the server had that were not here. */
  async #fetch(around: number): Promise<number> {
    const outcome = await this.#link.send('fetch-history', { conversation: this.id, around });
    return outcome.ok ? ((outcome.value as { count: number } | null)?.count ?? 0) : 0;
  }

  /** Back to the newest messages. */
  async toNewest(): Promise<void> {
    if (!this.#hasLater) return;
    this.#hasLater = false;
    this.#target = null;
    this.#rows = [];
    await this.#readPage();
  }

  /** Writes the person's own notes down. */
  async writeNote(text: string): Promise<Outcome> {
    this.#note = text;
    return this.#link.send('note-conversation', { conversation: this.id, text });
  }

  applySummary(row: ConversationRow): void {
    this.#last = row.last;
    this.#unread = row.unread;
    this.#isMentioned = row.mentioned === true;
    this.#isMuted = row.muted === true;
    this.#subject = row.subject ?? '';
    this.#note = row.note ?? '';
    this.#at = row.at;
    this.#group = row.group ?? null;
    this.writing.apply(row);
  }

  applyRow(row: MessageRow): void {
    if (!row.mine) this.#typers.heard(row.sender, null);
    if (!this.#opening) return;
    const at = this.#rows.findIndex((each) => each.id === row.id && each.sender === row.sender);
    const [oldest] = this.#rows;
    const newest = this.#rows.at(-1);
    if (at < 0 && this.#hasLater && newest && row.order > newest.order) return;
    // News of a message above the window: it will be read from the store when the person gets there.
    if (at < 0 && this.#isRead && this.#hasEarlier && oldest && row.order < oldest.order) return;
    this.#rows = merge(this.#rows, [row]);
  }

  applyCall(row: CallLogRow): void {
    this.#calls = [...this.#calls.filter(({ id }) => id !== row.id), row];
  }

  applyGone(ids: readonly string[]): void {
    if (this.#rows.some((row) => ids.includes(row.id)))
      this.#rows = this.#rows.filter((row) => !ids.includes(row.id));
  }

  /** `until`: milliseconds since the epoch, null when the typing ended. */
  applyComposing(sender: Aor, until: number | null): void {
    this.#typers.heard(sender, until);
  }

  write(text: string, html: string | null = null): void {
    this.#problem = null;
    this.writing.write(text, html);
  }

  /** Writes the draft down now: the window is leaving. */
  keepDraft(): void {
    this.writing.keep();
  }

  /** Sends the draft. What the agent does not write down comes back. */
  send(ink: InkMessage | null = null): Promise<boolean> {
    this.#problem = null;
    return this.writing.send(ink);
  }

  /** Sends files: dropped, pasted or picked. Each becomes a row of its own. */
  async offerFiles(files: readonly File[]): Promise<void> {
    if (files.length > 0) this.#problem = await this.#offerFiles(this.id, files);
  }

  /** Sends a text that is not the draft: a reply from an alert. */
  reply(text: string): Promise<Outcome<{ id: string }>> {
    return this.#link.send('send', { conversation: this.id, text });
  }

  /** What it is about; said to the other side with the next message. */
  async setSubject(subject: string): Promise<void> {
    this.#say(await this.#link.send('set-subject', { conversation: this.id, subject }));
  }

  async mute(muted: boolean): Promise<void> {
    this.#say(await this.#link.send('mute-conversation', { conversation: this.id, muted }));
  }

  async sendAgain(row: MessageRow): Promise<void> {
    this.#say(await this.#link.send('send-again', { id: row.id }));
  }

  async discard(row: MessageRow): Promise<void> {
    this.#say(await this.#link.send('discard-message', { id: row.id }));
  }

  /** Takes an own message back, everywhere it can be. */
  async withdraw(row: MessageRow): Promise<void> {
    if (this.writing.corrects?.id === row.id) this.writing.drop();
    this.#say(await this.#link.send('withdraw-message', { id: row.id }));
  }

  /** The newest own message that can be corrected, null when none is held here. */
  get lastOwn(): MessageRow | null {
    return this.rows.findLast((row) => isCorrectable(row)) ?? null;
  }

  /** The newest row is on a visible screen: everything up to it is read. */
  markSeen(): void {
    if (this.#hasLater) return;
    const newest = this.#rows.findLast((row) => !row.mine) ?? (this.#last?.mine ? null : this.#last);
    if (!newest || this.#unread === 0 || newest.id === this.#seen) return;
    this.#seen = newest.id;
    void this.#link.send('mark-read', { conversation: this.id, through: newest.id });
  }

  /** Without them the messages show all the same. */
  async #readCalls(): Promise<void> {
    const rows = await this.#history.calls?.(this.id).catch(() => []);
    const isNew = (row: CallLogRow): boolean => !this.#calls.some(({ id }) => id === row.id);
    if (rows) this.#calls = [...this.#calls, ...rows.filter(isNew)];
  }

  async #readPage(before?: Place): Promise<void> {
    this.#isLoading = true;
    try {
      const page = before === undefined ? { limit: PAGE } : { before, limit: PAGE };
      let rows = await this.#history.page(this.id, page);
      // The end of what is here need not be the beginning of what was said.
      if (before !== undefined && rows.length < PAGE && (await this.#fetch(before.order)) > 0)
        rows = await this.#history.page(this.id, page);
      this.#hasEarlier = rows.length >= PAGE;
      // A fact that came while reading is newer than the page.
      this.#rows = merge(rows, this.#rows);
    } catch {
      this.#problem = 'Earlier messages could not be read on this device. Messages from now on are shown.';
      this.#hasEarlier = false;
    } finally {
      this.#isRead = true;
      this.#isLoading = false;
    }
  }

  #say(outcome: Outcome): void {
    this.#problem = outcome.ok ? null : outcome.why;
  }
}
