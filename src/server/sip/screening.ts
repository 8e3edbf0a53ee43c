import { listOf, tokensOf } from '../../protocol/sip-header.ts';
import type { SipRequest } from '../../protocol/sip-message.ts';
import { parseUri } from '../../protocol/sip-uri.ts';
import type { Answer, Domain } from './contract.ts';
import { hasLooped } from './forwarding.ts';
import type { Destination } from './targets.ts';

/**
 * What is refused before anybody is asked who they are, in the order of RFC 3261 §16.3: syntax, URI scheme,
 * Max-Forwards, loops, Proxy-Require; then what a server as an end cannot do (§8.2.2). Null: go on.
 */
export function screen(request: SipRequest, destination: Destination, domain: Domain): Answer | null {
  if (destination.is === 'nowhere' && destination.status === 416) return refusal(destination);
  if (request.method === 'REGISTER' && parseUri(request.to.uri)?.kind !== 'sip') {
    return { status: 400, reason: 'To is no SIP URI' };
  }
  // At its end a request needs no further hop.
  if (request.maxForwards === 0 && destination.is !== 'server') return { status: 483 };
  if (hasLooped(request, domain.name)) return { status: 482 };
  return unsupported(request, 'Proxy-Require', []);
}

/** 420 with what is not understood; null when all of it is. */
export function unsupported(
  request: SipRequest,
  field: 'Require' | 'Proxy-Require',
  known: readonly string[],
): Answer | null {
  if (listOf(request, field) === null) return { status: 400, reason: `Malformed ${field}` };
  const unknown = tokensOf(request, field).filter((option) => !known.includes(option));
  if (unknown.length === 0) return null;
  return { status: 420, headers: [{ name: 'Unsupported', value: unknown.join(', ') }] };
}

export function refusal({ status, reason }: { status: number; reason: string }): Answer {
  return { status, reason };
}
