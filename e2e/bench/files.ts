/** A large file from browser to browser, cut in the middle, beside a bare data channel of the same two browsers. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { chromium as browsers, type Page } from '@playwright/test';
import { chromium, fakeMedia } from '../chromium.ts';
import { chatWith, launch, openDevice, openOffice, signIn } from './pages.ts';
import { ofTarget, type Row } from './row.ts';

const MIB = 1024 ** 2;

export async function filesBench(quick: boolean): Promise<readonly Row[]> {
  const size = (quick ? 128 : 1024) * MIB;
  const folder = await mkdtemp(join(tmpdir(), 'parley-file-'));
  const office = await openOffice();
  const sender = await launch();
  const profile = join(folder, 'profile');
  const receiver = await browsers.launchPersistentContext(profile, {
    ...chromium(fakeMedia),
    permissions: ['notifications'],
  });
  try {
    await office.addUsers(['anna', 'ben']);
    const a = await signIn(await openDevice(sender), office, 'anna');
    const b = await signIn(receiver.pages()[0] ?? (await receiver.newPage()), office, 'ben');
    await chatWith(a, office, 'ben');
    await chatWith(b, office, 'anna');
    const bare = await bareChannel(a.page, b.page, quick ? 3_000 : 8_000);
    const { path, hash } = await writeRandom(join(folder, 'large.bin'), size);
    await keepChannels(b.page);
    const chooser = a.page.waitForEvent('filechooser');
    await a.page.getByRole('button', { name: 'Send a file' }).click();
    await (await chooser).setFiles(path);
    const row = b.page.getByRole('log').getByRole('group', { name: 'File large.bin' });
    const before = memoryOf(profile);
    await row.getByRole('button', { name: 'Accept large.bin' }).click();
    const bar = row.getByRole('progressbar');
    await bar.waitFor();
    const began = performance.now();
    let highest = 0;
    let isCut = false;
    let cutFor = 0;
    while (!(await row.textContent())?.includes('Received')) {
      highest = Math.max(highest, memoryOf(profile));
      const share = Number(await bar.getAttribute('aria-valuenow', { timeout: 500 }).catch(() => 0));
      if (!isCut && share > 50) {
        isCut = true;
        cutFor = await cut(b.page);
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
      if (performance.now() - began > 1_800_000) throw new Error('the file did not arrive');
    }
    const seconds = (performance.now() - began - cutFor) / 1_000;
    const download = b.page.waitForEvent('download');
    await row.getByRole('button', { name: 'Save large.bin' }).click();
    const isWhole = hashOf(await (await download).path()) === hash;
    if (!isWhole || !isCut) throw new Error(isCut ? 'the file is not what was sent' : 'nothing was cut');
    const speed = size / MIB / seconds;
    const of = `${size / MIB} MiB, browser to browser`;
    return [
      { name: 'A bare data channel between the two browsers', figure: bare, unit: 'MiB/s' },
      {
        name: `A file with a cut in the middle, ${of}`,
        figure: speed,
        unit: 'MiB/s',
        ratio: ofTarget((speed / bare) * 100, 80),
        note: `${Math.round((speed / bare) * 100)} % of the bare channel; going on after the cut took ${Math.round(cutFor)} ms; the hash is right`,
      },
      {
        name: `Memory of the receiving browser, more than before, ${of}`,
        figure: (highest - before) / 1024,
        unit: 'MiB',
      },
    ];
  } finally {
    await receiver.close();
    await sender.close();
    await office.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeRandom(path: string, size: number): Promise<{ path: string; hash: string }> {
  const hash = createHash('sha256');
  const file = createWriteStream(path);
  for (let left = size; left > 0; left -= MIB) {
    const lump = randomBytes(Math.min(MIB, left));
    hash.update(lump);
    if (!file.write(lump)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  return { path, hash: hash.digest('hex') };
}
function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Two pages speak over a channel of their own, in lumps as large as the transfer's, for a while. MiB a second. */
async function bareChannel(from: Page, to: Page, forMs: number): Promise<number> {
  const offer = await from.evaluate(async () => {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('bare', { negotiated: true, id: 0 });
    Object.assign(globalThis, { bare: { connection, channel } });
    await connection.setLocalDescription();
    await new Promise<void>((done) => {
      connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done();
    });
    return connection.localDescription?.sdp ?? '';
  });
  const answer = await to.evaluate(async (sdp) => {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('bare', { negotiated: true, id: 0 });
    const got = { octets: 0, began: 0, ended: 0 };
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      got.began ||= performance.now();
      got.octets += data.byteLength;
      got.ended = performance.now();
    };
    Object.assign(globalThis, { bare: { connection, got } });
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    await new Promise<void>((done) => {
      if (connection.iceGatheringState === 'complete') done();
      connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done();
    });
    return connection.localDescription?.sdp ?? '';
  }, offer);
  await from.evaluate(
    async ({ sdp, forMs }) => {
      const { connection, channel } = (globalThis as unknown as { bare: Bare }).bare;
      await connection.setRemoteDescription({ type: 'answer', sdp });
      if (channel.readyState !== 'open')
        await new Promise((opened) => channel.addEventListener('open', opened, { once: true }));
      const lump = new Uint8Array(64 * 1024);
      channel.bufferedAmountLowThreshold = 2 ** 20;
      const until = performance.now() + forMs;
      while (performance.now() < until) {
        for (let n = 0; n < 64; n += 1) channel.send(lump);
        if (channel.bufferedAmount > channel.bufferedAmountLowThreshold)
          await new Promise((low) => channel.addEventListener('bufferedamountlow', low, { once: true }));
      }
      connection.getSenders();
    },
    { sdp: answer, forMs },
  );
  const speed = await to.evaluate(() => {
    const { connection, got } = (globalThis as unknown as { bare: Bare & { got: Got } }).bare;
    connection.close();
    return got.octets / 2 ** 20 / ((got.ended - got.began) / 1_000);
  });
  await from.evaluate(() => (globalThis as unknown as { bare: Bare }).bare.connection.close());
  return speed;
}
interface Bare {
  readonly connection: RTCPeerConnection;
  readonly channel: RTCDataChannel;
}
interface Got {
  readonly octets: number;
  readonly began: number;
  readonly ended: number;
}

