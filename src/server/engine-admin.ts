/**
 * What `bash src/engine/account.sh` does not do by SQL, also while the engine runs:
 *
 *   states set in-court busy "In court" | states remove in-court | states list
 *   person alice --display "Alice Example" --title … --team … --email … --office … --phone … --mobile … --home …
 */
import { parseArgs } from 'node:util';
import { accountAddress } from './auth/accounts.ts';
import { systemClock } from './clock.ts';
import { silentLog } from './log.ts';
import { openPostgres, type Postgres } from './postgres/database.ts';
import { openPostgresDocuments } from './postgres/documents.ts';
import { openPeople, writePerson, type PersonChange } from './postgres/people.ts';
import { runStates, STATES_VERBS } from './xcap/admin-states.ts';

interface Done {
  readonly words: string;
  readonly failed?: boolean;
}

const TEXT = { type: 'string' } as const;
const OPTIONS = {
  ...{ display: TEXT, title: TEXT, team: TEXT, email: TEXT, office: TEXT },
  ...{ phone: TEXT, mobile: TEXT, home: TEXT },
};

async function person(args: readonly string[], postgres: Postgres): Promise<Done> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const domain = process.env['PARLEY_DOMAIN'] ?? '';
  const aor = accountAddress(positionals[0] ?? '', domain);
  const people = await openPeople(postgres, domain);
  if (aor === null || !people.exists(aor))
    return { words: `${positionals[0] ?? ''} has no account.`, failed: true };
  const { display, phone, mobile, home, ...rest } = values;
  const numbers = [
    ['work', phone],
    ['mobile', mobile],
    ['home', home],
  ] as const;
  const change: PersonChange = {
    ...rest,
    ...(display !== undefined && { name: display }),
    phones: numbers.flatMap(([kind, number]) => (number === undefined ? [] : [{ kind, number }])),
  };
  const { name } = await writePerson(postgres, aor, change);
  return { words: `${aor}\t${name}` };
}

async function run([noun, verb = '', ...more]: readonly string[]): Promise<Done> {
  const known = noun === 'person' || (noun === 'states' && STATES_VERBS.includes(verb));
  if (!known)
    return { words: `states ${STATES_VERBS.join(' | ')}, or person <name> --display …`, failed: true };
  const [log, clock] = [silentLog(), systemClock()];
  const url = process.env['PARLEY_SERVICE_DATABASE'] ?? '';
  const postgres = await openPostgres({ url, node: `admin ${process.pid}`, clock, log });
  try {
    if (noun === 'person') return await person([verb, ...more], postgres);
    return await runStates(verb, more[0], more.slice(1), await openPostgresDocuments(postgres, log));
  } finally {
    await postgres.close();
  }
}

try {
  const { words, failed } = await run(process.argv.slice(2));
  (failed === true ? process.stderr : process.stdout).write(`${words}\n`);
  process.exitCode = failed === true ? 1 : 0;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
