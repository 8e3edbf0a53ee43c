/** People, me, and the ways to reach somebody. Built once in main.ts after sign-in, handed down by App. */
import { createContext } from 'svelte';
import type { Aor } from '../../agent/contract.ts';
import type { Account } from './account.svelte.ts';
import type { ContactTree } from './contact-tree.svelte.ts';
import type { Emergency } from './emergency.svelte.ts';
import type { People } from './people.svelte.ts';
import type { Privacy } from './privacy.svelte.ts';
import type { ListRef } from './tree-rows.ts';

/** What a name offers. Calls are a higher feature: main.ts lends their verb to the people below. */
export interface Reach {
  /** `behalf`: in the name of somebody whose delegate I am. */
  call(aor: Aor, video: boolean, behalf?: Aor): void;
  /** A conversation with all of them, made when there are several. */
  message(people: readonly Aor[]): void;
  /** Asks who is to be in a new conversation; these are chosen, or the members of the list are there to choose. */
  gather(people: readonly Aor[], list?: ListRef): void;
  /** Why no call can start now; null when one can. */
  readonly whyNoCall: string | null;
}

export interface Office {
  readonly people: People;
  readonly me: Account;
  readonly privacy: Privacy;
  readonly tree: ContactTree;
  readonly reach: Reach;
  readonly emergency: Emergency;
}

export const [useOffice, provideOffice] = createContext<Office>();
