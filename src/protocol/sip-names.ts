/** What the codec knows about header names: their canonical spelling, and which may stand in a message only once. */
import { isToken } from './sip-chars.ts';
import { COMPACT } from './sip-message.ts';

export interface KnownHeader {
  readonly name: string;
  /** Bit of a header that may be given once; 0 for lists and for what nobody decides by. */
  readonly single: number;
}

/** RFC 3261 §7.3.1: only comma lists may be repeated. Two of these are two readings of one message. */
const SINGLE = [
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Max-Forwards',
  'Content-Length',
  'Content-Type',
  'Content-Disposition',
  'Expires',
  'Min-Expires',
  'Event',
  'Subscription-State',
  'SIP-ETag',
  'SIP-If-Match',
  'Refer-To',
  'Referred-By',
  'Replaces',
  'Join',
  'Target-Dialog',
  'Session-Expires',
  'Min-SE',
  'RSeq',
  'RAck',
  'Date',
  'Retry-After',
  'Reply-To',
  'Subject',
  'Priority',
  'MIME-Version',
];

const OTHER =
  `Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Authentication-Info
   Authorization Call-Info Contact Content-Encoding Content-ID Content-Language Diversion Error-Info
   Feature-Caps Flow-Timer History-Info Identity Identity-Info In-Reply-To Organization P-Access-Network-Info
   P-Answer-State P-Asserted-Identity P-Called-Party-ID P-Preferred-Identity Path Permission-Missing Privacy
   Proxy-Authenticate Proxy-Authorization Proxy-Require Reason Record-Route Reject-Contact Remote-Party-ID
   Request-Disposition Require Route Security-Client Security-Server Security-Verify Server Service-Route
   Session-ID Supported Suppress-If-Match Timestamp Unsupported User-Agent User-to-User Via Warning
   WWW-Authenticate X-Asterisk-HangupCause`.split(/\s+/);

/** Every spelling met so far at build time (canonical, lower case, compact) to its header. */
const KNOWN: ReadonlyMap<string, KnownHeader> = known();

function known(): Map<string, KnownHeader> {
  const table = new Map<string, KnownHeader>();
  const add = (name: string, single: number) => {
    const entry = { name, single };
    table.set(name, entry);
    table.set(name.toLowerCase(), entry);
  };
  SINGLE.forEach((name, index) => add(name, 1 << index));
  for (const name of OTHER) add(name, 0);
  for (const [letter, name] of Object.entries(COMPACT)) {
    const entry = table.get(name) ?? { name, single: 0 };
    table.set(letter, entry);
    table.set(letter.toUpperCase(), entry);
  }
  return table;
}

/** The header behind a name as written (any case, compact form, blanks before the colon); `null`: no token. */
export function knownHeader(written: string): KnownHeader | null {
  const exact = KNOWN.get(written);
  if (exact) return exact;
  const name = written.trimEnd();
  const folded = KNOWN.get(name) ?? KNOWN.get(name.toLowerCase());
  if (folded) return folded;
  return isToken(name) ? { name: properName(name), single: 0 } : null;
}

/** `x-some-thing` as `X-Some-Thing`: one spelling for names the table does not hold. */
function properName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (match) => match.toUpperCase());
}
