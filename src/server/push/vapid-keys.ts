/** The server's name towards push services (RFC 8292): a key pair, made on first use and kept. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import webPush from 'web-push';

export interface VapidKeys {
  /** base64url; the browser subscribes with it, so a lost pair means that everybody has to subscribe again. */
  readonly publicKey: string;
  readonly privateKey: string;
}

const FILE = 'vapid.json';

/**
 * The pair of a data folder, readable for its owner alone; a fresh one that nobody keeps for `:memory:`. Throws when the
 * folder cannot be written, or the file is there and holds something else: a new pair would silently end every
 * subscription.
 */
export function vapidKeys(folder: string): VapidKeys {
  if (folder === ':memory:') return webPush.generateVAPIDKeys();
  const path = join(folder, FILE);
  const kept = read(path);
  if (kept !== null) return kept;
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  // In one step: half a file, on a disk that is full, would stop every later start.
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify({ publicKey, privateKey })}\n`, { mode: 0o600 });
  renameSync(draft, path);
  return { publicKey, privateKey };
}

function read(path: string): VapidKeys | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const { publicKey, privateKey } = JSON.parse(text) as Partial<VapidKeys>;
  const sound = /^[\w-]{87}$/.test(publicKey ?? '') && /^[\w-]{43}$/.test(privateKey ?? '');
  if (!sound || publicKey === undefined || privateKey === undefined)
    throw new Error(`${path} holds no key pair`);
  return { publicKey, privateKey };
}
