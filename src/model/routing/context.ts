import { createContext } from 'svelte';
import type { Routing } from './routing.svelte.ts';

/** Makes it at the first use: few look at their call handling. */
export const [useRouting, provideRouting] = createContext<() => Promise<Routing>>();
