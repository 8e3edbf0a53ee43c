/** Files to and from a server, never whole in memory. */
import type { Taken } from './capture.ts';
import type { FileSink } from './file-sink.ts';

const CUT = 'The connection was lost before the file was through. Try again.';
const SHA256 = /^[\da-f]{64}$/;

export interface Upload {
  readonly file: Blob;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly moved: (octets: number) => void;
  readonly signal: AbortSignal;
}

/** POSTs the file. XMLHttpRequest, for only that tells how much has left. */
export function putFile(upload: Upload): Promise<Taken<{ url: string; hash?: string }>> {
  const { file, url, headers, moved, signal } = upload;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => moved(Math.min(loaded, file.size));
    request.onload = () => resolve(answerOf(request.status, request.responseText));
    request.onerror = () => resolve({ ok: false, why: CUT });
    request.onabort = () => resolve({ ok: false, why: 'You cancelled it.' });
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function answerOf(status: number, text: string): Taken<{ url: string; hash?: string }> {
  let body: { url?: unknown; hash?: unknown; problem?: unknown } = {};
  try {
    body = (JSON.parse(text) ?? {}) as typeof body;
  } catch {
    // An answer of something in between; the status says enough.
  }
  const { url, hash, problem } = body;
  if (status === 201 && typeof url === 'string' && /^https?:\/\//.test(url))
    return { ok: true, value: { url, ...(typeof hash === 'string' && SHA256.test(hash) && { hash }) } };
  if (typeof problem === 'string' && problem !== '') return { ok: false, why: problem.slice(0, 200) };
  if (status === 413) return { ok: false, why: 'The file is too large for this server.' };
  return { ok: false, why: 'The server did not take the file. Try again later.' };
}

/** GETs a file into a sink; no more than `size` octets, and only if it has this hash. Null, or why not. */
export async function fetchFile(
  url: string,
  sink: FileSink,
  promised: { readonly size: number; readonly hash: string | null },
  moved: (octets: number) => void,
): Promise<string | null> {
  const reader = await bodyOf(url);
  if (typeof reader === 'string') {
    sink.abort();
    return reader;
  }
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (sink.taken + value.length > promised.size) throw new Error('too long');
      // A copy that can be given away whole: the reader keeps its own buffer.
      sink.write(value.slice());
      moved(sink.taken);
    }
  } catch {
    void reader.cancel().catch(() => undefined);
    sink.abort();
    return CUT;
  }
  if (sink.taken !== promised.size) {
    sink.abort();
    return CUT;
  }
  const kept = await sink.finish(promised.hash);
  if (kept === 'kept') return null;
  return kept === 'damaged' ? 'What the server has is not what was sent. Nothing was kept.' : kept.why;
}

async function bodyOf(url: string): Promise<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | string> {
  try {
    const response = await fetch(url, { credentials: 'omit', cache: 'no-store' });
    if (response.status === 404 || response.status === 410) return 'The server keeps this file no longer.';
    if (!response.ok || !response.body) return 'The server does not give the file. Try again later.';
    return response.body.getReader();
  } catch {
    return CUT;
  }
}