/** Remembers the channels of files that this page opens; their own disk takes the file, as in Firefox. */
async function keepChannels(page: Page): Promise<void> {
  await page.evaluate(() => {
    const channels: RTCDataChannel[] = [];
    const { createDataChannel } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.createDataChannel = function (...given) {
      const made = createDataChannel.apply(this, given);
      channels.push(made);
      return made;
    };
    Object.assign(globalThis, { channels, showSaveFilePicker: undefined });
  });
}
/** Closes the channel under the file; milliseconds until another one is open. */
function cut(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { channels } = globalThis as unknown as { channels: RTCDataChannel[] };
    const [before, began] = [channels.length, performance.now()];
    channels.at(-1)?.close();
    while (channels.length === before || channels.at(-1)?.readyState !== 'open')
      await new Promise((again) => setTimeout(again, 20));
    return performance.now() - began;
  });
}

/** KiB that the processes of a browser hold for themselves, found by its profile's folder. */
function memoryOf(profile: string): number {
  const all = spawnSync('ps', ['-eo', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' }).stdout.split('\n');
  const rows = all.map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? []);
  const mine = new Set(rows.filter(([, , , args]) => args?.includes(profile)).map(([pid]) => pid));
  for (let size = -1; size !== mine.size;) {
    size = mine.size;
    for (const [pid, parent] of rows) if (mine.has(parent)) mine.add(pid);
  }
  return rows.reduce((sum, [pid, , rss]) => sum + (mine.has(pid) ? Number(rss) : 0), 0);
}
