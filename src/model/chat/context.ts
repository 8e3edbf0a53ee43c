import { createContext } from 'svelte';
import type { Conversations } from './conversations.svelte.ts';
import type { Groups } from './groups.svelte.ts';

export const [useConversations, provideConversations] = createContext<Conversations>();

export const [useGroups, provideGroups] = createContext<Groups>();
