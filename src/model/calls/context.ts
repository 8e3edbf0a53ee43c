import { createContext } from 'svelte';
import type { Alerts } from './alerts.svelte.ts';
import type { Calls } from './calls.svelte.ts';
import type { DeviceChoices } from './devices.svelte.ts';
import type { Parked } from './parked.svelte.ts';
import type { PopOut } from './pop-out.svelte.ts';

/** The nouns of calling that screens may ask for. */
export interface Calling {
  readonly calls: Calls;
  readonly alerts: Alerts;
  readonly parked: Parked;
  readonly devices: DeviceChoices;
  readonly popOut: PopOut;
}

export const [useCalling, provideCalling] = createContext<Calling>();
