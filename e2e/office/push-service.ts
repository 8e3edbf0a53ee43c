import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A push service on loopback together with the browser's half of the keys: it reads what only the browser can. */
export interface PushService {
  /** As `PushSubscription.toJSON()` gives it. */
  readonly subscription: { readonly endpoint: string; readonly keys: { p256dh: string; auth: string } };
  /** The clear text of the next push, in the order they came; waits for one. */
  next(): Promise<string>;
  close(): Promise<void>;
}

export async function startPushService(): Promise<PushService> {
  const browser = createECDH('prime256v1');
  const p256dh = browser.generateKeys();
  const auth = randomBytes(16);
  const came: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const signed = /^vapid t=[\w.-]+, ?k=[\w-]+$/.test(request.headers.authorization ?? '');
      const sealed = request.headers['content-encoding'] === 'aes128gcm' && body.length > 86;
      response.writeHead(signed && sealed ? 201 : 400).end();
      if (!signed || !sealed) return;
      const text = decrypt(body);
      const taker = waiting.shift();
      if (taker) taker(text);
      else came.push(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  /** RFC 8188 and RFC 8291, as a browser does it. */
  function decrypt(body: Buffer): string {
    const keyLength = body[20] ?? 0;
    const serverKey = body.subarray(21, 21 + keyLength);
    const record = body.subarray(21 + keyLength);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, serverKey]);
    const ikm = Buffer.from(hkdfSync('sha256', browser.computeSecret(serverKey), auth, info, 32));
    const derive = (what: string, length: number) =>
      Buffer.from(hkdfSync('sha256', ikm, body.subarray(0, 16), `Content-Encoding: ${what}\0`, length));
    const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    decipher.setAuthTag(record.subarray(-16));
    const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    return padded.subarray(0, padded.lastIndexOf(2)).toString();
  }

  return {
    subscription: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/device`,
      keys: { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') },
    },
    next: () => {
      const text = came.shift();
      return text === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(text);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
