/**
 * Declining without a window: register as this device, wait for the held INVITE (RFC 8599 §5), answer 603, hang up the
 * line. The binding keeps its push parameters, so the next call wakes this browser again.
 */
import { openSecret, readAccount, secretName } from '../store/account.ts';
import { readMeta } from '../store/meta.ts';
import { openStore } from '../store/open.ts';
import { pushContactParams } from './push-contact.ts';
import { SipLine, type LineSecret } from './sip-line.ts';

/** A press on a notification lets the worker open a window for some 10 s, in case this comes to nothing. */
const PATIENCE_MS = 8_000;

/** False when this browser keeps no secret (not "keep me signed in") or the server did not hand the call over. */
export async function declineCall(scope: ServiceWorkerGlobalScope, callId: string): Promise<boolean> {
  const opened = await openStore();
  if (!opened.ok) return false;
  const { db } = opened;
  try {
    const [account, meta] = await Promise.all([readAccount(db), readMeta(db)]);
    const instance = meta['instance-id'];
    const known = account?.secret ? await openSecret(account.secret) : null;
    if (!account || !known || instance === undefined) return false;
    const secret: LineSecret = {
      username: account.username,
      ha1: (realm, algorithm) => known.get(secretName(realm, algorithm)) ?? null,
    };
    const push = await pushContactParams(scope);
    const over = AbortSignal.timeout(PATIENCE_MS);
    for (const address of account.servers) {
      const line = await SipLine.open(address, over);
      if (line) return await declineOn(line, { aor: account.aor, instance, push, secret }, callId);
    }
    return false;
  } finally {
    db.close();
  }
}

/** Who declines. `push`: the parameters of the Contact URI, `''` or beginning with `;`. */
export interface Decliner {
  readonly aor: string;
  readonly instance: string;
  readonly push: string;
  readonly secret: LineSecret;
}

/** True once the 603 has been acknowledged or the call was given up. Closes the line. */
export async function declineOn(
  line: SipLine,
  { aor, instance, push, secret }: Decliner,
  callId: string,
): Promise<boolean> {
  const me = { display: '', uri: aor, params: new Map<string, string>() };
  const tag = crypto.randomUUID().slice(0, 8);
  const declined = new Promise<boolean>((resolve) => {
    line.onClosed = () => resolve(false);
    line.onRequest = (request) => {
      const isTheCall = request.callId === callId;
      if (request.method === 'ACK') {
        if (isTheCall) resolve(true);
      } else if (request.method === 'CANCEL') {
        line.respond(request, 200, tag);
        // Given up meanwhile: nothing is left to decline.
        if (isTheCall) resolve(true);
      } else if (request.method === 'INVITE' && isTheCall) line.respond(request, 603, tag);
      // Not ours to take: the next window registers and gets it.
      else line.respond(request, 480, tag);
    };
  });
  const at = aor.lastIndexOf('@');
  const user = aor.slice('sip:'.length, at);
  const contact = `<sip:${user}@sw.invalid;transport=ws${push}>;+sip.instance="<${instance}>";reg-id=1;expires=120`;
  const answer = await line.ask(
    {
      method: 'REGISTER',
      uri: `sip:${aor.slice(at + 1)}`,
      from: { ...me, params: new Map([['tag', tag]]) },
      to: me,
      callId: crypto.randomUUID(),
      seq: 1,
      headers: [
        { name: 'Contact', value: contact },
        { name: 'Supported', value: 'path, outbound, gruu' },
      ],
    },
    secret,
  );
  const done = answer?.status === 200 && (await declined);
  line.close();
  return done;
}
