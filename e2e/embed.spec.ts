/**
 *   a page on another origin, strict CSP        Parley                     amara, in her browser
 *     | <parley-presence> -- GET, Bearer ---->    |                            |
 *     | <---------------------- data: busy ----   | <-------- PUBLISH ---------|
 *     | Chat -> /chat/<amara>, signed in as ben   |                            |
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator, Page } from '@playwright/test';
import { Screen } from './office/screen.ts';
import { expect, onKamailio, test as base, watchFaults } from './office/test.ts';

interface Intranet {
  readonly origin: string;
  /** What the one page of it holds. */
  body: string;
  /** The origin of Parley, for the policy. */
  parley: string;
}

const test = base.extend<{ intranet: Intranet }>({
  intranet: async ({}, use) => {
    const intranet = { origin: '', body: '', parley: '' };
    const server: Server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.setHeader(
        'Content-Security-Policy',
        `default-src 'none'; script-src ${intranet.parley}; connect-src ${intranet.parley}; base-uri 'none'; ` +
          "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      );
      response.end(`<!doctype html><html lang="en"><title>Team</title><h1>Team</h1>${intranet.body}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    intranet.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use(intranet);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
});

async function openTokens(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('link', { name: 'Other pages' }).click();
}

/** Makes a token in Settings and gives the snippet that is offered. */
async function makeToken(page: Page, origin: string, people: string): Promise<string> {
  await openTokens(page);
  await page.getByLabel('Name of the token').fill('Team page');
  await page.getByLabel('Sites').fill(`${origin}/team`);
  await page.getByLabel('People').fill(people);
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The token is made' })).toBeVisible();
  return page.getByRole('region', { name: 'For the page' }).locator('code').innerText();
}

const shape = (element: Locator) => element.locator('svg');

// The engine has no service of ours to ask.
if (!onKamailio) {
  test('EP1 P11 a page elsewhere shows a change of state under a strict policy, and opens a conversation (embedded)', async ({
    person,
    intranet,
    browser,
  }) => {
    const faults: string[] = [];
    const amara = await person('amara', { displayName: 'Amara Okafor' });
    intranet.parley = new URL(amara.door.url).origin;
    intranet.body = await makeToken(amara.page, intranet.origin, amara.address);
    expect(intranet.body).toContain(`aor="${amara.aor}"`);

    const context = await browser.newContext();
    watchFaults(context, 'intranet', faults);
    const page = await context.newPage();
    await page.goto(intranet.origin);
    const element = page.locator('parley-presence');
    await expect(element).toContainText('Amara Okafor');
    await expect(element).toContainText('Available');
    await expect(shape(element)).toHaveAttribute('data-shape', 'available');
    // Drawn by a stylesheet made by script: no inline style was asked for.
    const colour = await shape(element).evaluate((svg) => getComputedStyle(svg).color);
    expect(colour).not.toBe('rgb(0, 0, 0)');

    await amara.page.getByRole('link', { name: 'Contacts' }).first().click();
    await new Screen(amara.page).chooseStatus('Do not disturb');
    await expect(shape(element)).toHaveAttribute('data-shape', 'dnd');
    await expect(element).toContainText('Do not disturb');

    // By keyboard: the first stop is the conversation.
    await page.keyboard.press('Tab');
    const chat = element.getByRole('link', { name: 'Chat with Amara Okafor in Parley' });
    await expect(chat).toBeFocused();
    const opened = context.waitForEvent('page');
    await page.keyboard.press('Enter');
    const parley = await opened;
    await expect(parley).toHaveURL(`${intranet.parley}/chat/${amara.aor}`);
    await expect(parley.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();

    // Revoked: at once nothing is known, and nothing stays green.
    await openTokens(amara.page);
    await amara.page.getByRole('button', { name: 'Revoke Team page' }).click();
    await amara.page.getByRole('button', { name: 'Revoke for good' }).click();
    await expect(shape(element)).toHaveAttribute('data-shape', 'unknown');
    await expect(element).toContainText('Presence unknown');
    await context.close();
    expect(faults).toEqual([]);
  });

  test('EP1 without a network a page elsewhere shows nobody as available (embedded)', async ({
    person,
    intranet,
    browser,
  }) => {
    const amara = await person('amara', { displayName: 'Amara Okafor' });
    intranet.parley = new URL(amara.door.url).origin;
    intranet.body = await makeToken(amara.page, intranet.origin, '');
    const context = await browser.newContext({ forcedColors: 'active' });
    const page = await context.newPage();
    await page.goto(intranet.origin);
    const element = page.locator('parley-presence');
    await expect(shape(element)).toHaveAttribute('data-shape', 'available');
    await amara.door.close();
    await expect(shape(element)).toHaveAttribute('data-shape', 'unknown');
    await expect(element.getByText('Presence unknown')).toBeVisible();
    await context.close();
  });
}
