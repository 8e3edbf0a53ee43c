/**
 * The other organisations this server speaks with, as the SIP side needs them; `../federation` makes the connections.
 * A person of theirs is an AOR like any other, only that no account here proves it: the certificate of the connection
 * proves the domain (RFC 5922), and the domain answers for its people.
 */
import { parseNameAddr, splitList } from '../../protocol/sip-header.ts';
import { headers, type SipRequest } from '../../protocol/sip-message.ts';
import { domainOf } from '../../protocol/canonical-id.ts';
import { aorOf, parseUri } from '../../protocol/sip-uri.ts';
import type { Connection } from './connection.ts';
import type { Answer, Aor } from './contract.ts';

export interface Peers {
  /** Whether the domain (lower case) is on the list of those that may come and be gone to. */
  allows(domain: string): boolean;
  /** The open connection to that domain; null while there is none, and one is tried. */
  link(domain: string): Connection | null;
  /** Whether the domain may send one more request now. */
  admits(domain: string): boolean;
}

/** A server that speaks with its own people only. */
export const NO_PEERS: Peers = { allows: () => false, link: () => null, admits: () => false };

/** The AOR of a person of a domain we speak with; null for everybody else. */
export function foreignAor(uri: string, peers: Peers): Aor | null {
  const aor = aorOf(uri);
  return aor !== null && peers.allows(domainOf(aor)) ? aor : null;
}

const PEER_END = '~';

/** How Record-Route names a connection: one of ours by its id, another organisation's by its domain, which outlives it. */
export function endId(flow: Connection, person: Aor): string {
  return flow.peer === undefined ? flow.id : PEER_END + Buffer.from(domainOf(person)).toString('base64url');
}

/** All names that `flow` may have in a Record-Route. */
export function endIds(flow: Connection): ReadonlySet<string> {
  const domains = [...(flow.peer ?? [])];
  return new Set(flow.peer === undefined ? [flow.id] : domains.map((one) => endId(flow, `sip:x@${one}`)));
}

/** The domain that such a name stands for; null for a connection of ours. */
export function domainOfEnd(id: string): string | null {
  return id.startsWith(PEER_END) ? Buffer.from(id.slice(1), 'base64url').toString() : null;
}

/** What another organisation may ask for: nobody registers or publishes from outside. */
const FROM_PEERS = new Set(
  'INVITE ACK BYE CANCEL OPTIONS MESSAGE SUBSCRIBE NOTIFY REFER INFO UPDATE PRACK'.split(' '),
);

/**
 * Who sends this request over another organisation's connection: somebody of a domain that its certificate proved, in From
 * and in whatever it asserts (RFC 3325); a domain itself may only ask OPTIONS.
 */
export function identifyPeer(
  request: SipRequest,
  proved: ReadonlySet<string>,
  peers: Peers,
): { readonly aor: Aor } | { readonly refusal: Answer } {
  const from = parseUri(request.from.uri);
  if (from?.kind !== 'sip' || !proved.has(from.host)) {
    return refuse(403, 'From is not of your domain');
  }
  if (!headers(request, 'P-Asserted-Identity').every((value) => isOf(value, proved))) {
    return refuse(403, 'Asserted identity is not of your domain');
  }
  if (!FROM_PEERS.has(request.method)) return refuse(403, 'Not for other organisations');
  if (!peers.admits(from.host)) {
    const headers = [{ name: 'Retry-After', value: '5' }];
    return { refusal: { status: 503, reason: 'Too much from your domain', headers } };
  }
  const aor = aorOf(from) ?? (request.method === 'OPTIONS' ? `sip:${from.host}` : null);
  return aor === null ? refuse(403, 'From is nobody') : { aor };
}

function isOf(value: string, proved: ReadonlySet<string>): boolean {
  const all = splitList(value);
  return (
    all?.every((one) => {
      const uri = parseUri(parseNameAddr(one)?.uri ?? '');
      // A number belongs to no domain and is not passed on.
      return uri?.kind === 'tel' || (uri?.kind === 'sip' && proved.has(uri.host));
    }) === true
  );
}

function refuse(status: number, reason: string): { refusal: Answer } {
  return { refusal: { status, reason } };
}
