/**
 * A file in a session description: one data channel with MSRP (RFC 8864, RFC 8873) and what is known of the file
 * (RFC 5547). The lines are added to the description that the browser made, and read from the one that came.
 */
import { type Decoded, decoded, refused } from './decoded.ts';
import { cleanFileName, cleanMediaType } from './file-names.ts';
import { parseMsrpUri } from './msrp-uri.ts';
import { readSdp } from './sdp.ts';

export interface FileOffer {
  /** RFC 5547 §6.3: names the transfer; the same over every attempt at it. */
  readonly id: string;
  /** Already harmless. */
  readonly name: string;
  readonly type: string;
  /** Octets. */
  readonly size: number;
  /** SHA-256 in lower-case hexadecimal; null when the sender did not say. */
  readonly hash: string | null;
  /** The first octet that is to be sent, counted from 1: more than that after a cut (RFC 5547 §6.7). */
  readonly from: number;
  /** Who wrote this sends the file, or asks for it. */
  readonly sends: boolean;
  /** A small picture of it as a `data:` address, null without. */
  readonly icon: string | null;
}

/** What the two ends of the channel have to know of each other. */
export interface FileSession extends FileOffer {
  /** SCTP stream. */
  readonly stream: number;
  /** MSRP URI of who wrote this. */
  readonly path: string;
  /** The largest message of the channel they take, octets. */
  readonly mostOctets: number;
}

/** More than any disk a browser may fill; a size beyond it is a lie or a mistake. */
export const LARGEST_FILE = 2 ** 40;
/** Of the `data:` address. */
export const LARGEST_ICON = 11_000;
const ICON = /^data:image\/(?:webp|jpeg|png);base64,[A-Za-z\d+/]+=*$/;
const USUAL_MOST = 65_536;

/** Adds the lines of `session` to the data channel medium of a description of ours. Null when there is none. */
export function withFileSession(
  sdp: string,
  session: Omit<FileSession, 'mostOctets'>,
  caller: boolean,
): string | null {
  const parts = sdp.split(/(?=^m=)/m);
  const at = parts.findIndex((part) => /^m=application \d+ \S*DTLS\/SCTP /.test(part));
  const part = parts[at];
  if (part === undefined) return null;
  const { stream } = session;
  const about = (line: string): string => `a=dcsa:${stream} ${line}\r\n`;
  const lines = [
    `a=dcmap:${stream} subprotocol="msrp";label="file"\r\n`,
    about(session.sends ? 'sendonly' : 'recvonly'),
    about(`setup:${caller ? 'active' : 'passive'}`),
    about('accept-types:*'),
    about(`path:${session.path}`),
    about(`file-selector:${selectorOf(session)}`),
    about(`file-transfer-id:${session.id}`),
    about('file-disposition:attachment'),
    ...(session.from > 1 ? [about(`file-range:${session.from}-*`)] : []),
    ...(session.icon === null ? [] : [about(`parley-icon:${session.icon}`)]),
  ];
  parts[at] = `${part.replace(/\r?\n?$/, '\r\n')}${lines.join('')}`;
  return parts.join('');
}

function selectorOf({ name, type, size, hash }: FileOffer): string {
  const digest = hash?.toUpperCase().match(/../g)?.join(':');
  const escaped = name.replace(/[%"\r\n\0]/g, (one) => encodeURIComponent(one));
  return `name:"${escaped}" type:${type} size:${size}${digest ? ` hash:sha-256:${digest}` : ''}`;
}

/** True when the description asks for a file session and nothing that rings: whatever else is wrong with it. */
export function isFileSession(sdp: string): boolean {
  const view = readSdp(sdp);
  const live = view?.media.filter(({ port }) => port !== 0) ?? [];
  return (
    live.length > 0 &&
    live.every(({ kind }) => kind === 'application') &&
    live.some(({ attributes }) =>
      attributes.some(([name, value]) => name === 'dcsa' && /^\d+ file-selector\b/.test(value ?? '')),
    )
  );
}

/** Reads the file session of a description that came. */
export function readFileSession(sdp: string): Decoded<FileSession> {
  const view = readSdp(sdp);
  if (!view) return refused('no session description');
  const media = view.media.find(
    ({ kind, protocol, port }) => kind === 'application' && port !== 0 && /DTLS\/SCTP$/.test(protocol),
  );
  if (!media) return refused('no data channel');
  const maps = media.attributes.flatMap(([name, value]) => (name === 'dcmap' && value ? [value] : []));
  const map = maps.find((value) => /[ ;]subprotocol="msrp"(?:;|$)/i.test(value));
  const stream = Number(/^(\d{1,5}) /.exec(map ?? '')?.[1] ?? NaN);
  if (!(stream < 65_535)) return refused('no MSRP in the data channel');
  const own = new Map<string, string>();
  for (const [name, value] of media.attributes) {
    const found = name === 'dcsa' ? /^(\d{1,5}) ([a-z-]+)(?::(.*))?$/.exec(value ?? '') : null;
    if (found?.[2] && Number(found[1]) === stream && !own.has(found[2])) own.set(found[2], found[3] ?? '');
  }
  const path = (own.get('path') ?? '').split(' ')[0] ?? '';
  if (!parseMsrpUri(path)) return refused('no MSRP path');
  const id = own.get('file-transfer-id') ?? '';
  if (!/^[\w.!%*+`'~-]{1,128}$/.test(id)) return refused('no file-transfer-id');
  const selector = readSelector(own.get('file-selector') ?? '');
  if (!selector) return refused('a file without name and size');
  const from = Number(/^(\d{1,16})-(?:\d{1,16}|\*)$/.exec(own.get('file-range') ?? '1-*')?.[1] ?? NaN);
  if (!(from >= 1 && from <= selector.size + 1)) return refused('a range outside the file');
  const icon = own.get('parley-icon') ?? null;
  const most = Number(
    /^\d{1,9}$/.exec(media.attributes.find(([name]) => name === 'max-message-size')?.[1] ?? '')?.[0] ??
      USUAL_MOST,
  );
  return decoded({
    ...{ id, ...selector, from, stream, path },
    // Both words absent: an offer of a file, as RFC 5547 §8.2 has it.
    sends: !own.has('recvonly'),
    icon: icon !== null && icon.length <= LARGEST_ICON && ICON.test(icon) ? icon : null,
    mostOctets: most === 0 ? 262_144 : most,
  });
}

/** `name:"…" type:… size:… hash:algorithm:AA:BB…` in any order (RFC 5547 §6). */
function readSelector(text: string): Pick<FileOffer, 'name' | 'type' | 'size' | 'hash'> | null {
  const name = /(?:^| )name:"([^"]{0,1024})"/.exec(text)?.[1];
  const rest = text.replace(/(?:^| )name:"[^"]*"/, ' ');
  const size = Number(/(?:^| )size:(\d{1,16})(?= |$)/.exec(rest)?.[1] ?? NaN);
  if (name === undefined || !(size <= LARGEST_FILE)) return null;
  const type = /(?:^| )type:(\S{1,200})/.exec(rest)?.[1] ?? '';
  const hash = /(?:^| )hash:sha-256: ?((?:[\dA-F]{2}:){31}[\dA-F]{2})(?= |$)/i.exec(rest)?.[1];
  return {
    name: cleanFileName(unescape(name)),
    type: cleanMediaType(type),
    size,
    hash: hash ? hash.replaceAll(':', '').toLowerCase() : null,
  };
}

/** Only what RFC 5547 §6 escapes: anything else stands as it was written. */
function unescape(name: string): string {
  return name.replace(/%(22|25|0D|0A|00)/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
