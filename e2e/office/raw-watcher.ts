import type { Availability } from '../../src/protocol/availability.ts';
import { foldAvailability } from '../../src/protocol/fold-availability.ts';
import { decodePidf } from '../../src/protocol/pidf.ts';
import { parseNameAddr } from '../../src/protocol/sip-header.ts';
import { header, headers, type SipRequest, type SipResponse } from '../../src/protocol/sip-message.ts';
import type { Softphone } from '../../src/server/demo/softphone.ts';
import { openSoftphone } from './raw-line.ts';
import type { Person } from './test.ts';

/** What one NOTIFY carries. */
export interface Wire {
  /** Every label on any element, each once; `none` for an element without. */
  readonly classes: readonly string[];
  readonly shape: Availability;
  readonly text: string;
}

/** Reads a presence document as it came; an empty one is what is told of somebody offline. */
function wireOf(text: string): Wire {
  const read = text === '' ? null : decodePidf(text);
  if (read && !read.ok) throw new Error(`${read.why}\n${text}`);
  const all = read ? [...read.value.tuples, ...read.value.persons, ...read.value.devices] : [];
  const classes = [...new Set(all.map(({ rpid }) => rpid.class ?? 'none'))];
  const { availability } = foldAvailability(read ? [read.value] : [], Date.now());
  return { classes, shape: availability, text };
}

/** A device of a person that watches another one and keeps every octet it is sent. */
export class RawWatcher {
  readonly #phone: Softphone;
  readonly #target: string;
  /** Everything so far, oldest first. */
  readonly heard: Wire[] = [];
  #taken = 0;
  #arrived: () => void = () => undefined;
  #dialog: { readonly request: SipRequest; readonly response: SipResponse } | null = null;
  #seq = 1;

  private constructor(phone: Softphone, target: string) {
    this.#phone = phone;
    this.#target = target;
    phone.onRequest = (request) => {
      if (request.method === 'ACK') return;
      phone.respond(request, { status: request.method === 'INVITE' ? 486 : 200 });
      if (request.method !== 'NOTIFY') return;
      this.heard.push(wireOf(request.body));
      this.#arrived();
    };
  }

  static async open(watcher: Person, of: Pick<Person, 'aor'>): Promise<RawWatcher> {
    return new RawWatcher(await openSoftphone(watcher, watcher.displayName), of.aor);
  }

  /** A first subscription, and what it is told at once. */
  subscribe(): Promise<Wire> {
    this.#dialog = null;
    this.#seq = 1;
    return this.#subscribe();
  }

  /** The same subscription again, within its dialog. */
  refresh(): Promise<Wire> {
    return this.#subscribe();
  }

  /** The next that was not looked at yet. */
  async next(): Promise<Wire> {
    for (;;) {
      const wire = this.heard[this.#taken];
      if (wire) {
        this.#taken += 1;
        return wire;
      }
      await new Promise<void>((resolve) => (this.#arrived = resolve));
    }
  }

  async until(is: (wire: Wire) => boolean): Promise<Wire> {
    for (;;) {
      const wire = await this.next();
      if (is(wire)) return wire;
    }
  }

  close(): void {
    this.#phone.close();
  }

  async #subscribe(): Promise<Wire> {
    const { contact } = this.#phone;
    const known = this.#dialog;
    const routes = known ? headers(known.response, 'Record-Route').toReversed() : [];
    this.#taken = this.heard.length;
    const sending = this.#phone.send({
      method: 'SUBSCRIBE',
      uri: (known && parseNameAddr(header(known.response, 'Contact') ?? '')?.uri) ?? this.#target,
      ...(known && { to: known.response.to, from: known.request.from, callId: known.request.callId }),
      seq: (this.#seq += 2),
      headers: [
        ...routes.map((value) => ({ name: 'Route', value })),
        { name: 'Event', value: 'presence' },
        { name: 'Accept', value: 'application/pidf+xml' },
        { name: 'Expires', value: '600' },
        { name: 'Contact', value: `<${contact}>` },
      ],
    });
    const response = await sending.answered;
    if (response?.status !== 200) {
      const kind = known ? 'refresh of' : 'SUBSCRIBE';
      throw new Error(`${kind} ${this.#target}: ${response?.status ?? 'nothing'} ${response?.reason ?? ''}`);
    }
    this.#dialog ??= { request: sending.request, response };
    return this.next();
  }
}
