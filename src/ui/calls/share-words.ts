import type { Surface } from '../../model/calls/sharing.svelte.ts';

const WORDS: Readonly<Record<Surface, string>> = {
  monitor: 'your screen',
  window: 'a window',
  browser: 'a tab',
};

/** "You are sharing a window". */
export function ownShareWords(surface: Surface | null, isPaused: boolean): string {
  const what = surface ? WORDS[surface] : WORDS.monitor;
  return isPaused ? `Sharing of ${what} is paused` : `You are sharing ${what}`;
}
