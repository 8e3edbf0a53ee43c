import { expect, onKamailio, test } from './office/test.ts';

/** What the doctor must say of a server, by the name of the check. */
const findings: Readonly<Record<string, string>> = {
  Server: 'The server is there and answers.',
  'Event packages': 'The server knows who is available.',
  'Quick return after a lost connection': 'After a lost connection you are back at once, in the same place.',
  'Your status': 'Others see your status.',
  'Status of others': 'You see the status of your contacts.',
  'Contact list': 'Your contact list is kept on the server and follows you to every device.',
  ...(onKamailio
    ? {
        'Devices kept apart': 'Each of your devices has its own address.',
        'Calls while Parley is closed': 'This server cannot wake Parley. Keep a window open to be reached.',
        Directory: 'You can find people by name.',
      }
    : {
        'Devices kept apart': 'Each of your devices has its own address.',
        'Calls while Parley is closed':
          'This server can wake Parley. Switch it on in Settings, Notifications.',
        Directory: 'You can find people by name.',
      }),
};

test(`the Server doctor says in words what this server can do (${onKamailio ? 'Kamailio, which has no push' : 'embedded'})`, async ({
  person,
}) => {
  const { page, door } = await person('anna');
  await page.goto(`${door.url}/doctor`);
  for (const [name, words] of Object.entries(findings)) {
    await expect(page.getByRole('main').getByText(words, { exact: true }), name).toBeVisible();
  }
  await expect(page.getByRole('button', { name: 'Examine again' })).toBeVisible();
  // Codes are for diagnostics: folded away.
  await expect(page.getByText(/OPTIONS|PUBLISH \d|HTTP \d/).first()).toBeHidden();
  door.path.unplug();
  await expect(page.getByText('The examination starts when the connection returns.')).toBeVisible();
  door.path.heal();
  await expect(page.getByText('The examination starts when the connection returns.')).toBeHidden();
  await page.getByRole('button', { name: 'Examine again' }).click();
  await expect(page.getByRole('button', { name: 'Examine again' })).toBeVisible();
  await expect(page.getByText('Failed')).toHaveCount(0);
});
