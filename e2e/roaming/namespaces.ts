/**
 * Two networks that are the machine's own no more: the office, where the server and one browser are, and outside, where
 * the other browser is. Made of Linux network namespaces, which end with the processes in them; the machine's own
 * network is not touched.
 *
 *   office (this process)                     outside (processes started through `outside`)
 *   10.91.0.1 on desk0: server, browser       no address of its own until `take`
 *   10.91.1.1 on wire0 ---------------------- wire1
 *   10.91.2.1 on air0  ---------------------- air1
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the server is, for both. */
export const OFFICE = '10.91.0.1';
export type Link = 'wire' | 'air';
const SUBNET: Readonly<Record<Link, number>> = { wire: 1, air: 2 };

/** What to put before a command so that it runs in a network of its own. */
const OWN_NETWORK: readonly (readonly string[])[] = [
  ['unshare', '--net'],
  ['unshare', '--map-root-user', '--net'],
];
const TRIAL = 'ip link set lo up && ip link add trial0 type veth peer name trial1';

/** How a command gets a network of its own on this machine, or why it does not (a sentence). */
export function ownNetwork(): { readonly before: readonly string[] } | { readonly why: string } {
  let said = '';
  for (const before of OWN_NETWORK) {
    const [program = '', ...rest] = before;
    const { status, stderr, error } = spawnSync(program, [...rest, 'sh', '-c', TRIAL], { encoding: 'utf8' });
    if (status === 0) return { before };
    said = error?.message ?? stderr.trim().split('\n')[0] ?? '';
  }
  return { why: `this machine gives no network namespaces (${said})` };
}

export interface Outside {
  /** Starts a program there; stands for it as an executable. */
  wrap(program: string): Promise<string>;
  /** The address, and the way to the office by it; the ones of before stay. */
  take(link: Link, host: number): void;
  /** Every address of the link goes, and what leads over it. */
  leave(link: Link, host: number): void;
  close(): Promise<void>;
}

/** Builds both networks around this process, which must already be in one of its own. */
export async function openOutside(): Promise<Outside> {
  ip('link set lo up');
  // A link to nowhere: the office's own network, which no change outside concerns.
  ip('link add desk0 type veth peer name desk1');
  for (const end of ['desk0', 'desk1']) ip(`link set ${end} addrgenmode none up`);
  ip(`addr add ${OFFICE}/24 dev desk0`);
  const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  const pid = await namespaceOf(holder);
  const there = ['--net=/proc/' + String(pid) + '/ns/net'];
  const outside = (words: string): void =>
    void execFileSync('nsenter', [...there, 'ip', ...words.split(' ')], { stdio: 'pipe' });
  outside('link set lo up');
  for (const link of ['wire', 'air'] as const) {
    ip(`link add ${link}0 type veth peer name ${link}1 netns ${pid}`);
    ip(`link set ${link}0 addrgenmode none up`);
    ip(`addr add 10.91.${SUBNET[link]}.1/24 dev ${link}0`);
    outside(`link set ${link}1 addrgenmode none up`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'parley-outside-'));
  return {
    async wrap(program) {
      const file = join(folder, 'program');
      await writeFile(file, `#!/bin/sh\nexec nsenter ${there.join(' ')} -- '${program}' "$@"\n`);
      await chmod(file, 0o700);
      return file;
    },
    take(link, host) {
      outside(`addr add 10.91.${SUBNET[link]}.${host}/24 dev ${link}1`);
      outside(
        `route replace default via 10.91.${SUBNET[link]}.1 dev ${link}1 src 10.91.${SUBNET[link]}.${host}`,
      );
    },
    leave(link, host) {
      outside(`addr del 10.91.${SUBNET[link]}.${host}/24 dev ${link}1`);
    },
    async close() {
      holder.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ip(words: string): void {
  execFileSync('ip', words.split(' '), { stdio: 'pipe' });
}

/** Resolves once the process is in another network than ours. */
async function namespaceOf({ pid }: ChildProcess): Promise<number> {
  if (pid === undefined) throw new Error('no second network');
  const at = (of: number): string => readlinkSync(`/proc/${of}/ns/net`);
  const own = at(process.pid);
  for (let turn = 0; turn < 100; turn++) {
    if (at(pid) !== own) return pid;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('no second network');
}
