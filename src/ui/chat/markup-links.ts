/** Links in clean markup, as this page shows them: opened apart, and never without saying where they really lead. */
import { placeOf, withoutTricks } from './links.ts';

/** What marks a mention on the wire: a link to the address of a person whose words begin with @. */
export function isMention(link: Element): boolean {
  return /^sips?:/i.test(link.getAttribute('href') ?? '') && (link.textContent ?? '').startsWith('@');
}

/** Changes the links of a clean fragment in place. */
export function dressLinks(root: DocumentFragment): void {
  const page = root.ownerDocument;
  for (const link of root.querySelectorAll('a')) {
    const href = link.getAttribute('href') ?? '';
    const place = placeOf(href);
    link.setAttribute('rel', 'noopener noreferrer');
    const texts = page.createTreeWalker(link, 4);
    while (texts.nextNode()) texts.currentNode.nodeValue = withoutTricks(texts.currentNode.nodeValue ?? '');
    if (isMention(link)) {
      link.className = 'mention';
      link.setAttribute('title', place);
      continue;
    }
    link.setAttribute('target', '_blank');
    const words = (link.textContent ?? '').trim();
    const isolated = page.createElement('bdi');
    isolated.append(...link.childNodes);
    if (words === '') isolated.textContent = place;
    link.append(isolated);
    if (words !== '' && !namesPlace(words, place)) {
      const host = page.createElement('span');
      host.className = 'host';
      host.textContent = ` (${place})`;
      link.append(host);
    }
  }
}

/** The words say the place themselves, and nothing that looks like another one. */
function namesPlace(words: string, place: string): boolean {
  const said = words.toLowerCase();
  if (!/^[\x20-\x7e]*$/.test(said)) return false;
  const hosts = said
    .replace(/^[a-z]+:(?:\/\/)?/, '')
    .match(/[\w.+%-]+@[\w.-]+|[\w-]+(?:\.[\w-]+)+(?::\d+)?|\+?\d[\d().-]+/g);
  return hosts?.[0]?.replace(/\.$/, '') === place.toLowerCase();
}
