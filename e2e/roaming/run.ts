import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { OfficeServer } from '../office/server.ts';
import type { Roamed } from './roam.ts';

/** {@link roam} in networks of its own, begun with `before` ({@link ownNetwork}). Rejects with what went wrong there. */
export function roamInOwnNetwork(
  [program = '', ...before]: readonly string[],
  count: number,
  server: OfficeServer['kind'],
): Promise<Roamed> {
  const file = resolve(import.meta.dirname, 'main.ts');
  const child = spawn(program, [...before, process.execPath, file, String(count), server], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, wrong] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (wrong += chunk.toString()));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      if (code === 0) done(JSON.parse(said) as Roamed);
      else failed(new Error(`no roaming: ${wrong.slice(-2000)}`));
    });
  });
}
