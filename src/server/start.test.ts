import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { connectRaw } from './testing/raw-peer.ts';

const script = (name: string): string => new URL(name, import.meta.url).pathname;
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'parley-start-'));

describe('the start command', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const environment = (more: Record<string, string>) => ({
    ...process.env,
    PARLEY_PORT: '0',
    PARLEY_DEMO: '0',
    PARLEY_AS_BUILT: '1',
    PARLEY_DOMAIN: 'parley.test',
    ...more,
  });
  const start = (more: Record<string, string>) => {
    const child = spawn(process.execPath, [script('start.ts')], { env: environment(more) });
    children.push(child);
    let output = '';
    const heard = new Promise<void>((resolve) => {
      const hear = (data: Buffer): void => {
        output += data.toString();
        if (/Parley is at/.test(output)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', () => resolve());
    });
    return { child, heard, output: () => output };
  };
  const admin = (folder: string, ...args: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const env = environment({ PARLEY_DATA: folder });
      execFile(process.execPath, [script('admin.ts'), ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
      });
    });

  it('prints the address, lets accounts be managed meanwhile, and ends in good order', async () => {
    const folder = newFolder();
    const { child, heard, output } = start({ PARLEY_DATA: folder });
    await heard;
    const address = /http:\/\/localhost:\d+/.exec(output())?.[0];
    expect(((await (await fetch(`${address}/health`)).json()) as { ok: boolean }).ok).toBe(true);
    expect(await admin(folder, 'user', 'add', 'alice', '--display', 'Alice A')).toMatchObject({ code: 0 });
    expect((await admin(folder, 'user', 'add', 'alice')).output).toContain('has an account already');
    expect((await admin(folder, 'user', 'list')).output).toContain('sip:alice@parley.test\tAlice A');
    expect((await admin(folder, 'user', 'password', 'nobody')).code).toBe(1);
    expect((await admin(folder, 'user', 'remove', 'alice@parley.test')).code).toBe(0);
    expect((await admin(folder, 'user', 'add', 'al ice')).code).toBe(1);
    expect((await admin(folder)).output).toContain('user add <name>');
    const second = start({ PARLEY_DATA: folder });
    await once(second.child, 'exit');
    expect(second.output()).toContain('Another Parley server is using the data folder');
    const { port } = new URL(address ?? '');
    const peer = await connectRaw(Number(port));
    const ended = once(child, 'exit');
    const told = once(peer.socket, 'close');
    child.kill('SIGTERM');
    expect((await told)[0]).toBe(1001);
    expect((await ended)[0]).toBe(0);
    expect(output()).toContain('"event":"stopped"');
  });

  it('says that the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { child, output } = start({ PARLEY_DATA: newFolder(), PARLEY_PORT: String(port) });
    expect((await once(child, 'exit'))[0]).toBe(1);
    expect(output()).toContain(`Port ${port} is in use by another program`);
    other.close();
  });

  it('says that the database is damaged, or the folder unusable', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'parley.sqlite'), 'x'.repeat(5000));
    const damaged = start({ PARLEY_DATA: folder });
    expect((await once(damaged.child, 'exit'))[0]).toBe(1);
    expect(damaged.output()).toContain('is damaged');
    const unusable = start({ PARLEY_DATA: join(folder, 'parley.sqlite', 'x') });
    expect((await once(unusable.child, 'exit'))[0]).toBe(1);
    expect(unusable.output()).toContain('cannot be created');
  });
});

describe('settings', () => {
  it.each([
    [{ PARLEY_PORT: 'x' }, [], 'PARLEY_PORT'],
    [{ PARLEY_PORT: '70000' }, [], 'PARLEY_PORT'],
    [{ PARLEY_DOMAIN: 'a b' }, [], 'PARLEY_DOMAIN'],
    [{}, ['--what'], '--what'],
  ])('%j %j name what is wrong', (environment, args, name) => {
    expect(readSettings(environment, args, '/data')).toEqual({
      problem: expect.stringContaining(name) as string,
    });
  });

  it('have defaults', () => {
    expect(readSettings({}, [], '/data')).toMatchObject({
      folder: '/data',
      host: '127.0.0.1',
      port: 8080,
      dev: false,
    });
  });
});
