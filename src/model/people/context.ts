/** People, me, and the ways to reach somebody. Built once in main.ts after sign-in, handed down by App. */
import { createContext } from 'svelte';
import type { Aor } from '../../agent/contract.ts';
import type { Account } from './account.svelte.ts';
import type { ContactTree } from './contact-tree.svelte.ts';
import type { People } from './people.svelte.ts';
import type { Privacy } from './privacy.svelte.ts';

/** What a name offers. Calls are a higher feature: main.ts lends their verb to the people below. */
export interface Reach {
  call(aor: Aor, video: boolean): void;
  /** Why no call can start now; null when one can. */
  readonly whyNoCall: string | null;
}

export interface Office {
  readonly people: People;
  readonly me: Account;
  readonly privacy: Privacy;
  readonly tree: ContactTree;
  readonly reach: Reach;
}

export const [useOffice, provideOffice] = createContext<Office>();
