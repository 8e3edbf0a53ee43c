import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { startDeskPhone, type DeskPhone } from './desk-phone.ts';
import { startEmbedded } from './embedded.ts';
import { startKamailio } from './kamailio.ts';
import type { Door, OfficeServer, Phones } from './server.ts';

export const onKamailio = process.env['PARLEY_SERVER'] === 'kamailio';

/** One person at one device: their own browser context, their own path to the server. */
export interface Person {
  readonly name: string;
  readonly displayName: string;
  readonly address: string;
  readonly aor: string;
  readonly password: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly door: Door;
}

interface PersonOptions {
  /** Another device of somebody already here. */
  readonly sameAs?: Person;
  readonly signedIn?: boolean;
  readonly displayName?: string;
  /** In the directory, where the server has one. */
  readonly phones?: Phones;
}

interface Fixtures {
  /** Makes an account and a device, signed in unless told otherwise. Names are made unique by a number. */
  person(name: string, options?: PersonOptions): Promise<Person>;
  /** Makes an account and a device that does with a call what the test says. */
  desk(name: string): Promise<DeskPhone>;
}

let counter = 0;

export const test = base.extend<Fixtures, { office: OfficeServer }>({
  office: [
    async ({}, use) => {
      const office = onKamailio ? await startKamailio() : await startEmbedded();
      await use(office);
      await office.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  person: async ({ office, browser }, use) => {
    const made: Person[] = [];
    const faults: string[] = [];
    await use(async (name, options = {}) => {
      const person = await arrive(office, name, options, async () => browser.newContext());
      watchFaults(person.context, person.name, faults);
      made.push(person);
      if (options.signedIn ?? true) await signIn(person);
      return person;
    });
    for (const { context, door } of made) {
      await context.close();
      await door.close();
    }
    // Strict CSP and Trusted Types hold during every test, and no page throws.
    expect(faults).toEqual([]);
  },
  desk: async ({ office }, use) => {
    const made: DeskPhone[] = [];
    await use(async (name) => {
      const user = `${name}${(counter += 1)}`;
      await office.addUser(user, `pw-${user}`);
      const desk = await startDeskPhone(office, user, `pw-${user}`);
      made.push(desk);
      return desk;
    });
    for (const { phone } of made) phone.close();
  },
});

/** Makes the account and a device with its own way in; not signed in yet. */
export async function arrive(
  office: OfficeServer,
  name: string,
  options: PersonOptions,
  open: () => Promise<BrowserContext>,
): Promise<Person> {
  const same = options.sameAs;
  const user = same?.name ?? `${name}${(counter += 1)}`;
  const displayName = same?.displayName ?? options.displayName ?? user;
  const password = same?.password ?? `pw-${user}-correct horse`;
  if (!same) await office.addUser(user, password, displayName, options.phones);
  const [door, context] = await Promise.all([office.openDoor(), open()]);
  const address = `${user}@${office.domain}`;
  return {
    name: user,
    displayName,
    address,
    aor: `sip:${address}`,
    password,
    context,
    page: await context.newPage(),
    door,
  };
}

/** Collects what no page may do: throw, or run against its policy. */
export function watchFaults(context: BrowserContext, name: string, faults: string[]): void {
  context.on('page', (each) => listen(each));
  for (const each of context.pages()) listen(each);
  function listen(each: Page): void {
    each.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
    each.on('console', (line) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/i.test(line.text()))
        faults.push(`${name}: ${line.text()}`);
    });
  }
}

/** Signs in through the form, as a person does, and waits for the main window to be connected. */
export async function signIn(person: Person, page = person.page): Promise<void> {
  await page.goto(person.door.url);
  await page.getByLabel('Work address').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('button', { name: /Your status/ })).toBeVisible();
}

/** Resolves once the service worker has everything Parley starts from. */
export async function installed({ page }: Person): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
}

export { expect };
