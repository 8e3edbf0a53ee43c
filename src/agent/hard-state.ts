/**
 * The choice by hand that must hold while no device is there, on the server (RFC 4827). It is written by the device
 * where the choice is made; at every connection the device asks first, for another one may have chosen since.
 */
import { PIDF_TYPE } from '../protocol/pidf.ts';
import { userPath } from '../protocol/xcap-uri.ts';
import type { Aor } from './contract.ts';
import type { Http } from './http.ts';

export interface HardState {
  /** What the server keeps: null when nothing; undefined when it does not say. */
  fetch(): Promise<string | null | undefined>;
  /** What it has to keep from now on, null for nothing. Of several before the server answers the last counts. */
  keep(document: string | null): void;
}

export function createHardState(
  http: Http,
  xcapRoot: string,
  me: Aor,
  log: (line: string) => void,
): HardState {
  const url = `${xcapRoot.replace(/\/$/, '')}/${userPath('pidf-manipulation', me)}`;
  let wanted: { readonly document: string | null } | null = null;
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (wanted) {
      const { document } = wanted;
      wanted = null;
      const answer =
        document === null
          ? await http({ method: 'DELETE', url })
          : await http({ method: 'PUT', url, body: document, headers: { 'Content-Type': PIDF_TYPE } });
      // Nothing to delete is as good as deleted.
      if (answer.status >= 300 && !(document === null && answer.status === 404))
        log(`state for a closed page: server answers ${answer.status}`);
    }
    running = false;
  }

  return {
    async fetch() {
      const { status, body } = await http({ method: 'GET', url });
      if (status === 200) return body;
      return status === 404 ? null : undefined;
    },
    keep(document) {
      wanted = { document };
      if (!running) void run();
    },
  };
}
