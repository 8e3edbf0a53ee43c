import type { Aor, Clock, Domain, MethodHandler, Reach, Users } from './contract.ts';
import type { Ringing } from './ringing.ts';
import type { ServedRequest } from './server-transaction.ts';
import type { Transactions } from './transactions.ts';

/** Leads calls by what the one called has set for them. */
export interface CallRouter {
  /** Whether this person has set anything. */
  handles(aor: Aor): boolean;
  /** Whose calls this person may answer and place. */
  managersOf(delegate: Aor): ReadonlySet<Aor>;
  /** Serves an INVITE of a proved sender who is not blocked. */
  route(transaction: ServedRequest, aor: Aor): Promise<void>;
}

/** What the proxy lends to it. */
export interface RouterParts {
  readonly clock: Clock;
  readonly domain: Domain;
  readonly transactions: Transactions;
  readonly users: Users;
  readonly reach: Reach | null;
  readonly ringing: Ringing;
  /** The addresses that are served here. */
  readonly handlers: readonly MethodHandler[];
}

export type RouterFactory = (parts: RouterParts) => CallRouter;
