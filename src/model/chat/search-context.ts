import { createContext } from 'svelte';
import type { HistoryFile } from './history-file.svelte.ts';
import type { Search } from './search.svelte.ts';

export const [useSearch, provideSearch] = createContext<Search>();
export const [useHistoryFile, provideHistoryFile] = createContext<HistoryFile>();
