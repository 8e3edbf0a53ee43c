import { createContext } from 'svelte';
import type { Conversations } from './conversations.svelte.ts';
import type { Groups } from './groups.svelte.ts';
import type { Transfers } from './transfers.svelte.ts';

export const [useConversations, provideConversations] = createContext<Conversations>();

export const [useGroups, provideGroups] = createContext<Groups>();

export const [useTransfers, provideTransfers] = createContext<Transfers>();
