/** Pictures of every screen for the eye: `node e2e/ui/look.ts <folder> [name…]`. */
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { chromium as launch } from '../chromium.ts';
import { atRest } from './at-rest.ts';
import { serveHarness } from './serve.ts';

const chat = '/chat/sip:ingrid.solberg@larkfield.example';
const card = '/card/sip:grace.mwangi@larkfield.example';
interface Shot {
  readonly path: string;
  readonly size?: readonly [number, number];
  readonly dark?: boolean;
  readonly forced?: boolean;
  readonly press?: string;
  readonly click?: string;
  readonly focus?: string;
  readonly type?: string;
}
const shots: Record<string, Shot> = {
  'signin-light': { path: '/?is=sign-in&demo' },
  'signin-dark': { path: '/?is=sign-in', dark: true },
  'signin-320': { path: '/?is=sign-in&demo', size: [320, 900] },
  'main-light': { path: chat },
  'main-dark': { path: chat, dark: true },
  'main-forced': { path: chat, dark: true, forced: true },
  'main-offline': { path: `${chat}?state=offline` },
  'main-1920': { path: chat, size: [1920, 1080] },
  'main-900': { path: chat, size: [900, 800] },
  'main-rtl': { path: `${chat}?dir=rtl` },
  'list-390': { path: '/', size: [390, 844] },
  'list-320': { path: '/', size: [320, 640] },
  'chat-390': { path: chat, size: [390, 844] },
  'chats-light': { path: '/chats' },
  'calls-light': { path: '/calls' },
  'handling-light': { path: '/settings/calls', size: [1440, 1500] },
  'handling-dark': { path: '/settings/calls', dark: true },
  'handling-390': { path: '/settings/calls', size: [390, 1700] },
  'handling-forced': { path: '/settings/calls', dark: true, forced: true },
  'status-menu': { path: chat, click: '.self-btn' },
  'card-light': { path: card },
  'card-dark': { path: card, dark: true },
  'card-390': { path: card, size: [390, 844] },
  'view-menu': { path: '/', click: '.list-head .view' },
  'view-name': { path: '/?view=name' },
  'view-availability': { path: '/?view=availability', dark: true },
  'view-level': { path: '/?view=level' },
  'view-tagged': { path: '/?view=tagged' },
  'group-menu': { path: '/', focus: '[role=treeitem][aria-level="1"] >> nth=4', press: 'Shift+F10' },
  'list-open': { path: '/', click: '[role=treeitem]:has-text("North Approach")' },
  members: { path: '/', click: '.find input', type: 'north', press: 'Enter' },
  picked: { path: '/', focus: '[role=treeitem][aria-level="2"] >> nth=5', press: 'Control+a' },
  'picked-390': {
    path: '/',
    size: [390, 844],
    focus: '[role=treeitem][aria-level="2"] >> nth=5',
    press: 'Control+Space',
  },
  import: { path: '/', click: '.list-head .iconbtn' },
  'find-number': { path: '/', click: '.find input', type: '+44 113 496 0188' },
  'card-forced': { path: card, dark: true, forced: true },
  'card-offline': { path: `${card}?state=offline` },
  'card-number': { path: '/card/tel:+441134960100' },
  'card-phone': { path: '/card/sip:marcus.bell@larkfield.example' },
  'hover-phone': { path: '/', focus: '[data-aor^="sip:marcus"]', press: 'Control+i' },
  'row-menu': { path: '/', focus: '[role=treeitem][aria-level="2"] >> nth=4', press: 'Shift+F10' },
  'hover-card': { path: '/', focus: '[role=treeitem][aria-level="2"] >> nth=6', press: 'Control+i' },
  find: { path: '/', click: '.find input', type: 'gra' },
  palette: { path: '/', press: 'Control+k' },
  keys: { path: '/', press: 'Control+/' },
  'set-notifications': { path: '/settings/notifications' },
  'set-appearance': { path: '/settings/appearance' },
  'set-status': { path: '/settings/status', dark: true },
  'set-account': { path: '/settings/account' },
  'set-390': { path: '/settings/appearance', size: [390, 844] },
  doctor: { path: '/doctor' },
  help: { path: '/help' },
  'main-4k': { path: chat, size: [3840, 2160] },
};

const [folder = 'test-results/look', ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const harness = await serveHarness();
const browser = await chromium.launch(launch());
try {
  for (const [name, shot] of Object.entries(shots)) {
    if (wanted.length > 0 && !wanted.some((one) => name.startsWith(one))) continue;
    const [width, height] = shot.size ?? [1440, 900];
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme: shot.dark ? 'dark' : 'light',
      forcedColors: shot.forced ? 'active' : 'none',
    });
    page.on('pageerror', (error) => process.stderr.write(`${name}: ${error.stack ?? error.message}\n`));
    page.on(
      'console',
      (line) => line.type() === 'error' && process.stderr.write(`${name}: ${line.text()}\n`),
    );
    await page.goto(new URL(shot.path, harness.url).href);
    await page.locator('h1').first().waitFor({ state: 'attached', timeout: 15_000 });
    if (shot.click) await page.locator(shot.click).first().click();
    if (shot.focus) await page.locator(shot.focus).first().focus();
    if (shot.type) await page.keyboard.type(shot.type);
    if (shot.press) await page.keyboard.press(shot.press);
    await atRest(page);
    await page.screenshot({ path: `${folder}/${name}.png` });
    await page.close();
  }
} finally {
  await browser.close();
  await harness.close();
}
