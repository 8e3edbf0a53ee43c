/**
 * Declining without a window: register as this device, wait for the held INVITE (RFC 8599 §5), answer 603, hang up the
 * line. The binding keeps its push parameters, so the next call wakes this browser again.
 */
import { openSecret, readAccount, secretName } from '../store/account.ts';
import { readMeta } from '../store/meta.ts';
import { openStore } from '../store/open.ts';
import type { StoredAccount } from '../store/rows.ts';
import { pushContactParams } from './push-contact.ts';
import { SipLine, type LineSecret } from './sip-line.ts';

/** The browser ends a push event's worker after some 30 s; long before that the call is gone anyway. */
const PATIENCE_MS = 20_000;

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
    for (const address of account.servers) {
      const line = await SipLine.open(address);
      if (line) return await declineOn(scope, line, account, instance, secret, callId);
    }
    return false;
  } finally {
    db.close();
  }
}

async function declineOn(
  scope: ServiceWorkerGlobalScope,
  line: SipLine,
  account: StoredAccount,
  instance: string,
  secret: LineSecret,
  callId: string,
): Promise<boolean> {
  const me = { display: '', uri: account.aor, params: new Map<string, string>() };
  const tag = crypto.randomUUID().slice(0, 8);
  const declined = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    line.onClosed = () => resolve(false);
    line.onRequest = (request) => {
      if (request.method === 'INVITE' && request.callId === callId) line.respond(request, 603, tag);
      else if (request.method === 'ACK' && request.callId === callId) {
        clearTimeout(timer);
        resolve(true);
      } else if (request.method !== 'ACK') {
        // Not ours to take: the next window registers and gets it.
        line.respond(request, 480, tag);
      }
    };
  });
  const push = await pushContactParams(scope);
  const user = account.aor.slice('sip:'.length, account.aor.lastIndexOf('@'));
  const contact = `<sip:${user}@sw.invalid;transport=ws${push}>;+sip.instance="<${instance}>";reg-id=1;expires=120`;
  const answer = await line.ask(
    {
      method: 'REGISTER',
      uri: `sip:${account.aor.slice(account.aor.lastIndexOf('@') + 1)}`,
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
