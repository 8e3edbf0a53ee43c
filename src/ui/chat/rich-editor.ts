/** The editor for words with structure: Squire behind the verbs a composer has. Loaded when somebody first formats. */
import Squire from 'squire-rte';
import { COLOUR_NAMES, type ColourName } from './colours.ts';
import type { Format, FormatState } from './formats.ts';
import type { Markup } from './markup.ts';
import { isPlain, plainWords } from './plain-words.ts';

/** What is written. `html`: null where plain words say all of it. */
export interface Written {
  readonly text: string;
  readonly html: string | null;
}

interface EditorParts {
  readonly markup: Markup;
  readonly onChange: () => void;
  readonly onCaret: () => void;
}

const TAGS: Partial<Record<Format, string>> = { bold: 'B', italic: 'I', underline: 'U', strike: 'S' };
const LISTS: Partial<Record<Format, string>> = { bullets: 'UL', numbers: 'OL', quote: 'BLOCKQUOTE' };

/** Squire takes its states of undo by `innerHTML`, which Trusted Types forbid; here they pass the sanitiser again. */
class CleanSquire extends Squire {
  readonly #markup: Markup;

  constructor(root: HTMLElement, markup: Markup, config: ConstructorParameters<typeof Squire>[1]) {
    super(root, config);
    this.#markup = markup;
  }
  override _setRawHTML(html: string): this {
    this._root.replaceChildren(this.#markup.own(html));
    if (!this._root.firstChild) this._root.append(this.createDefaultBlock());
    this._ignoreChange = true;
    return this;
  }
}

export class RichEditor {
  readonly root: HTMLElement;
  readonly #squire: CleanSquire;
  readonly #markup: Markup;

