import type { Clock } from './contract.ts';
import type { DialogCore } from './dialog-core.ts';
import type { Identity } from './identity.ts';

/** What every call needs from the user agent around it. */
export interface CallContext {
  readonly core: DialogCore;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Value of Contact. */
  readonly contact: () => string;
  /** Value of Allow. */
  readonly allow: string;
  readonly log: (line: string) => void;
}
