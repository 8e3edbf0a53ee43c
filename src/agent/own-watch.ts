/** Follows oneself: what the person's other devices, their calendar and the server say of them. */
import { PIDF_TYPE, type Pidf } from '../protocol/pidf.ts';
import type { SipUserAgent, Subscription } from '../sip/contract.ts';
import type { Aor } from './contract.ts';
import { documentOf } from './core/whose-document.ts';
import type { Env } from './env.ts';

export interface OwnWatch {
  online(sip: SipUserAgent): void;
  stop(): void;
}

const EXPIRES = 3600;

/** `heard` gets each document, null when there is none (any more). */
export function createOwnWatch(env: Env, me: Aor, heard: (document: Pidf | null) => void): OwnWatch {
  let agent: SipUserAgent | null = null;
  let subscription: Subscription | null = null;

  function read(contentType: string, body: string): void {
    if (body.trim() === '') {
      heard(null);
      return;
    }
    if (!contentType.toLowerCase().startsWith(PIDF_TYPE)) return;
    const document = documentOf(me, body);
    if (document.ok) heard(document.value);
    else env.log(`own presence cannot be read: ${document.why}`);
  }

  return {
    online(sip) {
      if (agent === sip) return;
      agent = sip;
      subscription = sip.subscribe(
        { target: me, event: 'presence', accept: [PIDF_TYPE], expires: EXPIRES },
        (fact) => {
          if (agent !== sip) return;
          if (fact.is === 'active') read(fact.contentType, fact.body);
          else if (fact.is !== 'stale') heard(null);
        },
      );
    },
    stop() {
      agent = null;
      subscription?.close();
      subscription = null;
    },
  };
}
