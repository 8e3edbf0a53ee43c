import { createContext } from 'svelte';
import type { Conversations } from './conversations.svelte.ts';

export const [useConversations, provideConversations] = createContext<Conversations>();
