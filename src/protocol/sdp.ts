/**
 * A small, read-only look into a session description (RFC 8866, RFC 3264): what the signalling layer has to know
 * before a browser's own parser sees it. Nothing is ever written from this view.
 */

type SdpDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

interface SdpMedia {
  /** `audio`, `video`, `message`, `application` … in lower case. */
  readonly kind: string;
  /** 0: refused or stopped (unless bundled, RFC 8843 §6). */
  readonly port: number;
  /** `UDP/TLS/RTP/SAVPF` and the like, as written. */
  readonly protocol: string;
  readonly formats: readonly string[];
  /** From the description or, where a medium says nothing, from the session; `sendrecv` when neither does. */
  readonly direction: SdpDirection;
  readonly mid: string | null;
  /** RFC 4574: tells whose picture a stream of a conference is. */
  readonly label: string | null;
  /** RFC 4796: `main`, `slides` … */
  readonly content: string | null;
  /** `ice-ufrag` is present for it. */
  readonly ice: boolean;
  /** A fingerprint is present for it. */
  readonly dtls: boolean;
  /** The old way to hold: a connection address of zeros without ICE (RFC 3264 §8.4; with ICE it means nothing). */
  readonly held: boolean;
  /** The first attributes of this medium, in order; value `null` for flags. */
  readonly attributes: readonly (readonly [string, string | null])[];
}

export interface SdpView {
  /** From `o=`. */
  readonly sessionId: string | null;
  readonly version: string | null;
  /** `s=`; text of a stranger. */
  readonly subject: string;
  readonly media: readonly SdpMedia[];
}

const DIRECTIONS: ReadonlySet<string> = new Set<SdpDirection>([
  'sendrecv',
  'sendonly',
  'recvonly',
  'inactive',
]);
const MOST_OCTETS = 262_144;
const MOST_MEDIA = 256;
/** Of one section; a peer that lists ten thousand candidates is heard as far as this. */
const MOST_ATTRIBUTES = 1024;
/** RFC 8122 §5: these hashes prove nothing any more. */
const BROKEN_FINGERPRINT = /^(?:sha-1|md5|md2) /i;

/** One medium or the session while its lines are read. */
interface Section {
  readonly attributes: [string, string | null][];
  connection: string | null;
  readonly opening: Pick<SdpMedia, 'kind' | 'port' | 'protocol' | 'formats'> | null;
}

/** The view, or `null` when the text is no session description: not `v=0` first, a line without `x=`, a bad m-line. */
export function readSdp(text: string): SdpView | null {
  if (text.length > MOST_OCTETS) return null;
  const lines = text.split(/\r?\n/);
  if (lines[0] !== 'v=0') return null;
  const session: Section = { attributes: [], connection: null, opening: null };
  const media: Section[] = [];
  let current = session;
  let origin: readonly string[] = [];
  let subject = '';
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    if (line[1] !== '=' || !/^[a-z]/.test(line) || line.includes('\0') || line.includes('\r')) return null;
    const value = line.slice(2);
    if (line[0] === 'a') {
      const attribute = readAttribute(value);
      if (attribute[0] === 'fingerprint' && BROKEN_FINGERPRINT.test(attribute[1] ?? '')) return null;
      if (current.attributes.length < MOST_ATTRIBUTES) current.attributes.push(attribute);
    } else if (line[0] === 'c') current.connection ??= value;
    else if (line[0] === 'm') {
      const opening = readMediaLine(value);
      if (!opening || media.length === MOST_MEDIA) return null;
      media.push((current = { attributes: [], connection: null, opening }));
    } else if (line[0] === 'v') return null;
    else if (current === session && line[0] === 'o') {
      if (origin.length > 0) return null;
      origin = value.split(' ');
      if (origin.length !== 6) return null;
    } else if (current === session && line[0] === 's') subject = value;
  }
  if (origin.length === 0) return null;
  const views = media.map((section) => mediaView(section, session)).filter((view) => view !== null);
  const mids = views.flatMap((view) => view.mid ?? []);
  if (new Set(mids).size < mids.length) return null;
  return { sessionId: origin[1] ?? null, version: origin[2] ?? null, subject, media: views };
}

function readAttribute(value: string): [string, string | null] {
  const colon = value.indexOf(':');
  return colon < 0 ? [value, null] : [value.slice(0, colon), value.slice(colon + 1)];
}

/** `kind port[/count] protocol format …` */
function readMediaLine(value: string): Section['opening'] {
  const [kind = '', port = '', protocol = '', ...formats] = value.split(' ');
  const found = /^(\d{1,5})(?:\/\d{1,5})?$/.exec(port);
  const number = Number(found?.[1] ?? NaN);
  const whole = number <= 65535 && /^[A-Za-z0-9.+-]+$/.test(kind) && protocol !== '' && formats.length > 0;
  return whole
    ? { kind: kind.toLowerCase(), port: number, protocol, formats: formats.filter((f) => f !== '') }
    : null;
}

function mediaView({ attributes, connection, opening }: Section, session: Section): SdpMedia | null {
  if (!opening) return null;
  const find = (name: string) => attributes.find((attribute) => attribute[0] === name)?.[1] ?? null;
  const either = (name: string) =>
    [...attributes, ...session.attributes].some((attribute) => attribute[0] === name);
  const ice = either('ice-ufrag');
  return {
    ...opening,
    direction: directionOf(attributes) ?? directionOf(session.attributes) ?? 'sendrecv',
    mid: find('mid'),
    label: find('label'),
    content: find('content'),
    ice,
    dtls: either('fingerprint'),
    held: !ice && (connection ?? session.connection) === 'IN IP4 0.0.0.0',
    attributes,
  };
}

function directionOf(attributes: Section['attributes']): SdpDirection | null {
  const found = attributes.find(([name, value]) => value === null && DIRECTIONS.has(name));
  return found ? (found[0] as SdpDirection) : null;
}

/** True when the offer would send us pictures: a live video medium that is not `recvonly` or `inactive`. */
export function offersVideo(view: SdpView): boolean {
  return view.media.some(
    ({ kind, port, direction, attributes }) =>
      kind === 'video' &&
      (port !== 0 || attributes.some(([name]) => name === 'bundle-only')) &&
      (direction === 'sendrecv' || direction === 'sendonly'),
  );
}
