import type { SipRequest } from '../../src/protocol/sip-message.ts';
import { Softphone } from '../../src/server/demo/softphone.ts';
import type { OfficeServer } from './server.ts';

/** A scripted device of somebody: it does with a call what the test says. */
export interface DeskPhone {
  readonly address: string;
  readonly phone: Softphone;
  onInvite: (invite: SipRequest) => void;
}

/** Registers a device and resolves once it can be called. */
export async function startDeskPhone(
  office: OfficeServer,
  user: string,
  password: string,
): Promise<DeskPhone> {
  const address = `${user}@${office.domain}`;
  const phone = new Softphone({
    address: office.sipUrl,
    origin: `http://${new URL(office.sipUrl).host}`,
    aor: `sip:${address}`,
    displayName: user,
    username: user,
    password,
  });
  const desk: DeskPhone = { address, phone, onInvite: () => undefined };
  let invite: SipRequest | null = null;
  phone.onRequest = (request) => {
    if (request.method === 'INVITE') {
      invite = request;
      desk.onInvite(request);
    } else if (request.method === 'CANCEL') {
      phone.respond(request, { status: 200, toTag: 'b' });
      if (invite) phone.respond(invite, { status: 487, toTag: 'b' });
    } else if (request.method !== 'ACK') {
      phone.respond(request, { status: 200, toTag: 'b' });
    }
  };
  const registered = new Promise<void>((resolve) => (phone.onRegistered = resolve));
  phone.open();
  await registered;
  return desk;
}
