/** `npm run admin -- …`: accounts, groups and states, also while the server runs. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { accountAddress, addAccount, changePassword } from './auth/accounts.ts';
import { demoPassword } from './demo/office.ts';
import { DEMO_DOMAIN } from './demo/people.ts';
import { groupsModule, groupStore } from './directory/groups-store.ts';
import { GROUP_HELP, GROUP_VERBS, runGroup } from './directory/admin-groups.ts';
import { readSettings } from './settings.ts';
import { CannotOpen, FILE, openDatabase } from './store/database.ts';
import { runStates, STATES_HELP, STATES_VERBS } from './xcap/admin-states.ts';
import { openDocuments, XCAP_TABLES } from './xcap/documents.ts';
import { usersModule, userStore, type DirectoryEntry, type UserStore } from './store/users.ts';

const HELP = `Accounts, groups and states of this Parley server

  npm run admin -- user add <name> [--display "Alice Example"] [--title …] [--team …] [--email …] [--phone …] [--mobile …] [--home …]
  npm run admin -- user password <name>
  npm run admin -- user remove <name>
  npm run admin -- user list
${GROUP_HELP}
${STATES_HELP}

The password is read from the environment (PARLEY_PASSWORD) or made up and printed once.
PARLEY_DATA and PARLEY_DOMAIN choose the data folder and the domain, as for npm start.`;

const VERBS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    user: ['add', 'password', 'remove', 'list'],
    group: GROUP_VERBS,
    states: STATES_VERBS,
  }),
);

const OPTIONS = {
  display: { type: 'string' },
  title: { type: 'string' },
  team: { type: 'string' },
  email: { type: 'string' },
  phone: { type: 'string' },
  mobile: { type: 'string' },
  home: { type: 'string' },
  description: { type: 'string' },
  help: { type: 'boolean' },
} as const;

type Values = Partial<Record<Exclude<keyof typeof OPTIONS, 'help'>, string>>;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What was done, in words; `failed` ends the process with 1. */
interface Done {
  readonly words: string;
  readonly failed?: boolean;
}

async function run(
  verb: string,
  name: string | undefined,
  values: Values,
  users: UserStore,
  domain: string,
): Promise<Done> {
  if (verb === 'list') {
    const lines = (await users.list()).map(({ aor, name: display, title }) =>
      [aor, display, title ?? ''].join('\t'),
    );
    return { words: lines.join('\n') || 'Nobody has an account.' };
  }
  const aor = name === undefined ? null : accountAddress(name, domain);
  if (aor === null) return { words: `A name such as alice or alice@${domain} is needed.`, failed: true };
  const missing: Done = { words: `${aor} has no account.`, failed: true };
  if (verb === 'remove') return (await users.remove(aor)) ? { words: `${aor} is removed.` } : missing;
  const given = process.env['PARLEY_PASSWORD'];
  const password = given ?? randomBytes(12).toString('base64url');
  const told = given === undefined ? ` Password: ${password}` : '';
  if (verb === 'password') {
    return (await changePassword(users, domain, aor, password))
      ? { words: `${aor} has a new password.${told}` }
      : missing;
  }
  const added = await addAccount(users, domain, entryOf(aor, values), password);
  return added
    ? { words: `${aor} is added.${told}` }
    : { words: `${aor} has an account already.`, failed: true };
}

function entryOf(aor: string, { display, title, team, email, phone, mobile, home }: Values): DirectoryEntry {
  const numbers = { work: phone, mobile, home };
  const phones = (['work', 'mobile', 'home'] as const).flatMap((kind) => {
    const number = numbers[kind];
    return number === undefined ? [] : [{ kind, number }];
  });
  return {
    aor,
    name: display ?? aor.slice(4, aor.lastIndexOf('@')),
    ...(title === undefined ? {} : { title }),
    ...(team === undefined ? {} : { team }),
    ...(email === undefined ? {} : { email }),
    ...(phones.length > 0 && { phones }),
  };
}

async function main(): Promise<number> {
  const settings = readSettings(process.env, [], resolve(import.meta.dirname, '../../data'));
  if ('problem' in settings) return fail(settings.problem);
  let parsed;
  try {
    parsed = parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : ''}\n\n${HELP}`);
  }
  const [noun, verb = '', name, ...more] = parsed.positionals;
  if (parsed.values.help || parsed.positionals.length === 0) {
    say(HELP);
    return 0;
  }
  if (!VERBS.get(noun ?? '')?.includes(verb)) return fail(HELP);
  const { folder } = settings;
  const isDemo = existsSync(join(folder, FILE)) && demoPassword(folder) !== null;
  const domain = settings.domain ?? (isDemo ? DEMO_DOMAIN : 'parley.localhost');
  try {
    const database = openDatabase(folder, [usersModule, groupsModule, XCAP_TABLES], { shared: true });
    const done =
      noun === 'states'
        ? await runStates(verb, name, more, openDocuments(database.durable))
        : noun === 'group'
          ? await runGroup(verb, name, more, parsed.values.description, groupStore(database.durable), domain)
          : await run(verb, name, parsed.values, userStore(database.durable), domain);
    database.close();
    if (done.failed) return fail(done.words);
    say(done.words);
    return 0;
  } catch (error) {
    if (error instanceof CannotOpen) return fail(error.message);
    throw error;
  }
}

function fail(words: string): number {
  process.stderr.write(`${words}\n`);
  return 1;
}

process.exitCode = await main();
