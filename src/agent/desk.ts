/** What the agent is made of and what its commands work on. */
import type { PushParams, SipConnection, UserAgentOptions } from '../sip/contract.ts';
import type { SealedSecret, StoredAccount } from '../store/rows.ts';
import type { Image, Vault } from '../store/vault.ts';
import type { Account, Boot, Config } from './contract.ts';
import type { Env, Keeper } from './env.ts';
import type { Http } from './http.ts';
import type { AccountSecret } from './secret.ts';
import type { ServerTime } from './server-time.ts';
import type { MakeSip, SignedIn } from './signed-in.ts';

export interface AgentDeps {
  readonly vault: Vault;
  readonly clock: Env['clock'];
  readonly uuid: () => string;
  readonly log: (line: string) => void;
  readonly makeSip: MakeSip;
  readonly openSocket: UserAgentOptions['openSocket'];
  readonly fetch: typeof fetch;
  /** Whether this browser is on a telephone or tablet (features.md P26). */
  readonly mobile?: boolean;
  /** Seals and opens the secret of "keep me signed in" (store/account.ts). */
  readonly seal: (known: ReadonlyMap<string, string>) => Promise<SealedSecret>;
  readonly unseal: (sealed: SealedSecret) => Promise<ReadonlyMap<string, string> | null>;
  /** Calls back once a tab has ended. */
  readonly whenGone: (tab: string, then: () => void) => void;
}

/** What commands work on. */
export interface Desk {
  readonly env: Env;
  readonly deps: AgentDeps;
  readonly time: ServerTime;
  readonly keeper: Keeper;
  signedIn(): SignedIn | null;
  http(): Http | null;
  /** `list`: the stamp of the list that the tab shows already; while it holds, none is told. */
  boot(list?: string): Boot;
  /** Builds everything for an account and starts it. The old one must have stopped. */
  enter(account: StoredAccount, secret: AccountSecret, image: Image, onConnection: OnConnection): SignedIn;
  /** Takes everything down. */
  leave(ms: number): Promise<void>;
  saved(account: StoredAccount, shown: Account | null): void;
  config: Config;
  /** Where this browser can be woken; holds for whoever is signed in. */
  push: PushParams | null;
}
export type OnConnection = (state: SipConnection) => void;
