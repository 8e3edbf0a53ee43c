/** Makes messages findable that were kept before there was an index, a slice at a time so that nothing waits for it. */
import type { Meta } from '../store/meta.ts';
import type { Env, Keeper } from './env.ts';

const SLICE = 100;
/** Between slices, milliseconds: the agent's own work goes first. */
const PAUSE = 30;

/** Goes on where an earlier start left off, and remembers when it has seen all. */
export async function indexHistory(env: Env, keeper: Keeper, done: Meta['words'] | undefined): Promise<void> {
  let after = done === 'all' ? undefined : (done ?? null);
  while (after !== undefined) {
    const from = after;
    const next = await keeper.inTurn(() => env.vault.indexSlice(from, SLICE));
    const kept = await keeper.keep([{ put: 'meta', key: 'words', row: next ?? 'all' }]);
    if (next === null || kept.is !== 'done') return;
    after = next;
    await new Promise<void>((rested) => env.clock.after(PAUSE, rested));
  }
}
