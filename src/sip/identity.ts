/** Who this device is on the wire: its address of record, its Contact, its sent-by name. */
import { parseUri } from '../protocol/sip-uri.ts';
import { quote } from '../protocol/sip-header.ts';
import type { NameAddr, Params } from '../protocol/sip-message.ts';
import type { PushParams } from './contract.ts';

export interface Identity {
  readonly aor: string;
  readonly user: string;
  readonly domain: string;
  readonly displayName: string;
  readonly instanceId: string;
  /** Sent-by of Via and host of Contact: the same for as long as the installation lives, never resolvable (RFC 7118 §5). */
  readonly host: string;
  /** `sip:user@host;transport=ws`, the same over all sockets: dialogs outlive them. */
  readonly contact: string;
}

/** `null` when the address of record is no SIP URI with a user, or the instance id no URN. */
export function identityOf(aor: string, displayName: string, instanceId: string): Identity | null {
  const uri = parseUri(aor);
  if (uri?.kind !== 'sip' || uri.user === null || !/^urn:uuid:[0-9a-fA-F-]{36}$/.test(instanceId))
    return null;
  const host = `${instanceId.slice(9).replace(/-/g, '').slice(0, 12).toLowerCase()}.invalid`;
  return {
    aor: `sip:${uri.user}@${uri.host}`,
    user: uri.user,
    domain: uri.host,
    displayName: displayName.replace(/\p{Cc}/gu, ' ').trim(),
    instanceId,
    host,
    contact: `sip:${uri.user}@${host};transport=ws`,
  };
}

const NONE: Params = new Map();

/** From of a request outside a dialog. */
export function fromOf(identity: Identity, tag: string): NameAddr {
  return { display: identity.displayName, uri: identity.aor, params: new Map([['tag', tag]]) };
}

export function addressOf(uri: string): NameAddr {
  return { display: '', uri, params: NONE };
}

/** Contact of REGISTER (RFC 5626 §4.2, RFC 8599 §4.1). `outbound` off for a registrar that refused it (439). */
export function registerContact(identity: Identity, push: PushParams | null, outbound: boolean): string {
  const pn = push
    ? `;pn-provider=${push.provider};pn-prid=${escapeParam(push.prid)};pn-param=${escapeParam(push.param)}`
    : '';
  const regId = outbound ? ';reg-id=1' : '';
  // `+parley.copies`: this device shows what was sent from the person's other devices.
  return `<${identity.contact}${pn}>${regId};+sip.instance=${quote(`<${identity.instanceId}>`)};+parley.copies`;
}

/** Anything as the value of a URI parameter: what `paramchar` does not hold is escaped (RFC 3261 §25.1). */
function escapeParam(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(?:3A|2F|5B|5D|26|2B|24)/g, decodeURIComponent);
}
