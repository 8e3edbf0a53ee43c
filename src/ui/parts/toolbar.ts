import type { Attachment } from 'svelte/attachments';

/**
 * One stop for Tab, arrows between the tools (ARIA toolbar pattern). Tools may come and go; hidden ones are passed over.
 * The toolbar itself carries `role="toolbar"` and a label.
 */
export const toolbar: Attachment<HTMLElement> = (bar) => {
  const tools = (): HTMLElement[] =>
    [...bar.querySelectorAll<HTMLElement>('button')].filter((tool) => tool.checkVisibility());
  const choose = (chosen: HTMLElement | undefined): void => {
    for (const tool of bar.querySelectorAll<HTMLElement>('button')) tool.tabIndex = tool === chosen ? 0 : -1;
  };
  const settle = (): void => {
    const all = tools();
    choose(all.find((tool) => tool.tabIndex === 0 && tool.hasAttribute('tabindex')) ?? all[0]);
  };
  const press = (event: KeyboardEvent): void => {
    const all = tools();
    const at = all.findIndex((tool) => tool === document.activeElement);
    const isRtl = getComputedStyle(bar).direction === 'rtl';
    const step = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 }[event.key];
    const to =
      event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : step === undefined ? null : at + step;
    if (at < 0 || to === null) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    choose(next);
    next?.focus();
  };
  const focused = (event: FocusEvent): void => {
    if (event.target instanceof HTMLElement && event.target.matches('button')) choose(event.target);
  };
  bar.addEventListener('keydown', press);
  bar.addEventListener('focusin', focused);
  const watcher = new MutationObserver(settle);
  watcher.observe(bar, { childList: true, subtree: true });
  settle();
  return () => {
    watcher.disconnect();
    bar.removeEventListener('keydown', press);
    bar.removeEventListener('focusin', focused);
  };
};
