import type { Router } from '../../model/router.svelte.ts';

/** Goes to a place that has room for the stage; lists and conversations have it, single pages have not. */
export function toStage(router: Router, call: { readonly peer: string }): void {
  const { at } = router.route;
  if (at !== 'chat' && at !== 'chats' && at !== 'contacts' && at !== 'calls')
    router.go({ at: 'chat', aor: call.peer });
}