  constructor(root: HTMLElement, { markup, onChange, onCaret }: EditorParts) {
    this.root = root;
    this.#markup = markup;
    this.#squire = new CleanSquire(root, markup, {
      blockTag: 'P',
      addLinks: false,
      sanitizeToDOMFragment: (html: string) => markup.clean(html) ?? document.createDocumentFragment(),
      toPlainText: (html: string) => this.#plain(html),
      didError: (error: unknown) => reportError(error),
    });
    // Tab leaves the field, as everywhere; what has its own keys in the composer is decided there.
    for (const key of ['Tab', 'Shift-Tab', 'Ctrl-d', 'Meta-d', 'PageUp', 'PageDown'])
      this.#squire.setKeyHandler(key, () => undefined);
    this.#squire.addEventListener('input', onChange);
    for (const name of ['pathChange', 'select', 'cursor']) this.#squire.addEventListener(name, onCaret);
  }

  /**
   * Fills the editor, the caret after `caret` characters of a plain text, or at the end. What is changed in the same task
   * counts as part of it and cannot be undone.
   */
  fill({ text, html }: Written, caret: number | null): void {
    this.#squire.setHTML(html ?? htmlOf(text));
    const range = html === null && caret !== null ? rangeAt(this.root, text, caret) : null;
    if (range) this.#squire.setSelection(range);
    else this.#squire.moveCursorToEnd();
  }
  /** Selects a part of a plain text that was just filled in. */
  select(text: string, start: number, end: number): void {
    const [from, to] = [rangeAt(this.root, text, start), rangeAt(this.root, text, end)];
    if (!from || !to) return;
    from.setEnd(to.startContainer, to.startOffset);
    this.#squire.setSelection(from);
  }

  read(): Written {
    const clean = this.#markup.clean(this.#squire.getHTML());
    if (!clean) return { text: this.root.innerText, html: null };
    const text = plainWords(clean);
    if (isPlain(clean)) return { text, html: null };
    trim(clean);
    const box = document.createElement('div');
    box.append(clean);
    // The editor holds a space open with a hard one; on screen every space counts anyway.
    return { text, html: box.innerHTML.replaceAll('&nbsp;', ' ') };
  }
  get isEmpty(): boolean {
    return (this.root.textContent ?? '').replaceAll('\u200b', '').trim() === '';
  }

  focus(): void {
    this.#squire.focus();
  }
  destroy(): void {
    this.#squire.destroy();
  }

  get state(): FormatState {
    const squire = this.#squire;
    const on = new Set<Format>();
    for (const [format, tag] of Object.entries({ ...TAGS, ...LISTS }))
      if (squire.hasFormat(tag)) on.add(format as Format);
    if (squire.hasFormat('CODE') || squire.hasFormat('PRE')) on.add('code');
    const colour = COLOUR_NAMES.find((name) => squire.hasFormat('SPAN', { class: name }));
    return { on, colour: (colour as ColourName | undefined) ?? null, link: squire.hasFormat('A') };
  }

  toggle(format: Format): void {
    const squire = this.#squire;
    const tag = TAGS[format];
    if (tag && squire.hasFormat(tag)) squire.changeFormat(null, { tag });
    else if (tag) squire.changeFormat({ tag });
    else if (format === 'code') squire.toggleCode();
    else {
      const isOn = squire.hasFormat(LISTS[format] ?? '');
      if (format === 'quote' && isOn) squire.removeQuote();
      else if (format === 'quote') squire.increaseQuoteLevel();
      else if (isOn) squire.removeList();
      else if (format === 'bullets') squire.makeUnorderedList();
      else squire.makeOrderedList();
    }
    squire.focus();
  }

  colour(name: ColourName | null): void {
    for (const other of COLOUR_NAMES)
      if (this.#squire.hasFormat('SPAN', { class: other }) || !this.#squire.getSelection().collapsed)
        this.#squire.changeFormat(null, { tag: 'SPAN', attributes: { class: other } });
    if (name) this.#squire.changeFormat({ tag: 'SPAN', attributes: { class: name } });
    this.#squire.focus();
  }

  /** The words of the selection, for the question where they shall lead. */
  get selected(): string {
    return this.#squire.getSelectedText();
  }
  get linkHere(): string {
    const at = this.#squire.getSelection().startContainer;
    return (at instanceof Element ? at : at.parentElement)?.closest('a')?.getAttribute('href') ?? '';
  }
  /** Null takes the link away. */
  link(href: string | null, words: string): void {
    const squire = this.#squire;
    if (href === null) squire.removeLink();
    else if (squire.getSelection().collapsed && !squire.hasFormat('A')) this.insertLink(words || href, href);
    else squire.makeLink(href);
    squire.focus();
  }
  insertLink(words: string, href: string): void {
    const link = document.createElement('a');
    link.href = href;
    link.textContent = words;
    this.#squire.insertHTML(`${link.outerHTML}&nbsp;`);
  }

  /** What was pasted or dropped; plain words where the markup is too much. */
  insert(html: string, text: string): void {
    if (html !== '' && this.#markup.clean(html)) this.#squire.insertHTML(html, true);
    else this.#squire.insertPlainText(text, true);
  }
  insertText(text: string): void {
    this.#squire.insertPlainText(text, false);
  }

  /** A new line: the next entry of a list, a line inside code. */
  breakLine(): void {
    this.#squire.splitBlock(this.#squire.hasFormat('PRE'));
  }

  /** The words before the caret in its line. */
  before(): string {
    const range = this.#squire.getSelection();
    if (!range.collapsed || range.startContainer.nodeType !== Node.TEXT_NODE) return '';
    return (range.startContainer.nodeValue ?? '').slice(0, range.startOffset);
  }
  /** Takes so many characters before the caret away. */
  eraseBefore(length: number): void {
    const range = this.#squire.getSelection();
    range.setStart(range.startContainer, Math.max(0, range.startOffset - length));
    range.deleteContents();
    this.#squire.setSelection(range);
  }
  /** Where the caret is, viewport pixels. */
  get caretBox(): DOMRect {
    return this.#squire.getCursorPosition();
  }

  #plain(html: string): string {
    const clean = this.#markup.clean(html);
    return clean ? plainWords(clean) : '';
  }
}

/** A plain text as the blocks of the editor. */
export function htmlOf(text: string): string {
  const box = document.createElement('div');
  for (const line of text.split('\n')) {
    const block = document.createElement('p');
    // Spaces at an end, and the second of two, would be taken for layout.
    block.append(line === '' ? document.createElement('br') : line.replace(/^ | (?= |$)/g, '\u00a0'));
    box.append(block);
  }
  return box.innerHTML;
}

/** The place after `offset` characters of a plain text, a block for each of its lines. */
function rangeAt(root: HTMLElement, text: string, offset: number): Range | null {
  const before = text.slice(0, offset).split('\n');
  const block = root.children[before.length - 1];
  if (!block) return null;
  const range = document.createRange();
  const words = block.firstChild;
  const column = before.at(-1)?.length ?? 0;
  if (words?.nodeType === Node.TEXT_NODE)
    range.setStart(words, Math.min(column, words.nodeValue?.length ?? 0));
  else range.setStart(block, 0);
  range.collapse(true);
  return range;
}

/** Empty lines at both ends are not meant. */
function trim(root: DocumentFragment): void {
  const isBlank = (node: Element | null): node is Element =>
    node !== null && node.matches('p,div') && node.textContent?.trim() === '';
  while (root.childElementCount > 1 && isBlank(root.lastElementChild)) root.lastElementChild.remove();
  while (root.childElementCount > 1 && isBlank(root.firstElementChild)) root.firstElementChild.remove();
}
