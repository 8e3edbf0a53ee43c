import { listOf, parseNameAddr } from '../../protocol/sip-header.ts';
import type { SipRequest } from '../../protocol/sip-message.ts';
import { parseUri, type SipUri } from '../../protocol/sip-uri.ts';
import type { Connection } from './connection.ts';
import type { Aor, Domain } from './contract.ts';
import type { DialogMark, FlowTokens } from './flow-tokens.ts';
import type { DeviceAddress, Gruus } from './gruu.ts';
import type { LocationTable, Row } from './locations.ts';
import { endIds, foreignAor, type Peers } from './peers.ts';

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
      /** The dialog that the request's Route names; null without a sealed one. */
      readonly dialog: DialogMark | null;
      /** Route values beyond ours: another organisation's, for it to follow. */
      readonly beyond?: readonly string[];
    }
  /** A person of another organisation that we speak with. */
  | { readonly is: 'peer'; readonly aor: Aor }
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
  readonly peers: Peers;
}

/**
 * RFC 3261 §16.4 and §16.5 for a server that relays to its own people, and from them to people of the organisations on its
 * list: our Route comes off, any other is refused outside their dialogs, and the Request-URI is a person, a device of one,
 * or the far end of a dialog that began here.
 */
export function createTargets(options: TargetOptions): Targets {
  const { domain, gruus, locations, tokens, peers } = options;
  return {
    of(request, from) {
      const uri = parseUri(request.uri);
      if (uri?.kind !== 'sip') return { is: 'nowhere', status: 416, reason: 'Unsupported URI Scheme' };
      const routes = splitRoutes(request, domain);
      if (routes === null) return NO_RELAY;
      const dialog = markIn(routes.ours);
      if (routes.beyond.length > 0) {
        const far = byDialog(dialog, from);
        if (far?.flow?.peer !== undefined) return { ...far, beyond: routes.beyond };
        return dialog === null ? NO_RELAY : GONE;
      }
      if (domain.isOurs(uri.host)) {
        if (uri.user === null) return { is: 'server' };
        const device = gruus.resolve(uri);
        if (device) {
          const row = locations.rowsFor(uri).find((found) => found.flow?.open) ?? null;
          return { is: 'device', owner: device.aor, device, row, flow: row?.flow ?? null, dialog };
        }
        const aor = domain.aorOf(request.uri);
        if (aor === null || uri.params.has('gr'))
          return { is: 'nowhere', status: 404, reason: 'No such address' };
        return { is: 'person', aor };
      }
      // Before any Contact: nobody becomes a person of another organisation by registering their address.
      const aor = dialog === null ? foreignAor(request.uri, peers) : null;
      if (aor !== null) return from.peer === undefined ? { is: 'peer', aor } : NO_RELAY;
      return byContact(uri, dialog) ?? byDialog(dialog, from) ?? foreign(request);
    },
  };

  function markIn(routes: readonly SipUri[]): DialogMark | null {
    for (const { user } of routes) {
      const mark = user === null ? null : tokens.read(user);
      if (mark) return mark;
    }
    return null;
  }

  /** The other connection of the dialog, for a Contact that only its owner knows. */
  function byDialog(dialog: DialogMark | null, from: Connection): (Destination & { is: 'device' }) | null {
    if (!dialog) return null;
    const here = endIds(from);
    const others = dialog.flows.filter((id) => !here.has(id));
    // Both ends may be on one connection.
    const far = others.length === 0 ? from : others.map(options.flow).find((flow) => flow?.open);
    // Two ends of other organisations: we would only relay.
    if (far?.peer !== undefined && from.peer !== undefined) return null;
    return far ? { is: 'device', owner: far.user, device: null, row: null, flow: far, dialog } : null;
  }

  function byContact(uri: SipUri, dialog: DialogMark | null): Destination | null {
    const row = locations.rowsFor(uri).find((found) => found.flow?.open);
    // Somebody may have registered a Contact that another person uses in the dialog.
    return row && dialog?.isEnd(row.aor) !== false
      ? { is: 'device', owner: row.aor, device: null, row, flow: row.flow, dialog }
      : null;
  }
}

/** Our own Route values on top, and what comes after them; null when one cannot be read. */
function splitRoutes(
  request: SipRequest,
  domain: Domain,
): { readonly ours: readonly SipUri[]; readonly beyond: readonly string[] } | null {
  const values = listOf(request, 'Route');
  if (values === null) return null;
  const uris = values.map((value) => parseUri(parseNameAddr(value)?.uri ?? ''));
  const ours: SipUri[] = [];
  for (const uri of uris) {
    if (uri?.kind !== 'sip') return null;
    if (!domain.isOurs(uri.host)) break;
    ours.push(uri);
  }
  const beyond = uris.slice(ours.length);
  return beyond.every((uri) => uri?.kind === 'sip') ? { ours, beyond: values.slice(ours.length) } : null;
}

const NO_RELAY: Destination = { is: 'nowhere', status: 403, reason: 'No relay to other servers' };
const GONE: Destination = { is: 'nowhere', status: 480, reason: 'The other end is away' };

/** A dialog's far end that is gone is another matter than a stranger's domain. */
function foreign(request: SipRequest): Destination {
  return request.to.params.has('tag')
    ? GONE
    : { is: 'nowhere', status: 404, reason: 'Not a domain of this server' };
}
