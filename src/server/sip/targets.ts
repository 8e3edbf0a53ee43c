import { listOf, parseNameAddr } from '../../protocol/sip-header.ts';
import type { SipRequest } from '../../protocol/sip-message.ts';
import { parseUri, type SipUri } from '../../protocol/sip-uri.ts';
import type { Connection } from './connection.ts';
import type { Aor, Domain } from './contract.ts';
import type { FlowTokens } from './flow-tokens.ts';
import type { DeviceAddress, Gruus } from './gruu.ts';
import type { LocationTable, Row } from './locations.ts';

/** Where a request is to go. */
export type Destination =
  /** This server itself. */
  | { readonly is: 'server' }
  /** Every device of a person of this domain. */
  | { readonly is: 'person'; readonly aor: Aor }
  /** One device, perhaps on its way back: `flow` null, `device` says whom to wait for. */
  | {
      readonly is: 'device';
      readonly owner: Aor | null;
      readonly device: DeviceAddress | null;
      readonly row: Row | null;
      readonly flow: Connection | null;
    }
  | { readonly is: 'nowhere'; readonly status: number; readonly reason: string };

export interface Targets {
  of(request: SipRequest, from: Connection): Destination;
}

export interface TargetOptions {
  readonly domain: Domain;
  readonly gruus: Gruus;
  readonly locations: LocationTable;
  readonly tokens: FlowTokens;
  readonly flow: (id: string) => Connection | undefined;
}

/**
 * RFC 3261 §16.4 and §16.5 for a server that relays to its own people only: our Route comes off, any other is
 * refused, and the Request-URI is a person, a device of one, or the far end of a dialog that began here.
 */
export function createTargets(options: TargetOptions): Targets {
  const { domain, gruus, locations, tokens } = options;
  return {
    of(request, from) {
      const uri = parseUri(request.uri);
      if (uri?.kind !== 'sip') return { is: 'nowhere', status: 416, reason: 'Unsupported URI Scheme' };
      const routes = ourRoutes(request, domain);
      if (routes === null) return { is: 'nowhere', status: 403, reason: 'No relay to other servers' };
      if (domain.isOurs(uri.host)) {
        if (uri.user === null) return { is: 'server' };
        const device = gruus.resolve(uri);
        if (device) {
          const row = locations.rowsFor(uri).find((found) => found.flow?.open) ?? null;
          return { is: 'device', owner: device.aor, device, row, flow: row?.flow ?? null };
        }
        const aor = domain.aorOf(request.uri);
        if (aor === null || uri.params.has('gr'))
          return { is: 'nowhere', status: 404, reason: 'No such address' };
        return { is: 'person', aor };
      }
      return byDialog(routes, from) ?? byContact(uri) ?? foreign(request);
    },
  };

  /** The other connection of the dialog, for a Contact that only its owner knows. */
  function byDialog(routes: readonly SipUri[], from: Connection): Destination | null {
    for (const route of routes) {
      const pair = route.user === null ? null : tokens.read(route.user);
      const other = pair?.map(options.flow).find((flow) => flow?.open && flow !== from);
      if (other) return { is: 'device', owner: other.user, device: null, row: null, flow: other };
      // Both ends on one connection.
      if (pair && pair[0] === pair[1] && pair[0] === from.id) {
        return { is: 'device', owner: from.user, device: null, row: null, flow: from };
      }
    }
    return null;
  }

  function byContact(uri: SipUri): Destination | null {
    const row = locations.rowsFor(uri).find((found) => found.flow?.open);
    return row ? { is: 'device', owner: row.aor, device: null, row, flow: row.flow } : null;
  }
}

/** The URIs of our own Route values; null when a value leads elsewhere or cannot be read. */
function ourRoutes(request: SipRequest, domain: Domain): SipUri[] | null {
  const values = listOf(request, 'Route');
  if (values === null) return null;
  const uris: SipUri[] = [];
  for (const value of values) {
    const uri = parseUri(parseNameAddr(value)?.uri ?? '');
    if (uri?.kind !== 'sip' || !domain.isOurs(uri.host)) return null;
    uris.push(uri);
  }
  return uris;
}

/** A dialog's far end that is gone is another matter than a stranger's domain. */
function foreign(request: SipRequest): Destination {
  return request.to.params.has('tag')
    ? { is: 'nowhere', status: 480, reason: 'The other end is away' }
    : { is: 'nowhere', status: 404, reason: 'Not a domain of this server' };
}
