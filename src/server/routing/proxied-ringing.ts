import { changeRequest } from '../../protocol/sip-edit.ts';
import { header, type Header } from '../../protocol/sip-message.ts';
import type { Connection } from '../sip/connection.ts';
import type { Locations, Users } from '../sip/contract.ts';
import { branchFor, identityOf } from '../sip/forwarding.ts';
import { toldOf } from '../sip/on-behalf.ts';
import type { Ringing } from '../sip/ringing.ts';

export interface ProxiedRingingOptions {
  readonly locations: Pick<Locations, 'bindings'>;
  readonly users: Users;
  /** To the proxy; null while there is none. */
  readonly link: () => Connection | null;
  /** Shared with the proxy. */
  readonly key: string;
}

/** What the proxy said to us alone, and what we say anew. */
const OURS = [
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'P-Parley-Key',
  'P-Parley-Flow',
  'P-Parley-Ring',
  'History-Info',
  'Route',
];

/**
 * Rings people through the proxy in front of us, which knows the way to their devices: the request goes back to it for the person, with
 * `P-Parley-Ring` (whether the caller is a browser, as it told us) and the key.
 */
export function createProxiedRinging({ locations, users, link, key }: ProxiedRingingOptions): Ringing {
  return {
    canRing: (_, aor) => locations.bindings(aor).length > 0,
    begin(fork, transaction, aor, { history } = {}) {
      const { request } = transaction;
      const flow = link();
      if (flow === null) return () => undefined;
      const told = toldOf(transaction, users);
      const last: Header[] = [
        ...identityOf(told),
        { name: 'P-Parley-Key', value: key },
        { name: 'P-Parley-Ring', value: header(request, 'P-Parley-Ring') ?? 'plain' },
      ];
      if (history !== undefined) last.push({ name: 'History-Info', value: history });
      const { maxForwards } = request;
      fork.add({
        ...{ key: aor, owner: aor, flow, branch: branchFor(request) },
        request: changeRequest(request, {
          uri: aor,
          maxForwards: maxForwards - 1,
          without: told.behalf ? [...OURS, 'Referred-By'] : OURS,
          last,
        }),
      });
      return () => undefined;
    },
  };
}
