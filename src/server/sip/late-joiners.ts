import type { Aor } from './contract.ts';
import type { LocationTable, Row } from './locations.ts';

/** A request still open for devices that register while it waits. */
export interface OpenRequest {
  /** Whether this device is one it is meant for. */
  joins(row: Row): boolean;
  add(row: Row): void;
}

export interface LateJoiners {
  wait(aor: Aor, request: OpenRequest): void;
  over(aor: Aor, request: OpenRequest): void;
}

/** Leads devices that register to the calls that ring for their owner (RFC 8599 §5.3). */
export function createLateJoiners(locations: LocationTable): LateJoiners {
  const waiting = new Map<Aor, Set<OpenRequest>>();
  locations.onRegistered((aor, binding) => {
    // The table hands out its own rows.
    const row = binding as Row;
    if (!row.flow?.open) return;
    for (const request of [...(waiting.get(aor) ?? [])]) if (request.joins(row)) request.add(row);
  });
  return {
    wait(aor, request) {
      const requests = waiting.get(aor) ?? new Set();
      waiting.set(aor, requests.add(request));
    },
    over(aor, request) {
      const requests = waiting.get(aor);
      requests?.delete(request);
      if (requests?.size === 0) waiting.delete(aor);
    },
  };
}
