/** Attached to a part whose rows leave when they are dealt with: keyboard and reader stay in the part. */
export function keepsFocus(part: HTMLElement): () => void {
  let last: EventTarget | null = null;
  const entered = ({ target }: FocusEvent): void => {
    last = target;
  };
  const changes = new MutationObserver(() => {
    const isLost =
      last instanceof HTMLElement && !last.isConnected && document.activeElement === document.body;
    if (last instanceof HTMLElement && !last.isConnected) last = null;
    if (isLost) part.focus();
  });
  part.addEventListener('focusin', entered);
  // Whoever went elsewhere is not called back.
  const left = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget) last = null;
  };
  part.addEventListener('focusout', left);
  changes.observe(part, { childList: true, subtree: true });
  return () => {
    changes.disconnect();
    part.removeEventListener('focusin', entered);
    part.removeEventListener('focusout', left);
  };
}
