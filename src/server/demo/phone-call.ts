/** Calls of a demo colleague: one INVITE dialog each, media that plays back. */
import { contactsOf } from '../../protocol/sip-values.ts';
import { listOf } from '../../protocol/sip-header.ts';
import type { Header, NameAddr, SipMessage, SipRequest, SipResponse } from '../../protocol/sip-message.ts';
import type { Media } from '../media/media.ts';
import type { Softphone } from './softphone.ts';

/**
 *   ringing -> up -> over        (they call)
 *   calling -> up -> over        (we call)
 */
interface Dialog {
  readonly callId: string;
  state: 'ringing' | 'calling' | 'up' | 'over';
  readonly local: NameAddr;
  remote: NameAddr;
  target: string;
  route: readonly string[];
  seq: number;
  invite: SipRequest | null;
  toTag: string;
  readonly timers: NodeJS.Timeout[];
}

/** How long a colleague lets it ring, and talks at most, milliseconds. */
const PICK_UP_MS = 2_000;
const TALK_MS = 120_000;

export class PhoneCalls {
  readonly #phone: Softphone;
  readonly #media: Media;
  readonly #dialogs = new Map<string, Dialog>();
  /** True while a call is up or about to be. */
  onBusy: (busy: boolean) => void = () => undefined;

  constructor(phone: Softphone, media: Media) {
    this.#phone = phone;
    this.#media = media;
  }

  get busy(): boolean {
    return this.#dialogs.size > 0;
  }

  /** True when the request was one of a call and has been dealt with. */
  take(request: SipRequest): boolean {
    const dialog = this.#dialogs.get(request.callId);
    switch (request.method) {
      case 'INVITE':
        if (dialog) void this.#reinvite(dialog, request);
        else this.#ring(request);
        return true;
      case 'ACK':
        return true;
      case 'CANCEL':
        this.#phone.respond(request, { status: dialog ? 200 : 481 });
        if (dialog?.invite && dialog.state === 'ringing') {
          this.#phone.respond(dialog.invite, { status: 487, toTag: dialog.toTag });
          this.#end(dialog);
        }
        return true;
      case 'BYE':
        this.#phone.respond(request, { status: dialog ? 200 : 481 });
        if (dialog) this.#end(dialog);
        return true;
      case 'UPDATE':
      case 'INFO':
        this.#phone.respond(request, { status: dialog ? 200 : 481 });
        return true;
      default:
        return false;
    }
  }

  /** Rings somebody with our voice. Resolves when they answered or not. */
  async call(aor: string, subject: string): Promise<boolean> {
    if (this.busy) return false;
    const id = crypto.randomUUID();
    const offer = await this.#media.offer(id);
    if (offer === null) return false;
    const local: NameAddr = { ...this.#phone.address, params: new Map([['tag', id.slice(0, 8)]]) };
    const dialog: Dialog = {
      callId: id,
      state: 'calling',
      local,
      remote: { display: '', uri: aor, params: new Map() },
      target: aor,
      route: [],
      seq: 1,
      invite: null,
      toTag: '',
      timers: [],
    };
    this.#begin(dialog);
    const sending = this.#phone.send({
      method: 'INVITE',
      uri: aor,
      from: local,
      callId: id,
      headers: [this.#contact(), { name: 'Subject', value: subject }],
      contentType: 'application/sdp',
      body: offer,
    });
    const answer = await sending.answered;
    if (!answer || answer.status >= 300) {
      this.#end(dialog);
      return false;
    }
    this.#established(dialog, answer);
    return true;
  }

