/**
 * A SIP message as plain values (RFC 3261 §7). `sip-parser.ts` makes them from the wire, `sip-writer.ts` puts them
 * on it; client, server and fuzzer share both.
 */

/** A parameter list: names in lower case, `null` for a parameter without a value. Order is kept. */
export type Params = ReadonlyMap<string, string | null>;

/** One header field. `name` is the canonical long form (`Via`, `Call-ID`), `value` is unfolded and trimmed. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** `"Display" <uri>;params` or `uri;params` (RFC 3261 §20.10). `display` is unquoted; `uri` is as written. */
export interface NameAddr {
  readonly display: string;
  readonly uri: string;
  readonly params: Params;
}

/** One Via value (RFC 3261 §20.42). `host` keeps the brackets of an IPv6 reference. */
export interface Via {
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
}

/** CSeq (RFC 3261 §20.16): `seq` is below 2^31. */
export interface CSeq {
  readonly seq: number;
  readonly method: string;
}

interface Message {
  /** Every header field in wire order; list headers (Via, Contact, Route…) as they were split by the sender. */
  readonly headers: readonly Header[];
  /** The body as text when it is UTF-8, else one character per octet with `binary` set. */
  readonly body: string;
  readonly binary: boolean;
  /** Top first. Never empty in a parsed message. */
  readonly vias: readonly Via[];
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly cseq: CSeq;
}

export interface SipRequest extends Message {
  readonly kind: 'request';
  readonly method: string;
  /** The Request-URI as written. */
  readonly uri: string;
  /** 70 when the field is absent (RFC 3261 §16.6). */
  readonly maxForwards: number;
}

export interface SipResponse extends Message {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

export type SipMessage = SipRequest | SipResponse;

/** Canonical forms of the one-letter names (RFC 3261 §7.3.3 and the IANA list). */
export const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

/** First value of a header, `undefined` when absent. `name` in canonical form. */
export function header(message: Pick<SipMessage, 'headers'>, name: string): string | undefined {
  for (const field of message.headers) if (field.name === name) return field.value;
  return undefined;
}

/** All field values of a header in order, one per field (a comma list stays one string). */
export function headers(message: Pick<SipMessage, 'headers'>, name: string): string[] {
  const found: string[] = [];
  for (const field of message.headers) if (field.name === name) found.push(field.value);
  return found;
}
