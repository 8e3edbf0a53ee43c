/**
 * What a Web Push carries (RFC 8030 body, encrypted by RFC 8291): enough to look the caller up in the browser's own
 * store, nothing to read on the way. The name and portrait shown come from there, never from here.
 */

export interface PushNotice {
  /** `gone`: the call was answered elsewhere, given up or declined; its notification is taken away. */
  readonly kind: 'call' | 'message' | 'gone';
  /** AOR of the sender. */
  readonly from: string;
  /** Call-ID of the call; for messages absent. */
  readonly callId?: string;
  /** The conversation of several people it was written in; absent between two. */
  readonly group?: string;
  /** Of a call: whom it was for, when that is not the one who is woken (RFC 7044). */
  readonly intended?: string;
}

const KINDS: readonly PushNotice['kind'][] = ['call', 'message', 'gone'];
/** Longer is not an address we would have sent. */
const LONGEST = 512;

/** As short JSON text. */
export function encodePushNotice({ kind, from, callId, group, intended }: PushNotice): string {
  const rest = {
    ...(callId !== undefined && { c: callId }),
    ...(group !== undefined && { g: group }),
    ...(intended !== undefined && { t: intended }),
  };
  return JSON.stringify({ k: kind, f: from, ...rest });
}

/** Null for anything that is not a notice of ours. */
export function decodePushNotice(text: string): PushNotice | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  const { k, f, c, g, t } = read as Readonly<Record<string, unknown>>;
  const kind = KINDS.find((each) => each === k);
  if (!kind || !isAddress(f) || (g !== undefined && !isAddress(g))) return null;
  if (t !== undefined && !isAddress(t)) return null;
  if (c !== undefined && (typeof c !== 'string' || c.length > LONGEST)) return null;
  return {
    ...{ kind, from: f },
    ...(c !== undefined && { callId: c }),
    ...(g !== undefined && { group: g }),
    ...(t !== undefined && { intended: t }),
  };
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('sip:') && value.length <= LONGEST;
}
