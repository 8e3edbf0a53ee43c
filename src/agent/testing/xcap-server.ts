/** An XCAP server that keeps whole documents in memory, as a `fetch`. */

export interface XcapServer {
  readonly fetch: typeof fetch;
  /** Bodies by the path below the root. */
  readonly documents: Map<string, string>;
  /** `PUT path`, in order; reads are left out. */
  readonly writes: string[];
  /** Nobody answers. */
  down: boolean;
}

export const XCAP_ROOT = 'https://x.test/xcap';

/** `documents`: what is there from the start. Other hosts and paths are not found. */
export function xcapServer(documents: Readonly<Record<string, string>> = {}): XcapServer {
  const kept = new Map(Object.entries(documents));
  const writes: string[] = [];
  let serial = 0;
  const answer = (url: string, { method = 'GET', body }: RequestInit): Response => {
    const path = url.startsWith(XCAP_ROOT) ? decodeURIComponent(url.slice(XCAP_ROOT.length + 1)) : '';
    const found = kept.get(path);
    if (method !== 'GET') writes.push(`${method} ${path}`);
    if (method === 'PUT') kept.set(path, String(body));
    else if (found === undefined) return new Response('', { status: 404 });
    else if (method === 'DELETE') kept.delete(path);
    return new Response(method === 'GET' ? found : '', { status: 200, headers: { ETag: `"${++serial}"` } });
  };
  const server: XcapServer = {
    ...{ documents: kept, writes, down: false },
    fetch: (input, init) =>
      server.down ? Promise.reject(new Error('down')) : Promise.resolve(answer(String(input), init ?? {})),
  };
  return server;
}
