/** What every part of the agent is given. Nothing here is global: a simulation brings its own. */
import type { Clock } from '../sip/contract.ts';
import type { Vault, Write } from '../store/vault.ts';
import type { StoredMessage } from '../store/rows.ts';
import type { Aor, Fact } from './contract.ts';

export interface Env {
  readonly clock: Clock;
  readonly vault: Vault;
  readonly uuid: () => string;
  /** Tells every tab. */
  readonly tell: (fact: Fact) => void;
  /** For diagnostics. Never text of a message, never a secret. */
  readonly log: (line: string) => void;
}

/** The signed-in account while its user agent runs. */
export interface Presentee {
  readonly aor: Aor;
  readonly name: string;
}

/** Keeps things, one after another, and tells the person when the browser does not let it. */
export interface Keeper {
  /** Runs `work` when everything before it is done: what it reads has not changed when it writes. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** One commit. `full` is answered by pruning history and one more try. */
  keep(writes: readonly Write[]): Promise<Kept>;
}

export type Kept =
  | { readonly is: 'done'; readonly changed: readonly StoredMessage[] }
  | { readonly is: 'duplicate' }
  | { readonly is: 'lost'; readonly why: string };

const FULL = 'This device has no room left, so Parley could not keep this. Free some space and try again.';
const GONE = 'This browser does not let Parley keep anything any more. Reload the page and try again.';

export function createKeeper(env: Pick<Env, 'vault' | 'tell'>): Keeper {
  let turn: Promise<unknown> = Promise.resolve();
  let told = '';
  const complain = (why: string): Kept => {
    if (told !== why) env.tell({ fact: 'notice', level: 'problem', words: why });
    told = why;
    return { is: 'lost', why };
  };
  return {
    inTurn(work) {
      const mine = turn.then(work);
      turn = mine.catch(() => undefined);
      return mine;
    },
    async keep(writes) {
      let result = await env.vault.commit(writes);
      if (result.is === 'full' && (await env.vault.prune()) > 0) {
        env.tell({
          fact: 'notice',
          level: 'info',
          words: 'This device was full. The oldest messages were removed from it.',
        });
        result = await env.vault.commit(writes);
      }
      if (result.is === 'full') return complain(FULL);
      return result.is === 'gone' ? complain(GONE) : result;
    },
  };
}
