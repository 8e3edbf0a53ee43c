/**
 * A demo colleague keeps an eye on the people of their list (RFC 4662), and notices who comes. By SIP like anybody
 * else, so that they stand under "Who is watching you", and learn no more than that person's levels allow.
 */
import { decodePidf } from '../../protocol/pidf.ts';
import { decodeListNotification, type ListedResource } from '../../protocol/rlmi.ts';
import { header, type NameAddr, type SipRequest } from '../../protocol/sip-message.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { contactsOf } from '../../protocol/sip-values.ts';
import type { Softphone } from './softphone.ts';

/** Seconds. Renewed with each registration, which comes sooner. */
const EXPIRES = 900;

interface Dialog {
  readonly callId: string;
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly target: string;
  /** Of the last request; one that was challenged used two. */
  seq: number;
}

export class Watch {
  readonly #phone: Softphone;
  readonly #arrived: (aor: string) => void;
  readonly #here = new Set<string>();
  #dialog: Dialog | null = null;

  /** `arrived`: somebody of the list can be reached who could not before. */
  constructor(phone: Softphone, arrived: (aor: string) => void) {
    this.#phone = phone;
    this.#arrived = arrived;
  }

  /** Subscribes, or renews: also after the connection was another one. */
  async renew(): Promise<void> {
    const dialog = this.#dialog;
    const seq = (dialog?.seq ?? 0) + 1;
    const target = `${this.#phone.aor};list=contacts`;
    const { request, answered } = this.#phone.send({
      method: 'SUBSCRIBE',
      uri: dialog?.target ?? target,
      ...(dialog && { callId: dialog.callId, from: dialog.from, to: dialog.to }),
      seq,
      headers: [
        { name: 'Event', value: 'presence' },
        { name: 'Supported', value: 'eventlist' },
        { name: 'Accept', value: 'multipart/related, application/rlmi+xml, application/pidf+xml' },
        { name: 'Contact', value: `<${this.#phone.contact}>` },
        { name: 'Expires', value: String(EXPIRES) },
      ],
    });
    const answer = await answered;
    const contact = answer?.status === 200 ? contactsOf(answer).list[0]?.uri : undefined;
    // Without an answer or with 481 the next registration begins a new one.
    this.#dialog =
      answer && contact !== undefined
        ? { callId: request.callId, from: request.from, to: answer.to, target: contact, seq: seq + 1 }
        : null;
  }

  /** A NOTIFY, which has been answered. */
  take(request: SipRequest): void {
    const list = decodeListNotification(header(request, 'Content-Type') ?? '', request.body);
    if (!list.ok) return;
    for (const resource of list.value.resources) {
      const aor = aorOf(resource.uri);
      if (aor === null || aor === undefined) continue;
      if (!canBeReached(resource)) this.#here.delete(aor);
      else if (!this.#here.has(aor)) {
        this.#here.add(aor);
        this.#arrived(aor);
      }
    }
  }
}

function canBeReached({ parts }: ListedResource): boolean {
  return parts.some((part) => {
    const document = decodePidf(part.body);
    return document.ok && document.value.tuples.some(({ basic }) => basic === 'open');
  });
}
