import { createHash } from 'node:crypto';
import type { Header, SipRequest } from '../../protocol/sip-message.ts';
import { changeRequest } from '../../protocol/sip-edit.ts';
import { addressValue } from '../../protocol/sip-writer.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import { UNPROVEN } from './claims.ts';
import type { Connection } from './connection.ts';
import type { Aor, Domain } from './contract.ts';
import type { FlowTokens } from './flow-tokens.ts';
import { endId } from './peers.ts';
import { MAGIC, newTag } from './transactions.ts';

/** Requests that begin a dialog, or change where one goes: we stay on their way (RFC 3261 §16.6 step 4). */
const DIALOG_METHODS = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY', 'UPDATE']);

/** What the next hop must not see, or must not believe. */
const STRIPPED = ['Route', 'Authorization', 'Proxy-Authorization', ...UNPROVEN];

export interface Next {
  readonly owner: Aor;
  readonly uri: string;
  readonly flow: Connection;
  /** Path of the binding, or what is left of the route to another organisation, top first. */
  readonly path: readonly string[];
}

interface Named {
  readonly aor: Aor;
  /** From the directory. */
  readonly name: string | null;
}

/** What the next hop is told besides: who was proved to send it, in whose name, and where it has been. */
export interface Told extends Named {
  readonly behalf?: Named;
  /** History-Info (RFC 7044). */
  readonly history?: string;
}

export interface Forwarding {
  /** The request as `next` gets it, but for our Via. */
  toNext(request: SipRequest, from: Connection, next: Next, told: Told): SipRequest;
}

export function createForwarding(domain: Domain, tokens: FlowTokens): Forwarding {
  return {
    toNext(request, from, next, told) {
      const first: Header[] = next.path.map((value) => ({ name: 'Route', value }));
      if (DIALOG_METHODS.has(request.method)) {
        const caller = { flow: endId(from, told.aor), person: told.aor };
        const callee = { flow: endId(next.flow, next.owner), person: next.owner };
        const transport = (from.peer ?? next.flow.peer) ? 'tls' : 'ws';
        const uri = `sip:${tokens.make(caller, callee)}@${domain.name};transport=${transport};lr`;
        first.unshift({ name: 'Record-Route', value: `<${uri}>` });
      }
      const { behalf, history } = told;
      const last = [...identityOf(told)];
      if (history !== undefined) last.push({ name: 'History-Info', value: history });
      return changeRequest(request, {
        uri: next.uri,
        maxForwards: Math.max(0, request.maxForwards - 1),
        without: behalf ? [...STRIPPED, 'Referred-By'] : STRIPPED,
        first,
        last: request.method === 'ACK' ? [] : last,
      });
    },
  };
}

/** Who a request comes from: of a delegate's, the manager, and who speaks for them. */
export function identityOf(told: Told): readonly Header[] {
  const { behalf } = told;
  const asserted = { name: 'P-Asserted-Identity', value: valueOf(behalf ?? told) };
  return behalf ? [asserted, { name: 'Referred-By', value: valueOf(told) }] : [asserted];
}

function valueOf({ aor, name }: Named): string {
  return addressValue({ display: name ?? '', uri: aor, params: NO_PARAMS });
}

/**
 * A branch that carries a mark of what loop detection compares (RFC 3261 §16.6 step 8): the same request coming
 * back unchanged shows it again.
 */
export function branchFor(request: SipRequest): string {
  return `${MAGIC}${loopMark(request)}.${newTag()}`;
}

/** True when a Via below the top is ours and marks this very request (§16.3 step 4). */
export function hasLooped(request: SipRequest, sentBy: string): boolean {
  const ours = request.vias.filter((via) => via.host === sentBy && via.port === null);
  if (ours.length === 0) return false;
  const mark = loopMark(request);
  return ours.some((via) => via.params.get('branch')?.startsWith(`${MAGIC}${mark}.`));
}

function loopMark({ uri, from, to, callId, cseq }: SipRequest): string {
  const parts = [uri, from.params.get('tag'), to.params.get('tag'), callId, cseq.seq];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}
