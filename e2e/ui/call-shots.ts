/** Pictures of the chat and call screens: `node e2e/ui/call-shots.ts <folder> [scene …]`. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium as browsers } from '@playwright/test';
import { createServer } from 'vite';
import { chromium, fakeMedia } from '../chromium.ts';
import { atRest } from './at-rest.ts';

interface Shot {
  readonly scene: string;
  readonly path?: string;
  readonly width?: number;
  readonly theme?: 'light' | 'dark';
  readonly forced?: boolean;
  /** Waits until a call has lasted some seconds, so that sound and picture are there. */
  readonly flows?: boolean;
  readonly press?: string;
  /** The press opens a small window; that one is taken, of this size inside. */
  readonly small?: { readonly width: number; readonly height: number };
}

const wide: Shot[] = [
  { scene: 'chat' },
  { scene: 'states' },
  { scene: 'offline' },
  { scene: 'audio', flows: true },
  { scene: 'video', flows: true },
  { scene: 'video-chat', flows: true, press: 'Chat' },
  { scene: 'audio-chat', flows: true, press: 'Chat' },
  { scene: 'audio-menu', flows: true, press: 'Choose microphone and speaker' },
  { scene: 'ringing' },
  { scene: 'busy' },
  { scene: 'incoming' },
  { scene: 'alerts' },
  { scene: 'log', path: '/calls' },
  { scene: 'chats', path: '/chats' },
  { scene: 'devices', path: '/settings/devices' },
  { scene: 'bar', flows: true, press: 'Back to Parley, keep the call in a small window' },
  { scene: 'audio-out', flows: true, press: 'Pop out', small: { width: 340, height: 330 } },
  { scene: 'video-out', flows: true, press: 'Pop out', small: { width: 340, height: 330 } },
  { scene: 'video-flat', flows: true, press: 'Pop out', small: { width: 240, height: 150 } },
];
const [, , folder = 'test-results/shots', ...only] = process.argv;
const shots = wide.flatMap((shot): Shot[] => [
  { ...shot, theme: 'light' },
  { ...shot, theme: 'dark' },
  { ...shot, theme: 'light', width: 390 },
  { ...shot, theme: 'light', forced: true },
]);

const server = await createServer({
  configFile: false,
  root: new URL('.', import.meta.url).pathname,
  cacheDir: new URL('../../node_modules/.vite-scenes', import.meta.url).pathname,
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  appType: 'mpa',
  server: { port: 0, host: '127.0.0.1', fs: { allow: [new URL('../..', import.meta.url).pathname] } },
  logLevel: 'warn',
});
await server.listen();
const address = server.resolvedUrls?.local[0] ?? '';
const browser = await browsers.launch(chromium(fakeMedia));
for (const shot of shots) {
  if (only.length > 0 && !only.includes(shot.scene)) continue;
  const { width = 1440, theme = 'light', forced = false } = shot;
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 900 },
    forcedColors: forced ? 'active' : 'none',
    colorScheme: theme,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => process.stdout.write(`${shot.scene}: ${error.message}\n`));
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning')
      process.stdout.write(`${shot.scene}: ${line.text()}\n`);
  });
  const scene = shot.scene.replace(/-.*/, '').replace('bar', 'video');
  const path = shot.path ? `&path=${encodeURIComponent(shot.path)}` : '';
  await page.goto(`${address}call-scene.html?scene=${scene}&theme=${theme}${path}`);
  await page.waitForSelector('html[data-ready]', { state: 'attached', timeout: 60_000 });
  // The timer of the call is the word of the screen itself.
  if (shot.flows) await page.waitForFunction(() => /\b0?0:0[2-9]\b/.test(document.body.innerText));
  await atRest(page);
  const opens = shot.small ? page.waitForEvent('popup') : null;
  if (shot.press)
    await page
      .getByRole('button', { name: shot.press, exact: true })
      .first()
      .click({ timeout: 3000 })
      .catch((error: Error) =>
        process.stdout.write(`${shot.scene} ${width}: ${error.message.split('\n')[0] ?? ''}\n`),
      );
  if (shot.press) await atRest(page);
  const name = [shot.scene, width === 1440 ? '' : String(width), forced ? 'forced' : theme]
    .filter(Boolean)
    .join('-');
  const small = await opens;
  if (small && shot.small) {
    await small.setViewportSize(shot.small);
    await small.emulateMedia({ colorScheme: theme, forcedColors: forced ? 'active' : 'none' });
    await small.getByRole('button', { name: 'End' }).waitFor();
    await atRest(small);
  }
  await (small ?? page).screenshot({ path: `${folder}/${name}.png` });
  await context.close();
}
await browser.close();
await server.close();
