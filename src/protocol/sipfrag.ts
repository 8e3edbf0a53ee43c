/** What a NOTIFY of a transfer says (RFC 3515 §2.4.4): a piece of SIP (RFC 3420), of which the status line counts. */
export const SIPFRAG_TYPE = 'message/sipfrag';

/** `null` when it does not begin with a status line. */
export function parseSipfrag(body: string): { status: number; reason: string } | null {
  const [, status, reason = ''] = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]*))?/i.exec(body) ?? [];
  return status === undefined ? null : { status: Number(status), reason: reason.trim().slice(0, 200) };
}

export function formatSipfrag(status: number, reason: string): string {
  return `SIP/2.0 ${status} ${reason.replace(/\p{Cc}/gu, ' ').trim()}\r\n`;
}
