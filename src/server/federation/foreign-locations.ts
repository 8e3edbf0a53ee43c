import { domainOf } from '../../protocol/canonical-id.ts';
import type { Locations } from '../sip/contract.ts';
import type { Peers } from '../sip/peers.ts';

/** The registrar's look-up, in which everybody of another organisation is where their server is. */
export function withPeers(locations: Locations, peers: Peers): Locations {
  return {
    ...locations,
    flowFor: (uri, owner) =>
      peers.allows(domainOf(owner)) ? peers.link(domainOf(owner)) : locations.flowFor(uri, owner),
  };
}
