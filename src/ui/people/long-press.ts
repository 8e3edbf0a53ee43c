import type { Attachment } from 'svelte/attachments';

/** A finger that rests this long means the menu, milliseconds; and this far it may tremble, pixels. */
const REST = 500;
const TREMBLE = 8;

/** The menu by touch, also where the browser makes no context menu of a long press. The click that follows is eaten. */
export function longPress(open: (x: number, y: number) => void): Attachment<HTMLElement> {
  return (node) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let start = { x: 0, y: 0 };
    let isHeld = false;
    const stop = (): void => clearTimeout(timer);
    const down = (event: PointerEvent): void => {
      isHeld = false;
      if (event.pointerType !== 'touch') return;
      start = { x: event.clientX, y: event.clientY };
      stop();
      timer = setTimeout(() => {
        isHeld = true;
        open(start.x, start.y);
      }, REST);
    };
    const moved = (event: PointerEvent): void => {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > TREMBLE) stop();
    };
    const click = (event: MouseEvent): void => {
      if (!isHeld) return;
      isHeld = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    const away = new AbortController();
    const { signal } = away;
    node.addEventListener('pointerdown', down, { signal });
    node.addEventListener('pointermove', moved, { signal });
    for (const name of ['pointerup', 'pointercancel', 'contextmenu'])
      node.addEventListener(name, stop, { signal });
    node.addEventListener('click', click, { signal, capture: true });
    return () => {
      stop();
      away.abort();
    };
  };
}
