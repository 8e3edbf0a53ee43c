/** Real browsers for the figures of the client. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as browsers, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { chromium, fakeMedia } from '../chromium.ts';
import { startEmbedded } from '../office/embedded.ts';
import { Screen } from '../office/screen.ts';
import { PASSWORD, type Place } from './crowd.ts';
import { installProbe } from './probe.ts';

export interface Office extends Place {
  /** Where the client is. */
  readonly url: string;
  /** The server's data folder. */
  readonly data: string;
  addUsers(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The embedded server with nobody in it. */
export async function openOffice(): Promise<Office> {
  const server = await startEmbedded();
  const { domain, port } = server;
  return {
    domain,
    data: server.data,
    url: `http://localhost:${port}`,
    sip: `ws://127.0.0.1:${port}/sip`,
    xcap: `http://127.0.0.1:${port}/xcap`,
    addUsers: (names) => server.addUsers(names, PASSWORD),
    close: () => server.close(),
  };
}

const PERMISSIONS = ['microphone', 'camera', 'notifications'];

export function launch(): Promise<Browser> {
  return browsers.launch(chromium(fakeMedia));
}

/** A device of its own with the probe in every page. */
export async function openDevice(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ permissions: PERMISSIONS });
  await context.addInitScript(installProbe);
  return context.newPage();
}

/** A browser whose profile outlives it. */
export interface Profile {
  open(): Promise<BrowserContext>;
  remove(): Promise<void>;
}

export async function makeProfile(): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-profile-'));
  return {
    async open() {
      const context = await browsers.launchPersistentContext(folder, {
        ...chromium(fakeMedia),
        permissions: PERMISSIONS,
      });
      await context.addInitScript(installProbe);
      return context;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Fills the form in; `enter` sends it. */
export async function fillSignIn(page: Page, office: Office, name: string): Promise<void> {
  await page.getByLabel('Work address').fill(`${name}@${office.domain}`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
}
export async function enter(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await new Screen(page).status.waitFor();
}

export async function signIn(page: Page, office: Office, name: string): Promise<Screen> {
  await page.goto(office.url);
  await fillSignIn(page, office, name);
  await enter(page);
  return new Screen(page);
}

/** Opens the conversation with somebody by their address. */
export async function chatWith(screen: Screen, office: Office, name: string): Promise<void> {
  const { page } = screen;
  await page.getByRole('combobox', { name: /Find people/ }).fill(`${name}@${office.domain}`);
  await page.getByRole('option').first().click();
  await screen.composer.waitFor();
}
