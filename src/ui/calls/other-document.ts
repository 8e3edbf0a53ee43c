/** What makes a document that the page has opened look like the page: its style sheets, theme, language and direction. */

/** Of the root element; the theme may change while both are open. */
const MARKS = ['lang', 'dir', 'data-theme', 'data-density'] as const;

/** Resolves once the other document has every style sheet of `page`. */
export async function copyStyles(page: Document, other: Document): Promise<void> {
  const arrivals: Promise<void>[] = [];
  for (const { href, media, cssRules } of page.styleSheets) {
    if (href === null) {
      adoptRules(other, cssRules);
      continue;
    }
    // The policy of the page holds there too: its own files may be linked, nothing may be written in.
    const link = other.createElement('link');
    arrivals.push(
      new Promise((resolve) => {
        // Without one of them it is plainer, and still there.
        for (const event of ['load', 'error'] as const) link.addEventListener(event, () => resolve());
      }),
    );
    link.rel = 'stylesheet';
    link.media = media.mediaText;
    link.href = href;
    other.head.append(link);
  }
  await Promise.all(arrivals);
}

/** Returns how to stop. */
export function followRoot(page: Document, other: Document): () => void {
  const copy = (): void => {
    for (const mark of MARKS) {
      const value = page.documentElement.getAttribute(mark);
      if (value === null) other.documentElement.removeAttribute(mark);
      else other.documentElement.setAttribute(mark, value);
    }
  };
  copy();
  const watch = new MutationObserver(copy);
  watch.observe(page.documentElement, { attributeFilter: [...MARKS] });
  return () => watch.disconnect();
}

/** A sheet belongs to the document of the window that made it. */
function adoptRules(other: Document, rules: CSSRuleList): void {
  const made = other.defaultView && Reflect.get(other.defaultView, 'CSSStyleSheet');
  if (typeof made !== 'function') return;
  const sheet = Reflect.construct(made, []) as CSSStyleSheet;
  sheet.replaceSync([...rules].map(({ cssText }) => cssText).join('\n'));
  other.adoptedStyleSheets = [...other.adoptedStyleSheets, sheet];
}
