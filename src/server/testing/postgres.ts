/** A PostgreSQL of its own for a test, in a temporary folder, with the tables of Kamailio that the service reads. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';

export interface TestPostgres {
  /** Of a database nobody else uses, with empty tables. */
  fresh(): Promise<{
    readonly url: string;
    query(text: string, values?: unknown[]): Promise<pg.QueryResult>;
  }>;
  /** The whole server goes, as in a crash, and comes back. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const TABLES = `
  CREATE TABLE subscriber (username varchar(64) NOT NULL, domain varchar(64) NOT NULL, ha1 varchar(128) NOT NULL,
    UNIQUE (username, domain));
  CREATE TABLE location (username varchar(64) NOT NULL, domain varchar(64), contact varchar(512) NOT NULL,
    instance varchar(255), connection_id integer NOT NULL DEFAULT 0);`;

/** Debian's PostgreSQL; its programs refuse to run as root, so root hands them to their owner. */
export async function startPostgres(): Promise<TestPostgres> {
  const base = '/usr/lib/postgresql';
  const version = existsSync(base) ? readdirSync(base).sort().at(-1) : undefined;
  if (version === undefined) throw new Error('PostgreSQL is missing. On Debian: apt-get install postgresql');
  const isRoot = userInfo().uid === 0;
  const folder = await mkdtemp(join(tmpdir(), 'parley-postgres-'));
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  const program = async (name: string, ...args: string[]): Promise<void> => {
    const path = join(base, version, 'bin', name);
    if (!isRoot) await run(path, args, { cwd: folder });
    else
      await run('setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args], {
        cwd: folder,
      });
  };
  if (isRoot) {
    const { stdout } = await run('id', ['-u', 'postgres']);
    await chown(folder, Number(stdout), Number(stdout));
  }
  await program(
    'initdb',
    '-D',
    data,
    '-U',
    'parley',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  );
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=100`;
  const start = (): Promise<void> =>
    program('pg_ctl', '-D', data, '-o', options, '-l', join(folder, 'log'), '-w', '-t', '60', 'start');
  const stop = (): Promise<void> => program('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
  await start();
  const open: pg.Client[] = [];
  let serial = 0;
  const connect = async (database: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: `postgres://parley@127.0.0.1:${port}/${database}` });
    client.on('error', () => undefined);
    await client.connect();
    open.push(client);
    return client;
  };
  return {
    async fresh() {
      const name = `test${++serial}`;
      await (await connect('postgres')).query(`CREATE DATABASE ${name}`);
      let client = await connect(name);
      await client.query(TABLES);
      return {
        url: `postgres://parley@127.0.0.1:${port}/${name}`,
        query: (text, values = []) =>
          client.query(text, values).catch(async () => {
            client = await connect(name);
            return client.query(text, values);
          }),
      };
    },
    start,
    stop,
    async close() {
      for (const client of open) await client.end().catch(() => undefined);
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
