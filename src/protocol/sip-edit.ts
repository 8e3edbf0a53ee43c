/** Changed copies of messages, for who forwards them. Header fields and their parsed forms stay in step. */
import type { Header, SipMessage, SipRequest, SipResponse, Via } from './sip-message.ts';
import { SipWriteError, viaHeader } from './sip-writer.ts';

export interface RequestChange {
  readonly uri?: string;
  readonly maxForwards?: number;
  /** Names of header fields to take away (all of that name). */
  readonly without?: readonly string[];
  /** Put behind the Vias, in order (Record-Route, Route, Path …). */
  readonly first?: readonly Header[];
  /** Put at the end. */
  readonly last?: readonly Header[];
  /** Pushed on top of the Vias. */
  readonly via?: Via;
}

/** Fields with a parsed form: they are changed by the names above or not at all. */
const CORE = new Set(['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']);

/** A request as the next hop gets it (RFC 3261 §16.6). Throws SipWriteError. */
export function changeRequest(request: SipRequest, change: RequestChange): SipRequest {
  const { maxForwards = request.maxForwards, without = [], first = [], last = [] } = change;
  for (const name of [...without, ...first.map((field) => field.name), ...last.map((field) => field.name)]) {
    if (CORE.has(name)) throw new SipWriteError(`${name} is not changed this way`);
  }
  const kept = request.headers.filter(
    (field) => field.name !== 'Max-Forwards' && !without.includes(field.name),
  );
  const top = change.via ? [viaHeader(change.via)] : [];
  return {
    ...request,
    uri: change.uri ?? request.uri,
    maxForwards,
    vias: change.via ? [change.via, ...request.vias] : request.vias,
    headers: [
      ...top,
      ...kept.filter((field) => field.name === 'Via'),
      { name: 'Max-Forwards', value: String(maxForwards) },
      ...first,
      ...kept.filter((field) => field.name !== 'Via'),
      ...last,
    ],
  };
}

/** The same message with its topmost Via put in place of the old one (`received`, `rport`: RFC 3581). */
export function replaceTopVia<M extends SipMessage>(message: M, via: Via): M {
  return withVias(message, [via, ...message.vias.slice(1)]);
}

/** A response without its topmost Via (RFC 3261 §16.7 step 3); `null` when it was the last. */
export function popVia(response: SipResponse): SipResponse | null {
  return response.vias.length < 2 ? null : withVias(response, response.vias.slice(1));
}

function withVias<M extends SipMessage>(message: M, vias: readonly Via[]): M {
  const headers = [...vias.map(viaHeader), ...message.headers.filter((field) => field.name !== 'Via')];
  return { ...message, vias, headers };
}
