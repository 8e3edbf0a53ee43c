import { parseCpim, CPIM_TYPE, type CpimAddress } from '../../protocol/cpim.ts';
import { parseNameAddr } from '../../protocol/sip-header.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { parseMediaType } from '../../protocol/sip-values.ts';
import type { Answer, Aor, Domain } from './contract.ts';

/**
 * Fields in which a client could say who somebody is, or where a request has been: only this server knows, and it says so
 * itself (RFC 3325 §5, RFC 7044 §10.1, RFC 3892 §5: without a signature a Referred-By proves nothing).
 */
export const UNPROVEN = [
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'P-Called-Party-ID',
  'Remote-Party-ID',
  'Diversion',
  'History-Info',
  'Parley-Sequence',
];

/** True when a CPIM wrapper names somebody else as its sender. */
export function isForeign(from: CpimAddress | null, sender: Aor, domain: Domain): boolean {
  return from !== null && personOf(from.uri.replace(/^(?:im|pres):/i, 'sip:'), domain) !== sender;
}

/** The AOR, whether of this domain or of another one. */
export function personOf(uri: string, domain: Domain): Aor | null {
  return domain.aorOf(uri) ?? aorOf(uri);
}

/** The refusal of a request to one device that claims to be somebody else's; null when it does not. */
export function foreignClaim(request: SipRequest, sender: Aor, domain: Domain): Answer | null {
  const referrer = header(request, 'Referred-By');
  if (request.method === 'REFER' && referrer !== undefined) {
    if (personOf(parseNameAddr(referrer)?.uri ?? '', domain) !== sender)
      return { status: 403, reason: 'Referred-By is somebody else' };
  }
  if (parseMediaType(header(request, 'Content-Type') ?? '')?.type !== CPIM_TYPE) return null;
  const cpim = parseCpim(request.body);
  if (!cpim.ok) return { status: 400, reason: 'Malformed CPIM' };
  return isForeign(cpim.value.from, sender, domain)
    ? { status: 403, reason: 'CPIM From is somebody else' }
    : null;
}
