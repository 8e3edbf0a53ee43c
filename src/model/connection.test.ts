import { expect, test } from 'vitest';
import type { ConnectionState } from '../agent/contract.ts';
import { Connection } from './connection.svelte.ts';

function tell(connection: Connection, state: ConnectionState): Connection {
  connection.apply({ fact: 'connection', state, clockOffset: 0 });
  return connection;
}
const online: ConnectionState = { is: 'online', since: 1000, server: 'sip.example.test' };

test('while connected nothing is said', () => {
  const connection = tell(new Connection(), online);
  expect(connection.banner).toBeNull();
  expect(connection.short).toBeNull();
  expect(connection.whyNoCall).toBeNull();
  expect(connection.heardAt).toBeNull();
});

test('offline says what happens to what is written, offers to try, and switches calling off with the reason', () => {
  const connection = tell(tell(new Connection(), online), {
    is: 'offline',
    since: 5000,
    retryAt: null,
    why: '',
  });
  expect(connection.banner?.words).toMatch(/^You’re offline\. Keep writing/);
  expect(connection.banner?.action).toBe('retry');
  expect(connection.short).toBe('Not connected');
  expect(connection.whyNoCall).toMatch(/when the connection returns/);
  expect(connection.heardAt).toBe(5000);
});

test('the age of presence survives the attempts to connect again', () => {
  const connection = tell(tell(new Connection(), online), {
    is: 'offline',
    since: 5000,
    retryAt: 9000,
    why: 'The server doesn’t answer',
  });
  expect(connection.banner?.words).toMatch(/^The server doesn’t answer\. Keep/);
  tell(connection, { is: 'connecting', since: 9000, attempt: 2 });
  expect(connection.heardAt).toBe(5000);
  expect(connection.banner?.words).toMatch(/^Connecting again/);
});

test('a first attempt is silent; a refusal asks for a new sign-in', () => {
  const connection = tell(new Connection(), { is: 'connecting', since: 0, attempt: 1 });
  expect(connection.banner).toBeNull();
  tell(connection, { is: 'refused', why: 'The password has changed.' });
  expect(connection.banner).toMatchObject({ words: 'The password has changed.', action: 'sign-in' });
});
