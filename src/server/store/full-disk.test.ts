import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vapidKeys } from '../push/vapid-keys.ts';
import { openDatabase } from './database.ts';
import { diskProblem } from './disk-room.ts';
import { secretsModule } from './secrets.ts';

describe('a full disk', () => {
  it('fails the write, is told, and is forgotten when there is room again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-full-'));
    const { durable, close } = openDatabase(folder, [secretsModule]);
    const { database } = durable;
    const insert = database.prepare('INSERT INTO secrets VALUES (?, ?)');
    // SQLite's own limit ends in the very error that a full disk does.
    database.exec('PRAGMA max_page_count = 20');
    const write = (name: string) => durable.write(() => insert.run(name, Buffer.alloc(200_000)));
    await expect(write('large')).rejects.toThrow('full');
    expect(durable.problem).toContain('full');
    database.exec('PRAGMA max_page_count = 1000000');
    durable.recover();
    expect(durable.problem).toBeNull();
    await write('large');
    close();
  });

  it('at the start ends it with a sentence, not with a trace', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-full-'));
    const preload = join(folder, 'full.mjs');
    const data = join(folder, 'data');
    // Every connection of the process gets the limit as soon as it is opened.
    writeFileSync(
      preload,
      `import { DatabaseSync } from 'node:sqlite';
       const exec = DatabaseSync.prototype.exec;
       DatabaseSync.prototype.exec = function (sql) { exec.call(this, 'PRAGMA max_page_count = 4'); return exec.call(this, sql); };`,
    );
    const script = new URL('../start.ts', import.meta.url).pathname;
    const env = {
      ...process.env,
      PARLEY_DATA: data,
      PARLEY_PORT: '0',
      PARLEY_AS_BUILT: '1',
      PARLEY_DEMO: '0',
    };
    const child = spawn(process.execPath, ['--import', preload, script], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    expect([code, output]).toEqual([1, `The disk that holds ${data} is full.\n`]);
  });

  it('is told before the first write fails', () => {
    expect(diskProblem(tmpdir(), 2 ** 60)).toBe('The disk is full');
    expect(diskProblem(tmpdir(), 0)).toBeNull();
    expect(diskProblem(':memory:', 2 ** 60)).toBeNull();
  });

  it('leaves no half key file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-full-'));
    const pair = vapidKeys(folder);
    expect(JSON.parse(readFileSync(join(folder, 'vapid.json'), 'utf8'))).toEqual(pair);
    expect(vapidKeys(folder)).toEqual(pair);
  });
});
