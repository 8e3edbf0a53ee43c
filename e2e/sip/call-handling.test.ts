/**
 * What people set for their calls, done by the server with every page closed: raw phones ring, answer, decline and are away.
 *
 *   carl -- INVITE maya --> server -- by maya's document --> maya's phone, ben, dana, priya
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAccount } from '../../src/server/auth/accounts.ts';
import { startServer, type RunningServer } from '../../src/server/wiring.ts';
import { startKamailio, type EngineServer } from '../office/kamailio.ts';
import { CASES } from './call-handling-cases.ts';
import { type Case, DOMAIN, PASSWORD, PEOPLE, play, type Ports } from './call-handling-office.ts';

async function addPeople(server: RunningServer, cases: readonly Case[]): Promise<void> {
  const names = cases.flatMap((_, at) => PEOPLE.map((name) => `c${at}${name}`));
  for (const name of names) {
    const entry = { aor: `sip:${name}@${DOMAIN}`, name: name.replace(/^c\d+/, '') };
    await addAccount(server.users, DOMAIN, entry, PASSWORD);
  }
}
const numbered = (cases: readonly Case[]) =>
  cases.map(([title, scene, expected], at) => ({ title, scene, expected, at }));

describe('call handling on the embedded server', { timeout: 60_000 }, () => {
  let server: RunningServer;
  let ports: Ports;
  beforeAll(async () => {
    server = await startServer({ folder: ':memory:', domain: DOMAIN });
    ports = { sip: server.port, xcap: server.port, algorithm: 'SHA-256' };
    await addPeople(server, CASES);
  }, 60_000);
  afterAll(() => server.close());

  test.concurrent.for(numbered(CASES))('$title', async ({ scene, expected, at }) => {
    expect(await play(ports, `c${at}`, scene)).toMatchObject(expected);
  });
});

describe('call handling on the engine', { timeout: 60_000 }, () => {
  let engine: EngineServer;
  let ports: Ports;
  beforeAll(async () => {
    engine = await startKamailio();
    ports = { sip: engine.webPort, xcap: engine.nodePort(0), algorithm: 'MD5' };
    await engine.addUsers(
      CASES.flatMap((_, at) => PEOPLE.map((name) => `c${at}${name}`)),
      PASSWORD,
    );
  }, 60_000);
  afterAll(() => engine.close());

  test.concurrent.for(numbered(CASES))('$title', async ({ scene, expected, at }) => {
    expect(await play(ports, `c${at}`, scene)).toMatchObject(expected);
  });
});
