import { mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { fakeLink } from '../../e2e/ui/fake-link.ts';
import { boot } from '../../e2e/ui/sample.ts';
import { makeTab } from '../../e2e/ui/tab.ts';
import App from './App.svelte';
import './styles/index.css';

let shown: Record<string, unknown> | null = null;
afterEach(async () => {
  if (shown) await unmount(shown);
  shown = null;
});

function show(why: string | null, demo = false) {
  history.replaceState({}, '', '/');
  const signedOut = { ...boot, account: null, contacts: null, connection: { is: 'signed-out' } as const };
  const link = fakeLink(signedOut, {
    'sign-in': () => (why === null ? { ok: true, value: null } : { ok: false, why }),
  });
  const person = {
    aor: 'sip:amara@larkfield.example',
    name: 'Amara Okafor',
    title: 'Engineer',
    password: 'demo',
  };
  const tab = makeTab(link, {
    sip: ['wss://sip.larkfield.example'],
    domain: 'larkfield.example',
    ...(demo ? { demo: [person] } : {}),
  });
  tab.session.boot(signedOut);
  shown = mount(App, {
    target: document.body,
    props: { tab, openOffice: () => new Promise(() => undefined) },
  });
  return { link, tab };
}

test('the name alone is enough where the domain is known, and the server found is named', async () => {
  const { link } = show(null);
  await page.getByLabelText('Work address').fill('amara');
  await expect.element(page.getByText('Found sip.larkfield.example')).toBeVisible();
  await page.getByLabelText('Password', { exact: true }).fill('secret');
  await userEvent.keyboard('{Enter}');
  await expect
    .poll(() => link.asked.at(-1))
    .toMatchObject({
      command: 'sign-in',
      input: { address: 'amara@larkfield.example', password: 'secret', keep: true, manual: 'auto' },
    });
});

test('a refusal is said in words and what was typed stays', async () => {
  show('That password doesn’t match this address.');
  await page.getByLabelText('Work address').fill('amara');
  await page.getByLabelText('Password', { exact: true }).fill('wrong');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('That password doesn’t match this address.')).toBeVisible();
  await expect.element(page.getByLabelText('Password', { exact: true })).toHaveValue('wrong');
  await expect
    .element(page.getByLabelText('Password', { exact: true }))
    .toHaveAttribute('aria-invalid', 'true');
});

test('nothing is sent without an address; the field to fill has the focus', async () => {
  const { link } = show(null);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect.element(page.getByLabelText('Work address')).toHaveFocus();
  expect(link.asked).toEqual([]);
});

test('the password can be looked at; the demo office lets people in', async () => {
  const { link } = show(null, true);
  await page.getByLabelText('Password', { exact: true }).fill('secret');
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect.element(page.getByLabelText('Password', { exact: true })).toHaveAttribute('type', 'text');
  await page.getByRole('button', { name: /Enter as Amara Okafor/ }).click();
  await expect
    .poll(() => link.asked.at(-1)?.input)
    .toMatchObject({ address: 'amara@larkfield.example', keep: true });
});
