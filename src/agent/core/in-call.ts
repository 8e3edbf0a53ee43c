/** What the own presence says of the calls that are up. Pure. */
import type { OwnState } from '../../protocol/own-activities.ts';
import type { Header } from '../../protocol/sip-message.ts';
import type { CallSnapshot } from '../contract-values.ts';

/** Since the first of them (milliseconds); null: none is up. A conference has a focus at the far end (RFC 4579 §5.1). */
export function inCall(
  calls: readonly {
    readonly snapshot: CallSnapshot;
    readonly sip: { readonly headers: readonly Header[] };
  }[],
  now: number,
): OwnState['call'] | null {
  const up = calls.filter(({ snapshot }) => snapshot.state === 'established');
  if (up.length === 0) return null;
  const kind = up.some(({ sip }) => sip.headers.some(isFocus)) ? 'conference' : 'call';
  return { kind, since: Math.min(...up.map(({ snapshot }) => snapshot.establishedAt ?? now)) };
}

export function isFocus({ name, value }: Header): boolean {
  return name === 'Contact' && /;\s*isfocus\b/i.test(value);
}
