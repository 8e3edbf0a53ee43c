import type { AgentLink } from '../agent/contract.ts';

/** A hand on the keyboard is told at most this often; the idle limits are minutes. */
const SPACING = 20_000;

/** Tells the agent when this window is seen and when somebody last did something in it. Returns how to stop. */
export function reportActivity(link: AgentLink, page: Window): () => void {
  let told = 0;
  const tell = (): void => {
    told = Date.now();
    void link.send('activity', { visible: page.document.visibilityState === 'visible', lastInput: told });
  };
  const acted = (): void => {
    if (Date.now() - told >= SPACING) tell();
  };
  const seen = (): void => {
    const visible = page.document.visibilityState === 'visible';
    if (visible) tell();
    else void link.send('activity', { visible, lastInput: told });
  };
  const events = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;
  for (const name of events) page.addEventListener(name, acted, { passive: true, capture: true });
  page.document.addEventListener('visibilitychange', seen);
  seen();
  return () => {
    for (const name of events) page.removeEventListener(name, acted, { capture: true });
    page.document.removeEventListener('visibilitychange', seen);
  };
}
