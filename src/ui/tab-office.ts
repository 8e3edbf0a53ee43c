import type { Calling } from '../model/calls/context.ts';
import type { Conversations } from '../model/chat/conversations.svelte.ts';
import type { Groups } from '../model/chat/groups.svelte.ts';
import type { Transfers } from '../model/chat/transfers.svelte.ts';
import type { HistoryFile } from '../model/chat/history-file.svelte.ts';
import type { Search } from '../model/chat/search.svelte.ts';
import type { Office } from '../model/people/context.ts';
import type { Routing } from '../model/routing/routing.svelte.ts';

/** Everything a signed-in window shows. Built anew for every sign-in. */
export interface TabOffice {
  readonly office: Office;
  readonly conversations: Conversations;
  readonly groups: Groups;
  readonly transfers: Transfers;
  readonly search: Search;
  readonly historyFile: HistoryFile;
  readonly calling: Calling;
  readonly routing: () => Promise<Routing>;
}
