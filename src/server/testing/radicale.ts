/** A real Radicale (Debian: radicale) on a free port of loopback: CalDAV and CardDAV with files that go with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export const DAV_USER = { name: 'office', password: 'only for tests' };

export interface Radicale {
  /** With a slash at the end. */
  readonly url: string;
  /** Makes a collection below the user's home; `resource` is its kind: `addressbook` or `calendar`. */
  make(path: string, resource: 'addressbook' | 'calendar'): Promise<void>;
  put(path: string, body: string, type: string): Promise<void>;
  remove(path: string): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

const NAMESPACES = {
  addressbook: 'urn:ietf:params:xml:ns:carddav',
  calendar: 'urn:ietf:params:xml:ns:caldav',
};

/** Rejects when radicale is not installed. */
export async function startRadicale(): Promise<Radicale> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-radicale-'));
  const port = await freePort();
  writeFileSync(join(folder, 'users'), `${DAV_USER.name}:${DAV_USER.password}\n`);
  writeFileSync(
    join(folder, 'config'),
    `[server]
hosts = 127.0.0.1:${port}
[auth]
type = htpasswd
htpasswd_filename = ${join(folder, 'users')}
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = ${join(folder, 'collections')}
`,
  );
  const child = spawn('radicale', ['--config', join(folder, 'config')], { stdio: 'ignore' });
  // Not installed: it will not answer, which says it better.
  child.on('error', () => undefined);
  const url = `http://127.0.0.1:${port}/`;
  const secret = Buffer.from(`${DAV_USER.name}:${DAV_USER.password}`).toString('base64');
  const send = async (method: string, path: string, body?: string, type?: string): Promise<void> => {
    const answer = await fetch(new URL(`${DAV_USER.name}/${path}`, url), {
      method,
      headers: { Authorization: `Basic ${secret}`, ...(type === undefined ? {} : { 'Content-Type': type }) },
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  await untilAnswering(url);
  return {
    url,
    make: (path, resource) =>
      send(
        'MKCOL',
        path,
        `<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:x="${NAMESPACES[resource]}"><set><prop><resourcetype><collection/><x:${resource}/></resourcetype></prop></set></mkcol>`,
        'application/xml',
      ),
    put: (path, body, type) => send('PUT', path, body, type),
    remove: (path) => send('DELETE', path),
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer) return;
    await wait(50);
  }
  throw new Error('radicale does not answer; is it installed? apt-get install radicale');
}
