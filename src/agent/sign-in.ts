/** Signing in and out, each ending in a sentence. */
import type { Secret } from '../sip/contract.ts';
import type { StoredAccount } from '../store/rows.ts';
import type { Desk } from './desk.ts';
import type { Config, Outcome, SignIn } from './contract.ts';
import { placeFrom, readAddress, readServer, usualPlace, type Address, type Place } from './core/address.ts';
import { refusalWords } from './core/connection.ts';
import { createDirectory } from './directory.ts';
import { createHttp } from './http.ts';
import { createSecret } from './secret.ts';

/** How long a first sign-in may take before the person is told, milliseconds. */
const PATIENCE = 15_000;
const NAME_PATIENCE = 2_500;

export async function signIn(desk: Desk, input: SignIn): Promise<Outcome> {
  const address = readAddress(input.address, desk.config.domain);
  if (!address) return { ok: false, why: 'This is not an address. It looks like name@company.example.' };
  if (input.password === '') return { ok: false, why: 'Type your password.' };
  const place = await findPlace(desk, address, input.server);
  if (!place)
    return { ok: false, why: 'This is not the address of a server. It looks like wss://server.example/sip.' };
  await desk.leave(2000);
  const before = await desk.env.vault.load();
  // One person's history on a device at a time; another person must not find it.
  if (before.account && before.account.aor !== address.aor) await desk.env.vault.erase();
  const image = await desk.env.vault.load();
  let account = accountFrom(desk, input, address, place, image.account);
  let accepted = false;
  const keepSecret = async () => {
    if (!accepted) return;
    const sealed = input.keep ? await desk.deps.seal(secret.known) : null;
    const now = desk.signedIn()?.row() ?? account;
    account = { ...now, secret: sealed, signedIn: true };
    desk.signedIn()?.replace(account);
  };
  const secret = createSecret(address.user, input.password, new Map(), () => void keepSecret());
  account = { ...account, ...(await askName(desk, account, secret)) };
  return new Promise<Outcome>((settle) => {
    const fail = (why: string) => {
      cancel();
      void desk.leave(0).then(() => {
        settle({ ok: false, why });
      });
    };
    const cancel = desk.env.clock.after(PATIENCE, () => {
      fail('The server does not answer. Check the address and your connection, then try again.');
    });
    let failures = 0;
    desk.enter(account, secret, image, (state) => {
      if (accepted) return;
      if (state.is === 'refused') fail(refusalWords(state.status, state.wait));
      else if (state.is === 'offline' && ++failures >= place.servers.length * 2)
        fail('The server cannot be reached. Check the address and your connection, then try again.');
      else if (state.is === 'online') {
        accepted = true;
        cancel();
        void keepSecret().then(() => {
          settle({ ok: true, value: null });
        });
      }
    });
  });
}

/** `forget` also takes the history of this person from the device. */
export async function signOut(desk: Desk, forget: boolean): Promise<Outcome> {
  const row = desk.signedIn()?.row();
  await desk.leave(2000);
  if (row)
    await desk.keeper.keep([
      { put: 'account', row: { ...row, signedIn: false, secret: null } },
      { put: 'meta', key: 'shown', row: null },
    ]);
  if (forget) await desk.env.vault.erase();
  desk.env.tell({ fact: 'account', account: null });
  return { ok: true, value: null };
}

/** The own name is wanted before the first request carries it; a slow directory is not waited for. */
async function askName(desk: Desk, account: StoredAccount, secret: Secret): Promise<Partial<StoredAccount>> {
  const { clock, uuid } = desk.deps;
  const http = createHttp(secret, desk.deps.fetch, () => uuid().slice(0, 8));
  const directory = createDirectory(desk.env, desk.keeper, desk.time, http, account.serviceRoot);
  const person = await Promise.race([
    directory.ask(account.aor),
    new Promise<null>((late) =>
      clock.after(NAME_PATIENCE, () => {
        late(null);
      }),
    ),
  ]);
  if (!person) return {};
  const { name, title, photo } = person;
  return { name, ...(title && { title }), ...(photo && { photo }) };
}

function accountFrom(
  desk: Desk,
  input: SignIn,
  address: Address,
  place: Place,
  before: StoredAccount | null,
): StoredAccount {
  const listed = desk.config.demo?.find((one) => one.aor === address.aor);
  const title = listed?.title ?? before?.title;
  return {
    ...{ aor: address.aor, username: address.user, ...place, signedIn: false, secret: null },
    name: before?.name ?? listed?.name ?? address.user,
    ...(title && { title }),
    ...(before?.photo && { photo: before.photo }),
    ...(before?.receipts === false && { receipts: false }),
    manual: input.manual,
    manualSince: input.manual === 'auto' ? 0 : desk.time.now(),
    manualUntil: null,
    note: before?.note ?? '',
    noteUntil: before?.noteUntil ?? null,
    location: before?.location ?? '',
  };
}

/** The typed server, else the configuration, else what the domain itself says, else what is usual. */
async function findPlace(desk: Desk, { domain }: Address, typed: string | undefined): Promise<Place | null> {
  const configured = placeFrom(desk.config, domain);
  if (typed !== undefined && typed.trim() !== '') {
    const server = readServer(typed);
    if (server === null) return null;
    return { ...(configured ?? usualPlace(domain)), servers: [server] };
  }
  if (configured) return configured;
  return (await askDomain(desk, domain)) ?? usualPlace(domain);
}

async function askDomain(desk: Desk, domain: string): Promise<Place | null> {
  try {
    const answer = await desk.deps.fetch(`https://${domain}/config.json`, {
      credentials: 'omit',
      signal: AbortSignal.timeout(4000),
    });
    const config: unknown = answer.ok ? await answer.json() : null;
    return typeof config === 'object' && config !== null ? placeFrom(config as Config, domain) : null;
  } catch {
    return null;
  }
}
