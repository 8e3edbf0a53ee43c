/** F6: the areas of the window in reading order, alerts first (design README, "Keyboard"). */
export function moveArea(by: 1 | -1): boolean {
  const areas = [...document.querySelectorAll<HTMLElement>('[data-area]')]
    .filter((area) => area.checkVisibility())
    .sort((one, other) => Number(isAlert(other)) - Number(isAlert(one)));
  if (areas.length === 0) return false;
  const here = areas.findIndex((area) => area.contains(document.activeElement));
  const next = here < 0 ? (by === 1 ? 0 : areas.length - 1) : (here + by + areas.length) % areas.length;
  const area = areas[next];
  if (!area) return false;
  (entryOf(area) ?? area).focus();
  return true;
}

function isAlert(area: HTMLElement): boolean {
  return area.dataset['area'] === 'alert';
}

/** Where the keyboard goes on entering an area: what is current there, else the first thing that takes the focus. */
function entryOf(area: HTMLElement): HTMLElement | null {
  const takes = '[tabindex="0"], [aria-current], textarea, input, button, a[href]';
  const preferred = area.querySelector<HTMLElement>(
    '[role="treeitem"][tabindex="0"], a[aria-current], textarea',
  );
  if (preferred?.checkVisibility()) return preferred;
  return [...area.querySelectorAll<HTMLElement>(takes)].find((node) => node.checkVisibility()) ?? null;
}
