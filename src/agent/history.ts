/** Everything that has to do with the history a server keeps, put together for the signed-in account. */
import type { SipUserAgent } from '../sip/contract.ts';
import type { HistoryPlace } from '../store/meta.ts';
import { createCallHistory, type CallHistory } from './call-history.ts';
import type { Aor, HistoryStatus } from './contract.ts';
import type { Env, Keeper } from './env.ts';
import type { FromHistory } from './from-history.ts';
import { createHistoryFind, type HistoryFind } from './history-find.ts';
import { createHistoryServer } from './history-server.ts';
import { createHistorySync } from './history-sync.ts';
import type { Http } from './http.ts';
import type { ServerTime } from './server-time.ts';

export interface History extends HistoryFind {
  status(): HistoryStatus;
  online(sip: SipUserAgent): void;
  offline(): void;
  stop(): void;
  /** Something was done here that other devices should hear of. */
  poke(): void;
  readonly calls: () => Promise<CallHistory>;
  /** Forgets the messages and calls of this device. */
  deleteAll(): Promise<void>;
}

export interface HistoryDeps {
  readonly env: Env;
  readonly keeper: Keeper;
  readonly time: ServerTime;
  readonly me: Aor;
  readonly instanceId: string;
  readonly http: Http;
  /** `…/api` of our service; null on other servers. */
  readonly root: string | null;
  readonly from: FromHistory;
  readonly place: HistoryPlace | null;
}

/** Messages that are forgotten in one go. */
const SLICE = 200;

export function createHistory(deps: HistoryDeps): History {
  const { env, keeper, time, me, http, root, from, place, instanceId } = deps;
  const server = root === null ? null : createHistoryServer(http, root, me);
  let made: Promise<CallHistory> | null = null;
  const calls = (): Promise<CallHistory> =>
    (made ??= createCallHistory(env, keeper, instanceId, () => sync.poke()));
  const sync = createHistorySync({ env, keeper, time, me, root, server, from, calls, place });
  return {
    ...createHistoryFind({ vault: env.vault, time, me, server, from }),
    ...sync,
    calls,
    async deleteAll() {
      for (;;) {
        const gone = await keeper.inTurn(() => env.vault.forgetBefore(Number.MAX_SAFE_INTEGER, SLICE));
        if (gone.length === 0) break;
        env.tell({ fact: 'messages-gone', ids: gone.map(([, , id]) => id) });
        await from.forgotten(gone.map(([conversation]) => conversation));
      }
      const ids = await keeper.inTurn(() => env.vault.forgetCalls());
      env.tell({ fact: 'calls-gone', ids });
    },
  };
}
