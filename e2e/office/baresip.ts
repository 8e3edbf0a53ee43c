import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/server/testing/free-port.ts';

/** A plain telephone: baresip with G.711 over plain RTP, answering by itself and playing back what it hears. */
export interface Phone {
  dial(uri: string): Promise<void>;
  hangUp(): Promise<void>;
  /** Samples above silence among those decoded so far: what the phone heard. */
  heard(): Promise<number>;
  /** The phone's own log so far. */
  log(): string;
  close(): Promise<void>;
}

export interface PhoneOptions {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  /** SIP over UDP on loopback. */
  readonly sipPort: number;
}

/** Starts a telephone and resolves once it is registered. */
export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const home = await mkdtemp(join(tmpdir(), 'parley-phone-'));
  const control = await freePort();
  await writeFile(join(home, 'contacts'), '');
  await writeFile(join(home, 'accounts'), account(options));
  await writeFile(join(home, 'config'), settings(home, control));
  const child = spawn('baresip', ['-f', home], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const registered = new Promise<void>((resolve, reject) => {
    const keep = (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('200 OK')) resolve();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('exit', () => reject(new Error(`the phone stopped:\n${log}`)));
  });
  await registered;
  const line = await open(control);
  const say = (command: string, params?: string) => {
    const text = JSON.stringify({ command, params });
    line.write(`${Buffer.byteLength(text)}:${text},`);
    return Promise.resolve();
  };
  return {
    dial: (uri) => say('dial', uri),
    hangUp: () => say('hangup'),
    heard: () => loudSamples(home),
    log: () => log,
    async close() {
      line.destroy();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.removeAllListeners('exit');
      child.once('exit', () => undefined);
      child.kill('SIGTERM');
      await Promise.race([gone, exited(child)]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function exited(child: {
  exitCode: number | null;
  once(event: 'exit', run: () => void): unknown;
}): Promise<void> {
  return new Promise((resolve) =>
    child.exitCode === null ? void child.once('exit', () => resolve()) : resolve(),
  );
}

function account({ user, password, domain, sipPort }: PhoneOptions): string {
  return `<sip:${user}@${domain}>;auth_pass=${password};outbound="sip:127.0.0.1:${sipPort}";regint=600;answermode=auto;audio_codecs=pcmu\n`;
}

function settings(home: string, control: number): string {
  const modules = ['g711', 'aubridge', 'sndfile'].map((name) => `module ${name}.so`);
  const apps = ['account', 'menu', 'ctrl_tcp'].map(
    (name) => `${name === 'account' ? 'module_tmp' : 'module_app'} ${name}.so`,
  );
  return [
    'sip_listen 127.0.0.1:0',
    'audio_source aubridge,loop',
    'audio_player aubridge,loop',
    'ausrc_srate 8000',
    'auplay_srate 8000',
    'ausrc_channels 1',
    'auplay_channels 1',
    'rtp_ports 33000-33999',
    'net_interface 127.0.0.1',
    'module_path /usr/lib/baresip/modules',
    ...modules,
    ...apps,
    `snd_path ${home}`,
    `audio_path ${home}`,
    `ctrl_tcp_listen 127.0.0.1:${control}`,
    '',
  ].join('\n');
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
    socket.resume();
  });
}

/** Counts samples of the recordings of decoded audio (16 bit, 44 octets of header) louder than 1 % of full scale. */
async function loudSamples(home: string): Promise<number> {
  let loud = 0;
  for (const name of await readdir(home)) {
    if (!name.endsWith('-dec.wav')) continue;
    const bytes = await readFile(join(home, name));
    for (let at = 44; at + 1 < bytes.length; at += 2) if (Math.abs(bytes.readInt16LE(at)) > 327) loud += 1;
  }
  return loud;
}
