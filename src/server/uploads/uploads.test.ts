import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UploadedFile } from '../../protocol/history-api.ts';
import { answerChallenge, challengesOf, ha1 } from '../../protocol/digest.ts';
import { openOffice, PASSWORD } from '../testing/office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import type { ServerOptions } from '../wiring.ts';
import { fileName, readFileSettings, USUAL_FILES } from './file-policy.ts';
import { rangeOf } from './ranges.ts';

const TEXT = 'The drawings of the north pier';
const MEGA = 1024 * 1024;

describe('I04 files for somebody who is away', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  let port: number;
  let folder: string;
  const open = async (options: Partial<ServerOptions> = {}): Promise<void> => {
    office = await openOffice({ folder, ...options });
    port = office.server.port;
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-files-test-'));
    await open();
  });
  afterEach(() => office.close());

  const upload = (name: string, body = TEXT, type = 'text/plain', who = 'Alice') =>
    signedFetch(port, who, `/api/files?name=${encodeURIComponent(name)}`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': type },
    });
  const uploaded = async (name: string, body = TEXT, type?: string): Promise<UploadedFile> => {
    const response = await upload(name, body, type);
    expect(response.status).toBe(201);
    return (await response.json()) as UploadedFile;
  };
  const kept = (): string[] => readdirSync(join(folder, 'files')).filter((name) => name !== 'incoming');

  it('are kept, and given to whoever has the address, to be saved', async () => {
    const before = Date.now();
    const file = await uploaded('Pier – north (2).pdf', TEXT, 'application/pdf');
    expect(file).toMatchObject({
      size: TEXT.length,
      hash: createHash('sha256').update(TEXT).digest('hex'),
    });
    expect(file.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/files\/[\w-]{32}\/Pier/);
    expect(file.expires - before).toBeGreaterThanOrEqual(90 * 86_400_000);
    const got = await fetch(file.url);
    expect(await got.text()).toBe(TEXT);
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''Pier%20%E2%80%93%20north%20%282%29.pdf",
      'content-security-policy': expect.stringContaining('sandbox') as string,
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'content-length': String(TEXT.length),
    });
    const head = await fetch(file.url, { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).toEqual([String(TEXT.length), '']);
    const unchanged = await fetch(file.url, { headers: { 'If-None-Match': `"${file.hash}"` } });
    expect(unchanged.status).toBe(304);
  });

  it('no page of ours comes out of it, whatever its type says', async () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'image']) {
      const { url } = await uploaded('page.txt', '<script>alert(1)</script>', type);
      expect((await fetch(url)).headers.get('content-type')).toBe('application/octet-stream');
    }
    const { url } = await uploaded('photo.png', 'png', 'image/png');
    expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
  });

  it('come on from where a download ended', async () => {
    const { url, hash } = await uploaded('pier.txt');
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(url, { headers });
      return [response.status, response.headers.get('content-range'), await response.text()];
    };
    const size = TEXT.length;
    expect(await ask({ Range: 'bytes=4-11' })).toEqual([206, `bytes 4-11/${size}`, TEXT.slice(4, 12)]);
    expect(await ask({ Range: 'bytes=20-', 'If-Range': `"${hash}"` })).toEqual([
      206,
      `bytes 20-${size - 1}/${size}`,
      TEXT.slice(20),
    ]);
    expect(await ask({ Range: 'bytes=-4' })).toEqual([206, `bytes ${size - 4}-${size - 1}/${size}`, 'pier']);
    expect(await ask({ Range: 'bytes=20-', 'If-Range': '"other"' })).toEqual([200, null, TEXT]);
    expect(await ask({ Range: 'bytes=500-' })).toEqual([416, `bytes */${size}`, '']);
    expect(rangeOf('bytes=0-1,4-5', 10)).toBe('whole');
    expect(rangeOf('bytes=5-2', 10)).toBe('whole');
    expect(rangeOf('bytes=-0', 10)).toBe('none');
    expect(rangeOf('bytes=0-99', 10)).toEqual({ from: 0, to: 9 });
  });

  it('are nobody’s without the whole address, and deleted by their owner only', async () => {
    const { url } = await uploaded('pier.txt');
    const path = new URL(url).pathname;
    const other = path.replace(/.(?=\/pier)/, (one) => (one === 'A' ? 'B' : 'A'));
    for (const wrong of [
      other,
      path.replace('pier.txt', 'pier.html'),
      '/api/files/..%2f..%2fparley.sqlite/x',
      `/api/files/${'.'.repeat(32)}/pier.txt`,
      path.replace('pier.txt', '%E0'),
    ]) {
      expect([wrong, (await fetch(`http://127.0.0.1:${port}${wrong}`)).status]).toEqual([wrong, 404]);
    }
    expect((await signedFetch(port, 'Bob', path, { method: 'DELETE' })).status).toBe(404);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(401);
    expect((await fetch(url)).status).toBe(200);
    expect((await signedFetch(port, 'Alice', path, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(url)).status).toBe(404);
    expect(kept()).toEqual([]);
  });

  it('F05 programs are not let through, whatever tricks their names play', async () => {
    for (const name of [
      'run.exe',
      'RUN.EXE',
      'a.txt.scr',
      'evil.bat. . ',
      'photo\u202egpj.exe',
      'x.ｅｘｅ',
      'a/b.js',
    ]) {
      const response = await upload(name);
      expect([name, response.status]).toEqual([name, 403]);
      expect(await response.json()).toMatchObject({
        problem: expect.stringContaining('not taken here') as string,
      });
    }
    expect((await upload('')).status).toBe(400);
    expect((await upload('..')).status).toBe(400);
    expect(kept()).toEqual([]);
    expect(fileName('C:\\secret\\plan.pdf')).toBe('plan.pdf');
    expect(Buffer.byteLength(fileName(`${'é'.repeat(300)}.pdf`) ?? '')).toBeLessThanOrEqual(200);
    expect(fileName(`${'é'.repeat(300)}.pdf`)).toMatch(/é\.pdf$/);
    expect(readFileSettings({ PARLEY_UPLOAD_BLOCK: '.zip, rar' })).toMatchObject({ blocked: ['zip', 'rar'] });
    expect(readFileSettings({ PARLEY_UPLOAD_BLOCK: 'none' })).toMatchObject({ blocked: [] });
    expect(readFileSettings({ PARLEY_UPLOAD_MAX: 'lots' })).toMatchObject({
      problem: expect.any(String) as string,
    });
  });

  it('each has a largest size, each person so much room', async () => {
    await office.close();
    await open({ files: { ...USUAL_FILES, maxSize: 100, quota: 150 } });
    expect((await upload('a.txt', 'x'.repeat(101))).status).toBe(413);
    const first = await uploaded('a.txt', 'x'.repeat(100));
    const full = await upload('b.txt', 'x'.repeat(51));
    expect([full.status, await full.json()]).toMatchObject([
      507,
      { problem: expect.stringContaining('Delete') as string },
    ]);
    expect((await upload('b.txt', 'x'.repeat(51), 'text/plain', 'Bob')).status).toBe(201);
    const mine = await (await signedFetch(port, 'Alice', '/api/files')).json();
    expect(mine).toMatchObject({
      used: 100,
      quota: 150,
      files: [{ name: 'a.txt', size: 100, url: first.url }],
    });
    await signedFetch(port, 'Alice', new URL(first.url).pathname, { method: 'DELETE' });
    expect((await upload('b.txt', 'x'.repeat(51))).status).toBe(201);
  });

  it('are deleted when their time is over, and what is half there at a start too', async () => {
    const { url } = await uploaded('pier.txt');
    await office.close();
    writeFileSync(join(folder, 'files', 'orphan'), 'of a crash');
    writeFileSync(join(folder, 'files', 'incoming', 'half'), 'of a crash');
    await open();
    expect(kept().length).toBe(1);
    expect(existsSync(join(folder, 'files', 'incoming', 'half'))).toBe(false);
    const again = url.replace(/:\d+\//, `:${port}/`);
    expect((await fetch(again)).status).toBe(200);
    await office.close();
    const later = Date.now() + 91 * 86_400_000;
    const after = (ms: number, run: () => void) => {
      const timer = setTimeout(run, Math.min(ms, 2 ** 30));
      return () => clearTimeout(timer);
    };
    await open({ clock: { now: () => later, after, random: Math.random } });
    expect((await fetch(url.replace(/:\d+\//, `:${port}/`))).status).toBe(404);
    await expect.poll(kept).toEqual([]);
  });

  /** A request written by hand: how much, how slowly, and whether to the end. */
  const pour = async (size: number, give: number, declared: number | null = size): Promise<number> => {
    const path = '/api/files?name=big.bin';
    const challenged = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' });
    const value = challenged.headers.get('www-authenticate') ?? '';
    const [challenge] = challengesOf({ headers: [{ name: 'WWW-Authenticate', value }] });
    if (!challenge) throw new Error('no challenge');
    const answer = answerChallenge(challenge, {
      username: 'alice',
      ha1: ha1(challenge.algorithm, 'alice', challenge.realm, PASSWORD),
      method: 'POST',
      uri: path,
      body: '',
      cnonce: 'c0ffee',
      count: 1,
    });
    return new Promise((resolve) => {
      const headers = {
        Authorization: answer.value,
        ...(declared === null ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': declared }),
      };
      const out = request({ port, host: '127.0.0.1', path, method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      out.on('error', () => resolve(0));
      const chunk = Buffer.alloc(256 * 1024, 7);
      let sent = 0;
      const more = (): void => {
        while (sent < give) {
          const part = chunk.subarray(0, Math.min(chunk.length, give - sent));
          sent += part.length;
          if (!out.write(part)) return void out.once('drain', more);
        }
        if (give < size) out.destroy();
        else out.end();
      };
      more();
    });
  };

  it('never stand in memory as a whole', { timeout: 30_000 }, async () => {
    await office.close();
    await open({ files: { ...USUAL_FILES, maxSize: 200 * MEGA } });
    expect(await pour(MEGA, MEGA)).toBe(201);
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
    const size = 192 * MEGA;
    expect(await pour(size, size)).toBe(201);
    clearInterval(watch);
    // Sender and receiver are one process here, and nobody hurries to collect what both let go of.
    expect(most - before).toBeLessThan(0.75 * size);
  });

  it('half a file leaves nothing behind, and a size has to be said', async () => {
    expect(await pour(MEGA, MEGA / 2)).toBe(0);
    await expect.poll(() => readdirSync(join(folder, 'files', 'incoming'))).toEqual([]);
    expect(kept()).toEqual([]);
    expect(await pour(10, 10, null)).toBe(411);
    const mine = async (): Promise<unknown> => (await signedFetch(port, 'Alice', '/api/files')).json();
    await expect.poll(mine).toMatchObject({ used: 0, files: [] });
  });
});
