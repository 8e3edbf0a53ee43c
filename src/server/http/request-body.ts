/** Bodies of requests: whole and small, or as they come. */
import type { IncomingMessage } from 'node:http';

/** How long a body that is read whole may take, milliseconds. */
const TIME = 30_000;

/** Null when it is larger than `limit` octets. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => void request.destroy(new Error('the body took too long')), TIME);
    const done = (): void => clearTimeout(timer);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        // The rest is left unread; the answer closes the connection.
        request.pause();
        done();
        resolve(null);
      } else chunks.push(chunk);
    });
    request.on('end', () => {
      done();
      resolve(Buffer.concat(chunks));
    });
    request.on('error', (error) => {
      done();
      reject(error);
    });
    request.on('aborted', () => reject(new Error('request aborted')));
  });
}

/** The body as it comes; throws when nothing comes for `silence` milliseconds, or the client leaves. */
export async function* octetsOf(request: IncomingMessage, silence: number): AsyncGenerator<Uint8Array> {
  // Left open at an early end: there is an answer to give.
  const reading = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(() => void request.destroy(new Error('nothing came')), silence);
      const next = await reading.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reading.return?.();
  }
}
