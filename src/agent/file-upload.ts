/** A file goes to our server: the tab sends it, with a proof of who we are that is made here. */
import type { Outcome } from './contract.ts';
import type { Transfer } from './core/transfer.ts';
import type { Http } from './http.ts';
import type { Tabs } from './ports.ts';

export interface FileUpload {
  readonly http: Http;
  /** Of our service; null on servers without one. */
  readonly root: string | null;
  readonly askTab: Tabs['request'];
  readonly transfer: Transfer;
}

const NO_ANSWER = 'The server did not answer. Try again when you are connected.';

export async function uploadFile(upload: FileUpload): Promise<Outcome<{ url: string; hash?: string }>> {
  const { http, root, askTab, transfer } = upload;
  const { owner, id, name } = transfer;
  if (root === null || owner === null) return { ok: false, why: 'This server keeps no files.' };
  // Asks what is kept already: brings a challenge for the large request, which nobody wants to send twice.
  const before = await http({ method: 'GET', url: `${root}/files` });
  if (before.status === 0) return { ok: false, why: NO_ANSWER };
  if (before.status !== 200)
    return {
      ok: false,
      why: 'This server keeps no files, so the other side has to be online. Try again then.',
    };
  const url = `${root}/files?name=${encodeURIComponent(name)}`;
  const headers = http.authorize?.({ method: 'POST', url });
  if (!headers) return { ok: false, why: NO_ANSWER };
  return askTab(owner, 'upload-file', { transfer: id, url, headers });
}
