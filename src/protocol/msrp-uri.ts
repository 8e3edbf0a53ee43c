/** `msrps://host:port/session;transport` (RFC 4975 §6, RFC 8873 §4.1 for `dc`). */

export interface MsrpUri {
  readonly secure: boolean;
  /** Lower case; an IPv6 address with or without brackets. */
  readonly host: string;
  readonly port: number | null;
  /** Case-sensitive, '' when absent. */
  readonly session: string;
  /** `tcp`, `ws`, `dc` … in lower case. */
  readonly transport: string;
}

const SHAPE =
  /^(msrps?):\/\/(?:[\w.!~*'()%+=;&$-]{1,128}@)?(\[[\da-f:.]{2,45}\]|[\w.-]{1,253}|[\da-f:]{2,40}?)(?::(\d{1,5}))?(?:\/([\w.~!$&'()*+,=:@%-]{0,200}))?;([a-z\d.-]{1,16})(?:;[^\s;]{1,100}){0,8}$/i;
const MOST = 512;

/** The parts of the URI, or null when it is none. */
export function parseMsrpUri(text: string): MsrpUri | null {
  const found = text.length <= MOST ? SHAPE.exec(text) : null;
  if (!found) return null;
  const [, scheme = '', host = '', port, session = '', transport = ''] = found;
  if (port !== undefined && Number(port) > 65535) return null;
  return {
    secure: scheme.toLowerCase() === 'msrps',
    host: host.toLowerCase(),
    port: port === undefined ? null : Number(port),
    session,
    transport: transport.toLowerCase(),
  };
}

/** RFC 4975 §6.1: host without case, port, session with case, transport; the scheme counts. */
export function sameMsrpUri(one: string, other: string): boolean {
  if (one === other) return true;
  const a = parseMsrpUri(one);
  const b = parseMsrpUri(other);
  return (
    a !== null &&
    b !== null &&
    a.secure === b.secure &&
    a.host === b.host &&
    a.port === b.port &&
    a.session === b.session &&
    a.transport === b.transport
  );
}

/** A URI of ours for one data channel. The host is never resolved: `.invalid` is what browsers know of theirs. */
export function dataChannelUri(session: string): string {
  return `msrps://parley.invalid:2855/${session};dc`;
}
