import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalEscapes, type SipUri } from '../../protocol/sip-uri.ts';
import type { Aor } from './contract.ts';

/** One device of one person: where a GRUU leads (RFC 5627 §3). */
export interface DeviceAddress {
  readonly aor: Aor;
  /** As in `+sip.instance`, without the angle brackets: `urn:uuid:…`. */
  readonly instance: string;
}

export interface Gruus {
  pub(device: DeviceAddress): string;
  /** Does not tell whose it is; `epoch` changes when the device registers anew, and with it the address dies. */
  temp(device: DeviceAddress, epoch: string): string;
  /** What `uri`, of our domain, stands for; `epoch` is null for a public one. Null: no GRUU, or a forged one. */
  resolve(uri: SipUri): (DeviceAddress & { readonly epoch: string | null }) | null;
}

const PREFIX = 'tgruu.';

/** `key`: 32 octets kept with the installation, so that calls outlive a restart of the server. */
export function createGruus(key: Uint8Array, domain: string): Gruus {
  return {
    pub: ({ aor, instance }) => `${aor};gr=${instance}`,
    temp({ aor, instance }, epoch) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const sealed = Buffer.concat([cipher.update(JSON.stringify([aor, instance, epoch])), cipher.final()]);
      const token = Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
      return `sip:${PREFIX}${token}@${domain};gr`;
    },
    resolve(uri) {
      const gr = uri.params.get('gr');
      if (gr === undefined || uri.user === null) return null;
      if (gr !== null)
        return { aor: `sip:${canonicalEscapes(uri.user)}@${domain}`, instance: gr, epoch: null };
      return uri.user.startsWith(PREFIX) ? unseal(key, uri.user.slice(PREFIX.length)) : null;
    },
  };
}

function unseal(key: Uint8Array, token: string): (DeviceAddress & { epoch: string }) | null {
  try {
    const octets = Buffer.from(token, 'base64url');
    const cipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, 12));
    cipher.setAuthTag(octets.subarray(12, 28));
    const text = Buffer.concat([cipher.update(octets.subarray(28)), cipher.final()]).toString();
    const [aor, instance, epoch] = JSON.parse(text) as [string, string, string];
    return { aor, instance, epoch };
  } catch {
    // Made up by a peer, or sealed under another installation's key.
    return null;
  }
}
