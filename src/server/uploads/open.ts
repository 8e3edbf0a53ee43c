import type { FilePolicy } from '../../protocol/history-api.ts';
import type { Clock } from '../clock.ts';
import type { HttpAuthenticator, HttpRoute } from '../http/contract.ts';
import type { Log } from '../log.ts';
import type { Writer } from '../store/database.ts';
import { diskProblem } from '../store/disk-room.ts';
import { fileRoutes } from './file-routes.ts';
import { fileStore, type FileStore } from './file-store.ts';

/** Octets that a file leaves free on the disk. */
const SPARE = 256 * 1024 * 1024;

export interface Uploads extends Pick<FileStore, 'prune' | 'close'> {
  readonly policy: FilePolicy;
  readonly routes: readonly HttpRoute[];
}

/** Files people send to each other; `folder` of the data, or `:memory:`. */
export function openUploads(options: {
  readonly folder: string;
  readonly writer: Writer;
  readonly policy: FilePolicy;
  readonly authenticator: HttpAuthenticator;
  readonly clock: Clock;
  readonly log: Log;
}): Uploads {
  const { folder, writer, policy, log } = options;
  const store = fileStore(folder, writer, log);
  const room = (octets: number): string | null => diskProblem(folder, octets + SPARE);
  return {
    policy,
    routes: fileRoutes({ ...options, store, diskProblem: room }),
    prune: store.prune,
    close: store.close,
  };
}
