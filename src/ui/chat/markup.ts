/**
 * The one place where markup of others becomes nodes of this page: what a message, a clipboard or a dropped thing brings.
 * What is left is a fragment of the elements below without any attribute but these; it is never turned into text again,
 * so nothing can change its meaning afterwards. Loaded when the first message with markup is shown.
 */
import DOMPurify, { type Config } from 'dompurify';
import { COLOUR_NAMES } from './colours.ts';
import { safeHref } from './links.ts';
import { dressLinks } from './markup-links.ts';
import { shapeMarkup } from './markup-shape.ts';
import { isPlain, plainWords } from './plain-words.ts';

/** Lends the page's Trusted Types policy: parsing, even for cleaning, asks for a signature. */
export interface MarkupPolicy {
  createHTML(html: string): unknown;
  createScriptURL(url: string): unknown;
}

export interface Markup {
  /** The same as this page shows it: links say where they lead. Null also where nothing is left. */
  show(html: string): readonly ChildNode[] | null;
  /** The plain words of clean nodes. */
  words(clean: DocumentFragment): string;
  /** Nothing but lines would be lost by sending the plain words alone. */
  isPlain(clean: DocumentFragment): boolean;
  /** Clean nodes of this document; null when there is too much of it, or it is too deep: show the plain words then. */
  clean(html: string): DocumentFragment | null;
  /** What an editor kept of itself: the same, and the two marks that hold its selection. */
  own(html: string): DocumentFragment;
}

/** Characters of markup, elements, and how deep they may be nested. */
const LONGEST = 100_000;
const MOST_TAGS = 8_000;
const DEEPEST = 64;

const TAGS = 'p br b strong i em u s a ul ol li code pre blockquote table thead tbody tr th td span'.split(
  ' ',
);
const COLOURS: ReadonlySet<string> = new Set(COLOUR_NAMES);
const MARKS = /^squire-selection-(?:start|end)$/;

/** Makes the sanitiser of a window; one is enough for all of it. */
export function createMarkup(page: Window & typeof globalThis, policy: MarkupPolicy): Markup {
  const purify = DOMPurify(page);
  const config: Config = {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ['href', 'class', 'start', 'colspan', 'rowspan'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ADD_URI_SAFE_ATTR: ['start', 'colspan', 'rowspan'],
    ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
    ALLOWED_URI_REGEXP: /^(?:https|mailto|sips?|tel):/i,
    TRUSTED_TYPES_POLICY: policy as unknown as NonNullable<Config['TRUSTED_TYPES_POLICY']>,
  };
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (!node.classList) return;
    const colour = [...node.classList].find((name) => COLOURS.has(name));
    if (node.localName === 'span' && colour !== undefined) node.className = colour;
    else node.removeAttribute('class');
    if (node.localName === 'input' && !MARKS.test(node.id)) node.remove();
    if (node.localName !== 'a') return;
    const href = safeHref(node.getAttribute('href') ?? '');
    if (href === null) node.removeAttribute('href');
    else node.setAttribute('href', href);
  });
  const parser = new page.DOMParser();
  /** A document without scripts, windows or requests. */
  const inert = (html: string): HTMLElement => {
    const { body } = parser.parseFromString(policy.createHTML(html) as string, 'text/html');
    const all = body.ownerDocument.createElement('div');
    all.append(...body.childNodes);
    return all;
  };

  const markup: Markup = {
    words: plainWords,
    isPlain,
    show(html) {
      const clean = markup.clean(html);
      if (!clean || clean.textContent.trim() === '') return null;
      dressLinks(clean);
      return [...clean.childNodes];
    },
    clean(html) {
      if (html.length > LONGEST || countTags(html) > MOST_TAGS) return null;
      const body = inert(html);
      if (depthOf(body) > DEEPEST) return null;
      shapeMarkup(body);
      const found = purify.sanitize(body, { ...config, RETURN_DOM_FRAGMENT: true });
      for (const link of found.querySelectorAll('a:not([href])')) link.replaceWith(...link.childNodes);
      return page.document.importNode(found, true);
    },
    own(html) {
      const kept = purify.sanitize(inert(html), {
        ...config,
        ALLOWED_TAGS: [...TAGS, 'div', 'input'],
        ALLOWED_ATTR: ['href', 'class', 'start', 'colspan', 'rowspan', 'id', 'type'],
        RETURN_DOM_FRAGMENT: true,
      });
      return page.document.importNode(kept, true);
    },
  };
  return markup;
}

function countTags(html: string): number {
  let count = 0;
  for (let at = html.indexOf('<'); at >= 0 && count <= MOST_TAGS; at = html.indexOf('<', at + 1)) count += 1;
  return count;
}

/** Levels below `root`, without recursion: the depth is the sender's choice. */
function depthOf(root: Element): number {
  let deepest = 0;
  let depth = 0;
  let node: Element | null = root;
  while (node) {
    if (node.firstElementChild) {
      node = node.firstElementChild;
      depth += 1;
      deepest = Math.max(deepest, depth);
      continue;
    }
    while (node && node !== root && !node.nextElementSibling) {
      node = node.parentElement;
      depth -= 1;
    }
    node = node && node !== root ? node.nextElementSibling : null;
  }
  return deepest;
}
