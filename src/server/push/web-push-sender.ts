/** One Web Push over HTTP (RFC 8030), encrypted for the browser (RFC 8291), signed by the server (RFC 8292). */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import webPush from 'web-push';
import type { PushEndpoint } from '../../protocol/push-params.ts';
import { type GuardOptions, guardEndpoint, guardedLookup } from './endpoint-guard.ts';
import type { VapidKeys } from './vapid-keys.ts';

interface Push {
  readonly to: PushEndpoint;
  /** Clear text; only the browser can read it. */
  readonly text: string;
  /** Seconds the push service may keep it. */
  readonly ttl: number;
  readonly urgency: 'normal' | 'high';
  /** An undelivered push of the same topic is replaced: at most 32 characters of base64url. */
  readonly topic: string;
}

/**
 * `gone`: nobody lives there any more. `later`: worth another try, `after` milliseconds when the service said so.
 * `refused`: it will never take this one.
 */
export type PushOutcome =
  | { readonly is: 'taken' }
  | { readonly is: 'gone' }
  | { readonly is: 'later'; readonly why: string; readonly after: number | null }
  | { readonly is: 'refused'; readonly why: string };

export type PushSender = (push: Push) => Promise<PushOutcome>;

export interface SenderOptions extends GuardOptions {
  readonly keys: VapidKeys;
  /** `mailto:` or `https:` where the push service's people find the server's. */
  readonly subject: string;
}

const TIMEOUT = 10_000;

export function createPushSender({ keys, subject, allowLoopback }: SenderOptions): PushSender {
  const lookup = guardedLookup({ allowLoopback });
  return async ({ to, text, ttl, urgency, topic }) => {
    const guarded = guardEndpoint(to.endpoint, { allowLoopback });
    if (!guarded.ok) return { is: 'refused', why: guarded.why };
    const { url } = guarded;
    let body: Buffer;
    try {
      body = webPush.encrypt(to.p256dh, to.auth, text, 'aes128gcm').cipherText;
    } catch (error) {
      // A key that is no point of the curve.
      return { is: 'refused', why: error instanceof Error ? error.message : 'cannot encrypt' };
    }
    const vapid = webPush.getVapidHeaders(url.origin, subject, keys.publicKey, keys.privateKey, 'aes128gcm');
    const headers = {
      authorization: vapid.Authorization,
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      'content-length': body.length,
      ttl,
      urgency,
      topic,
    };
    return new Promise<PushOutcome>((resolve) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const options = { method: 'POST', headers, lookup, signal: AbortSignal.timeout(TIMEOUT) };
      const request = send(url, options, (response) => {
        // What it says is of no interest and may be long.
        response.destroy();
        resolve(outcomeOf(response.statusCode ?? 0, response.headers['retry-after']));
      });
      request.on('error', (error) => resolve({ is: 'later', why: error.message, after: null }));
      request.end(body);
    });
  };
}

/** RFC 8030 §5, §7.3; a redirect is never followed. */
function outcomeOf(status: number, retryAfter: string | undefined): PushOutcome {
  if (status >= 200 && status < 300) return { is: 'taken' };
  if (status === 404 || status === 410) return { is: 'gone' };
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(retryAfter);
    return {
      is: 'later',
      why: String(status),
      after: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null,
    };
  }
  return { is: 'refused', why: String(status) };
}
