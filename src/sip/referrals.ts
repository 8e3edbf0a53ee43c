/** REFER outside a dialog, to a focus (RFC 4579 §5.5, §5.6): who is to come, who is to go. */
import type { SipRequest } from '../protocol/sip-message.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { Clock, ReferralOutcome, ReferralWish } from './contract.ts';
import { addressOf, fromOf, type Identity } from './identity.ts';
import type { RequestOutcome, Requests } from './requests.ts';
import { randomToken } from './token.ts';

export interface ReferralsContext {
  readonly identity: Identity;
  readonly requests: Requests;
  readonly clock: Clock;
  readonly routes: () => readonly string[];
  readonly online: () => boolean;
  readonly contact: () => string;
}

/** Progress of a REFER is told for this long, milliseconds. */
const TOLD_FOR = 64_000;

export class Referrals {
  readonly #context: ReferralsContext;
  /** Call-IDs of what was asked lately. */
  readonly #asked = new Set<string>();

  constructor(context: ReferralsContext) {
    this.#context = context;
  }

  /** Never throws. */
  refer({ focus, person, goes }: ReferralWish): Promise<ReferralOutcome> {
    const { identity, requests, clock, routes, online, contact } = this.#context;
    // Only the bare address: what a URI may carry besides (headers, methods) would be done by the focus in our name.
    const address = aorOf(person);
    if (address === null) return Promise.resolve({ is: 'refused', status: 416, reason: 'not an address' });
    if (!online()) return Promise.resolve({ is: 'unknown', why: 'not connected' });
    const callId = randomToken(clock, 4);
    this.#asked.add(callId);
    clock.after(TOLD_FOR, () => this.#asked.delete(callId));
    return new Promise((resolve) => {
      requests.send(
        {
          method: 'REFER',
          uri: focus,
          from: fromOf(identity, randomToken(clock, 2)),
          to: addressOf(focus),
          callId,
          seq: 1,
          headers: [
            ...routes().map((value) => ({ name: 'Route', value })),
            { name: 'Contact', value: contact() },
            { name: 'Refer-To', value: `<${address}${goes ? ';method=BYE' : ''}>` },
            { name: 'Referred-By', value: `<${identity.aor}>` },
            // The answer says all there is to say (RFC 4488 §4).
            { name: 'Refer-Sub', value: 'false' },
            { name: 'Supported', value: 'norefersub' },
          ],
        },
        (outcome) => resolve(outcomeOf(outcome)),
      );
    });
  }

  /** A focus that insists on telling how it goes (RFC 3515 §2.4.4) is told that it was heard. */
  owns(request: SipRequest): boolean {
    return this.#asked.has(request.callId);
  }
}

function outcomeOf(outcome: RequestOutcome): ReferralOutcome {
  if ('lost' in outcome)
    return outcome.lost === 'unsendable'
      ? { is: 'refused', status: 400, reason: outcome.why }
      : { is: 'unknown', why: outcome.why };
  const { status, reason } = outcome.response;
  return status < 300 ? { is: 'accepted' } : { is: 'refused', status, reason };
}
