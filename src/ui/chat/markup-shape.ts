/**
 * Makes structure out of what office programs and web pages only paint: Word's paragraphs that look like lists, Google's
 * bold by style, headings, blocks made of `div`. Works on an inert document, before the sanitiser, which then drops every
 * style and class this has read.
 */

const BLOCKS =
  'p,div,ul,ol,table,pre,blockquote,h1,h2,h3,h4,h5,h6,section,article,header,footer,main,dl,dt,dd,hr';

/** Changes `root` in place. */
export function shapeMarkup(root: HTMLElement): void {
  const page = root.ownerDocument;
  dropVendorParts(root);
  makeWordLists(root);
  paintToTags(root);
  for (const heading of root.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
    const bold = page.createElement('b');
    bold.append(...heading.childNodes);
    const line = page.createElement('p');
    line.append(bold);
    heading.replaceWith(line);
  }
  for (const [from, to] of [
    ['del,strike', 's'],
    ['ins', 'u'],
    ['kbd,samp,tt', 'code'],
  ] as const)
    for (const node of root.querySelectorAll(from)) rename(node, to);
  for (const block of root.querySelectorAll('div,section,article,header,footer,main,center,dt,dd,figure'))
    if (block.querySelector(BLOCKS) || block.closest('pre') || block.matches('li > :only-child'))
      block.replaceWith(...block.childNodes);
    else rename(block, 'p');
  // A paragraph that is all an entry or a cell has is the entry.
  for (const only of root.querySelectorAll('li > p:only-child,td > p:only-child,th > p:only-child'))
    if (isAlone(only)) only.replaceWith(...only.childNodes);
}

function isAlone(node: Element): boolean {
  return [...(node.parentNode?.childNodes ?? [])].every(
    (one) => one === node || (one.nodeType === 3 && one.textContent?.trim() === ''),
  );
}

function rename(node: Element, tag: string): void {
  const renamed = node.ownerDocument.createElement(tag);
  renamed.append(...node.childNodes);
  node.replaceWith(renamed);
}

/** Comments, Word's empty `o:p`, hidden parts (also Word's own bullets, which the list brings again). */
function dropVendorParts(root: HTMLElement): void {
  const walker = root.ownerDocument.createTreeWalker(root, 128);
  const comments: Comment[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode as Comment);
  for (const comment of comments) comment.remove();
  for (const node of root.querySelectorAll('o\\:p,meta,link,title'))
    if (node.localName !== 'o:p' || node.textContent?.trim() === '') node.remove();
  for (const node of root.querySelectorAll('[style]')) {
    const style = styleOf(node);
    const isSign = /mso-list:\s*ignore/.test(style);
    if (isSign)
      node.closest('p')?.setAttribute('data-sign', NUMBER.test(node.textContent ?? '') ? 'number' : 'dot');
    if (isSign || /(?:^|;)\s*display:\s*none|mso-hide:\s*all/.test(style)) node.remove();
  }
}

/** `MsoListParagraph` with `mso-list: l0 level2 lfo1`: real lists, nested by level. */
function makeWordLists(root: HTMLElement): void {
  const page = root.ownerDocument;
  let open: { list: Element; level: number; after: Element }[] = [];
  for (const line of root.querySelectorAll('p')) {
    const level = Number(/mso-list:\s*l\d+\s+level(\d)/.exec(styleOf(line))?.[1] ?? 0);
    if (level === 0) {
      open = [];
      continue;
    }
    const isNext = open[0]?.list === line.previousElementSibling;
    if (!isNext) open = [];
    while ((open.at(-1)?.level ?? 0) > level) open.pop();
    let top = open.at(-1);
    if (!top || top.level < level) {
      const list = page.createElement(isNumbered(line) ? 'ol' : 'ul');
      if (top) top.after.append(list);
      else line.before(list);
      top = { list, level, after: list };
      open.push(top);
    }
    const entry = page.createElement('li');
    stripBullet(line);
    entry.append(...line.childNodes);
    top.list.append(entry);
    top.after = entry;
    line.remove();
  }
}

/** The sign Word paints: "1.", "a)", "ii." of a numbered list, anything else of the other. */
const NUMBER = /^\s*(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s*/i;
const BULLET = /^[\s\u00a0]*[·•o§▪◦–-][\s\u00a0]+/;

function isNumbered(line: Element): boolean {
  const sign = line.getAttribute('data-sign');
  return sign === null ? NUMBER.test(line.textContent ?? '') : sign === 'number';
}

/** Where the sign was no part of its own it stands at the beginning of the words. */
function stripBullet(line: Element): void {
  if (line.hasAttribute('data-sign')) return;
  const walker = line.ownerDocument.createTreeWalker(line, 4);
  const first = walker.nextNode();
  if (first) first.nodeValue = (first.nodeValue ?? '').replace(NUMBER, '').replace(BULLET, '');
}

/** Bold, italic, underlined and struck by style only; and Google's `<b style="font-weight:normal">` around everything. */
function paintToTags(root: HTMLElement): void {
  const page = root.ownerDocument;
  for (const node of root.querySelectorAll('b[style],strong[style]'))
    if (/font-weight:\s*(?:normal|[1-4]00)/.test(styleOf(node))) node.replaceWith(...node.childNodes);
  for (const node of root.querySelectorAll('span[style],font[style]')) {
    const style = styleOf(node);
    const tags = [
      /font-weight:\s*(?:bold|[6-9]00)/.test(style) && 'b',
      /font-style:\s*italic/.test(style) && 'i',
      /text-decoration[^;]*:[^;]*underline/.test(style) && !node.closest('a') && 'u',
      /text-decoration[^;]*:[^;]*line-through/.test(style) && 's',
    ];
    for (const tag of tags) {
      if (!tag) continue;
      const painted = page.createElement(tag);
      painted.append(...node.childNodes);
      node.append(painted);
    }
  }
}

function styleOf(node: Element): string {
  return (node.getAttribute('style') ?? '').toLowerCase();
}
