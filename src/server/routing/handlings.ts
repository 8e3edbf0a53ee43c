/** Everybody's call handling, read and ready, and who is whose delegate. */
import { CALL_HANDLING, type CallHandling, decodeCallHandling } from '../../protocol/call-handling.ts';
import type { Aor } from '../sip/contract.ts';
import type { Documents } from '../xcap/documents.ts';

export interface Handlings {
  /** Null: they keep none. */
  of(owner: Aor): CallHandling | null;
  /** Those who have named this person their delegate. */
  managersOf(delegate: Aor): ReadonlySet<Aor>;
  /** Told of everybody who has become somebody's delegate, or is no longer. */
  onManagers(listener: (delegate: Aor) => void): void;
}

const NOBODY: ReadonlySet<Aor> = new Set();

/** Reads all of them once, and each that changes. */
export function openHandlings(documents: Documents): Handlings {
  const { auid } = CALL_HANDLING;
  const known = new Map<Aor, CallHandling>();
  const managers = new Map<Aor, Set<Aor>>();
  const listeners = new Set<(delegate: Aor) => void>();

  const forget = (owner: Aor): void => {
    for (const delegate of known.get(owner)?.delegates ?? []) {
      managers.get(delegate)?.delete(owner);
      if (managers.get(delegate)?.size === 0) managers.delete(delegate);
    }
    known.delete(owner);
  };
  const read = (owner: Aor): void => {
    forget(owner);
    const stored = documents.read({ auid, owner, path: 'index' });
    const handling = stored && decodeCallHandling(stored.body);
    if (handling?.ok !== true) return;
    known.set(owner, handling.value);
    for (const delegate of handling.value.delegates) {
      managers.set(delegate, (managers.get(delegate) ?? new Set()).add(owner));
    }
  };
  for (const owner of documents.owners(auid)) read(owner);
  documents.onChange((change) => {
    if (change.auid !== auid || change.path !== 'index') return;
    const before = known.get(change.owner)?.delegates ?? [];
    read(change.owner);
    const now = known.get(change.owner)?.delegates ?? [];
    const moved = [
      ...before.filter((one) => !now.includes(one)),
      ...now.filter((one) => !before.includes(one)),
    ];
    for (const delegate of moved) for (const tell of listeners) tell(delegate);
  });

  return {
    of: (owner) => known.get(owner) ?? null,
    managersOf: (delegate) => managers.get(delegate) ?? NOBODY,
    onManagers: (listener) => void listeners.add(listener),
  };
}
