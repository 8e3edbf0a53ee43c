import type { Treatment } from '../../model/calls/device-test.svelte.ts';

/** What the browser can do with sound and picture, as a person would ask for it. */
export const TREATMENT_WORDS: Readonly<Record<Treatment, { label: string; hint: string }>> = {
  echoCancellation: {
    label: 'Remove echo',
    hint: 'Keep it on unless everybody wears headphones',
  },
  noiseSuppression: {
    label: 'Reduce background noise',
    hint: 'Off for music',
  },
  voiceIsolation: {
    label: 'Only my voice',
    hint: 'Everything that is not a voice near you is taken out',
  },
  autoGainControl: {
    label: 'Even out loudness',
    hint: 'Louder when you lean back, softer when you come close',
  },
  backgroundBlur: {
    label: 'Blur my background',
    hint: 'Done by this computer before the picture leaves it',
  },
};
