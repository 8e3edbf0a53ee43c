/** Where a call has been, as the next one is told (RFC 7044): whom it was for first, why each did not take it, who has it now. */
import { addressValue } from '../../protocol/sip-writer.ts';
import type { Aor } from '../sip/contract.ts';

/** Somebody a call was sent to. */
export interface Hop {
  readonly aor: Aor;
  /** As the directory has it. */
  readonly name: string | null;
  /** Why it went on from there; absent while it still rings there, and of the last one. */
  readonly cause?: number;
}

/** One value of History-Info, oldest first. `cause` stands where it left (Reason, RFC 7044 §10.1) and where it went (RFC 4458). */
export function historyOf(hops: readonly Hop[]): string {
  let cause: number | undefined;
  const values = hops.map((hop, at) => {
    const arrived = cause === undefined ? '' : `;cause=${cause}`;
    const left = hop.cause === undefined ? '' : `?Reason=${encodeURIComponent(`SIP;cause=${hop.cause}`)}`;
    cause = hop.cause;
    const index = ['index', indexOf(at)] as const;
    const params = new Map(at === 0 ? [index] : [index, ['mp', indexOf(at - 1)]]);
    return addressValue({ display: hop.name ?? '', uri: `${hop.aor}${arrived}${left}`, params });
  });
  return values.join(', ');
}

function indexOf(at: number): string {
  return Array<string>(at + 1)
    .fill('1')
    .join('.');
}
