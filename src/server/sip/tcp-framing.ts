/**
 * SIP messages out of a stream (RFC 3261 §18.3): the head ends at the empty line, the body is as long as Content-Length
 * says. On a stream the field is not optional, and nobody can find the next message after one that lies; so whatever
 * leaves doubt ends the connection.
 */
export interface Framing {
  /** The next octets, however they are cut. */
  push(chunk: Uint8Array): void;
}

export interface FramingOptions {
  /** Octets of a head, and of a whole message. */
  readonly head: number;
  readonly message: number;
  /** One message, or a keep-alive (RFC 5626 §3.5.1) as it came. */
  readonly onFrame: (frame: Uint8Array) => void;
  /** Called once; nothing is read after it. */
  readonly onBroken: (why: string) => void;
}

const CR = 13;
const LF = 10;
const PING = 4;

export function createFraming({ head, message, onFrame, onBroken }: FramingOptions): Framing {
  let chunks: Uint8Array[] = [];
  let size = 0;
  /** Octets wanted before it is worth looking again: large bodies come in many pieces. */
  let wanted = 1;
  let broken = false;

  const fail = (why: string): null => {
    broken = true;
    chunks = [];
    onBroken(why);
    return null;
  };
  /** Length of the first frame of `octets`; 0: not all there yet; null: broken. */
  const measure = (octets: Buffer): number | null => {
    if (octets[0] === CR) {
      if (octets.length > 1 && octets[1] !== LF) return fail('Bare CR');
      if (octets.length < 3) return 0;
      if (octets[2] !== CR) return 2;
      if (octets.length < PING) return 0;
      return octets[3] === LF ? PING : fail('Bare CR');
    }
    const end = octets.subarray(0, head + 1).indexOf('\r\n\r\n');
    if (end < 0) return octets.length > head ? fail('Head too large') : 0;
    const length = contentLength(octets.toString('latin1', 0, end));
    if (length === null) return fail('No usable Content-Length');
    const whole = end + 4 + length;
    if (whole > message) return fail('Message too large');
    if (octets.length >= whole) return whole;
    wanted = whole;
    return 0;
  };

  return {
    push(chunk) {
      if (broken) return;
      chunks.push(chunk);
      size += chunk.length;
      if (size < wanted) return;
      let octets = Buffer.concat(chunks, size);
      wanted = 1;
      while (octets.length > 0) {
        const length = measure(octets);
        if (length === null) return;
        if (length === 0) break;
        // Whoever takes a frame may end the connection.
        onFrame(octets.subarray(0, length));
        octets = octets.subarray(length);
      }
      chunks = [octets];
      size = octets.length;
    },
  };
}

/** Null: missing, given twice in two ways, or no number. */
function contentLength(head: string): number | null {
  let found: string | null = null;
  for (const [, value = ''] of head.matchAll(/\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*)/gi)) {
    if (found !== null && found !== value.trim()) return null;
    found = value.trim();
  }
  return found !== null && /^\d{1,9}$/.test(found) ? Number(found) : null;
}
