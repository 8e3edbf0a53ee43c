/** `bash src/engine/account.sh states …`: the organisation's own states on the engine, also while it runs. */
import { systemClock } from './clock.ts';
import { silentLog } from './log.ts';
import { openPostgres } from './postgres/database.ts';
import { openPostgresDocuments } from './postgres/documents.ts';
import { runStates, STATES_VERBS } from './xcap/admin-states.ts';

const [verb = '', id, ...more] = process.argv.slice(2);
const log = silentLog();

async function run(): Promise<{ readonly words: string; readonly failed?: boolean }> {
  if (!STATES_VERBS.includes(verb)) return { words: `states ${STATES_VERBS.join(' | ')}`, failed: true };
  const url = process.env['PARLEY_SERVICE_DATABASE'] ?? '';
  const postgres = await openPostgres({ url, node: `admin ${process.pid}`, clock: systemClock(), log });
  try {
    return await runStates(verb, id, more, await openPostgresDocuments(postgres, log));
  } finally {
    await postgres.close();
  }
}

try {
  const { words, failed } = await run();
  (failed === true ? process.stderr : process.stdout).write(`${words}\n`);
  process.exitCode = failed === true ? 1 : 0;
} catch (error) {
  process.stderr.write(
    `The database does not answer: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
