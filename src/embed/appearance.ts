/** How the element looks: the badge of the design, and a stylesheet made by script, which no style-src forbids (CSSOM). */
import type { Availability } from '../protocol/availability.ts';
import { presencePaths } from '../ui/parts/presence-shapes.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** The badge, decoration: the words stand beside it. */
export function drawLamp(state: Availability): SVGSVGElement {
  const lamp = document.createElementNS(SVG, 'svg');
  lamp.setAttribute('viewBox', '0 0 12 12');
  lamp.setAttribute('aria-hidden', 'true');
  lamp.setAttribute('part', 'lamp');
  lamp.dataset['shape'] = state;
  const shape = document.createElementNS(SVG, state === 'unknown' ? 'circle' : 'path');
  const attributes: Readonly<Record<string, string>> =
    state === 'unknown'
      ? { cx: '6', cy: '6', r: '5.1', pathLength: '24', 'stroke-dasharray': '3.4 2.6', class: 'broken' }
      : { 'fill-rule': 'evenodd', d: presencePaths[state] };
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  lamp.append(shape);
  return lamp;
}

/** Colours can be set from outside by the same names; dark pages say so by `color-scheme`. */
const STYLE = `
:host { display: inline-flex; align-items: baseline; gap: .4em; font: inherit; max-inline-size: 100% }
:host([hidden]) { display: none }
svg { inline-size: .75em; block-size: .75em; min-inline-size: 10px; min-block-size: 10px; flex: none; fill: currentColor;
  color: var(--presence-offline, light-dark(oklch(.56 .012 260), oklch(.68 .012 260))) }
.broken { fill: none; stroke: currentColor; stroke-width: 1.7 }
[data-shape=available], [data-shape=inactive] { color: var(--presence-available, light-dark(oklch(.59 .145 150), oklch(.76 .155 152))) }
[data-shape|=busy] { color: var(--presence-busy, light-dark(oklch(.575 .195 26), oklch(.69 .17 24))) }
[data-shape=dnd], [data-shape=urgent] { color: var(--presence-dnd, light-dark(oklch(.52 .195 22), oklch(.66 .185 22))) }
[data-shape=away] { color: var(--presence-away, light-dark(oklch(.612 .128 66), oklch(.825 .135 82))) }
[data-shape=oof] { color: var(--presence-oof, light-dark(oklch(.54 .15 312), oklch(.745 .125 312))) }
bdi { overflow: hidden; text-overflow: ellipsis }
[part=words] { opacity: .8; white-space: nowrap }
a { color: LinkText; border-radius: 3px }
a:focus-visible { outline: 2px solid; outline-offset: 2px }
@media (forced-colors: active) { svg { forced-color-adjust: none; color: CanvasText } [part=words] { opacity: 1 } }
`;

export function makeStyle(): CSSStyleSheet {
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  return style;
}