  #ring(invite: SipRequest): void {
    const toTag = crypto.randomUUID().slice(0, 8);
    if (this.busy) {
      this.#phone.respond(invite, { status: 486, toTag });
      return;
    }
    const dialog: Dialog = {
      callId: invite.callId,
      state: 'ringing',
      local: { ...invite.to, params: new Map([['tag', toTag]]) },
      remote: invite.from,
      target: targetOf(invite) ?? invite.from.uri,
      route: listOf(invite, 'Record-Route') ?? [],
      seq: 0,
      invite,
      toTag,
      timers: [],
    };
    this.#begin(dialog);
    this.#phone.respond(invite, { status: 180, toTag, headers: [...recordRoutes(invite), this.#contact()] });
    dialog.timers.push(setTimeout(() => void this.#pickUp(dialog, invite), PICK_UP_MS));
  }

  async #pickUp(dialog: Dialog, invite: SipRequest): Promise<void> {
    const sdp = await this.#media.answer(dialog.callId, invite.body);
    if (dialog.state !== 'ringing') return;
    if (sdp === null) {
      this.#phone.respond(invite, { status: 488, toTag: dialog.toTag });
      this.#end(dialog);
      return;
    }
    dialog.state = 'up';
    this.#answer(dialog, invite, sdp);
    dialog.timers.push(setTimeout(() => void this.hangUp(dialog.callId), TALK_MS));
  }

  /** A new offer inside the call: a fresh connection answers it. */
  async #reinvite(dialog: Dialog, invite: SipRequest): Promise<void> {
    void this.#media.close(dialog.callId);
    const sdp = invite.body === '' ? null : await this.#media.answer(dialog.callId, invite.body);
    if (sdp === null) this.#phone.respond(invite, { status: 488, toTag: dialog.toTag });
    else this.#answer(dialog, invite, sdp);
  }

  #answer(dialog: Dialog, invite: SipRequest, body: string): void {
    this.#phone.respond(invite, {
      status: 200,
      toTag: dialog.toTag,
      headers: [...recordRoutes(invite), this.#contact()],
      contentType: 'application/sdp',
      body,
    });
  }

  #established(dialog: Dialog, answer: SipResponse): void {
    dialog.remote = answer.to;
    dialog.target = targetOf(answer) ?? dialog.target;
    dialog.route = [...(listOf(answer, 'Record-Route') ?? [])].reverse();
    dialog.seq = answer.cseq.seq;
    this.#phone.sendOnly(this.#inDialog(dialog, 'ACK', dialog.seq));
    // Cancelled from our side while the answer was on its way.
    if (dialog.state !== 'calling') return;
    dialog.state = 'up';
    this.#media.accept(dialog.callId, answer.body);
    dialog.timers.push(setTimeout(() => void this.hangUp(dialog.callId), TALK_MS));
  }

  async hangUp(callId: string): Promise<void> {
    const dialog = this.#dialogs.get(callId);
    if (dialog?.state !== 'up') return;
    this.#end(dialog);
    await this.#phone.send(this.#inDialog(dialog, 'BYE', (dialog.seq += 1))).answered;
  }

  #inDialog(dialog: Dialog, method: string, seq: number) {
    const { callId, target, local, remote, route } = dialog;
    const headers: Header[] = route.map((value) => ({ name: 'Route', value }));
    return { method, uri: target, from: local, to: remote, callId, seq, headers };
  }

  #contact(): Header {
    return { name: 'Contact', value: `<${this.#phone.contact}>` };
  }

  #begin(dialog: Dialog): void {
    this.#dialogs.set(dialog.callId, dialog);
    this.onBusy(true);
  }

  #end(dialog: Dialog): void {
    dialog.state = 'over';
    for (const timer of dialog.timers) clearTimeout(timer);
    this.#dialogs.delete(dialog.callId);
    void this.#media.close(dialog.callId);
    this.onBusy(this.busy);
  }
}

function targetOf(message: SipMessage): string | undefined {
  return contactsOf(message).list[0]?.uri;
}

/** A dialog's route is told to the caller too (RFC 3261 §12.1.1). */
function recordRoutes(invite: SipRequest): Header[] {
  return invite.headers.filter((field) => field.name === 'Record-Route');
}
