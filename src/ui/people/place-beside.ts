/** Puts a fixed element beside its anchor, or below it where there is no room, always inside the window. */
export function placeBeside(node: HTMLElement, anchor: HTMLElement): void {
  const gap = 8;
  const at = anchor.getBoundingClientRect();
  const { width, height } = node.getBoundingClientRect();
  const { innerWidth, innerHeight } = window;
  const rtl = document.dir === 'rtl';
  const beside = rtl ? at.left - gap - width : at.right + gap;
  const fits = beside >= gap && beside + width <= innerWidth - gap;
  const left = fits ? beside : clamp(rtl ? at.right - width : at.left, gap, innerWidth - width - gap);
  const under = at.bottom + gap + height <= innerHeight ? at.bottom + gap : at.top - gap - height;
  const top = clamp(fits ? at.top - gap : under, gap, innerHeight - height - gap);
  node.style.setProperty('left', `${left}px`);
  node.style.setProperty('top', `${top}px`);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
