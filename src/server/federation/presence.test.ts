import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccessPolicy } from '../../protocol/access-levels.ts';
import { encodeAccessPolicy } from '../../protocol/access-policy.ts';
import { usualPolicy } from '../../protocol/policy-levels.ts';
import { publishedDocument } from '../../protocol/published-document.ts';
import { encodePidf } from '../../protocol/pidf.ts';
import { header } from '../../protocol/sip-message.ts';
import { toHeaders } from '../events/test-world.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { HERE, openWorld, THERE } from './test-world.ts';

const ALICE = `sip:alice@${HERE}`;

let world: Awaited<ReturnType<typeof openWorld>>;
const folder = mkdtempSync(join(tmpdir(), 'parley-federation-'));
beforeAll(async () => {
  world = await openWorld({ folder });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const publish = (phone: Phone, note: string) =>
  phone.request('PUBLISH', {
    uri: phone.aor,
    headers: toHeaders({ Event: 'presence', Expires: '600' }),
    contentType: 'application/pidf+xml',
    body: encodePidf(
      publishedDocument(
        {
          ...{ aor: phone.aor, instanceId: 'urn:uuid:00000000-0000-4000-8000-00000000000a', now: Date.now() },
          ...{ manual: 'auto', manualSince: 0, lastInput: Date.now(), note, noteSince: Date.now() },
          ...{ location: 'Home', locationSince: Date.now(), video: true },
        },
        true,
      ),
    ),
  });
const watch = (phone: Phone, uri: string, more: Record<string, string> = {}) =>
  phone.request('SUBSCRIBE', {
    uri,
    headers: toHeaders({ Event: 'presence', Expires: '600', Contact: `<${phone.contact}>`, ...more }),
  });
const told = async (phone: Phone): Promise<{ state: string; body: string }> => {
  const notify = await phone.next('NOTIFY', 20_000);
  phone.reply(notify, { status: 200 });
  return { state: (header(notify, 'Subscription-State') ?? '').replace(/;.*/, ''), body: notify.body };
};
const rules = async (policy: Partial<AccessPolicy>): Promise<void> => {
  const { status } = await signedFetch(
    world.here.server.port,
    'Alice',
    `/xcap/pres-rules/users/${ALICE}/index`,
    {
      method: 'PUT',
      headers: { 'content-type': 'application/auth-policy+xml' },
      body: encodeAccessPolicy({ ...usualPolicy(HERE), ...policy }, true),
    },
  );
  expect(status).toBeLessThan(300);
};

/**
 *   bob            there.test             here.test            alice
 *    | SUBSCRIBE ----> | SUBSCRIBE (TLS) ----> |                  |
 *    | <------ 200 --- | <-------------- 200   |                  |
 *    | <-- NOTIFY ---- | <------ NOTIFY (TLS)  | <------ PUBLISH  |
 */
test('F01 presence crosses by access level, and follows a change of the rules', async () => {
  const [alice, bob] = [await world.here.phone('alice'), await world.there.phone('bob')];
  await publish(alice, 'Reviewing the budget');
  await rules({ domains: { [THERE]: 'public' } });
  expect((await watch(bob, ALICE)).status).toBe(200);
  const first = await told(bob);
  expect(first.state).toBe('active');
  expect(first.body).toContain('<basic>open</basic>');
  expect(first.body).not.toContain('Reviewing');
  await rules({ domains: { [THERE]: 'team' } });
  expect((await told(bob)).body).toContain('Reviewing the budget');
  await rules({ people: { [`sip:bob@${THERE}`]: 'blocked' }, domains: { [THERE]: 'team' } });
  expect(await told(bob)).toEqual({ state: 'active', body: '' });
  // To somebody else of that domain nothing has changed.
  const carol = await world.there.phone('carol');
  await watch(carol, ALICE);
  expect((await told(carol)).body).toContain('Reviewing the budget');
  await rules({});
});

test('F01 a subscription is refreshed and ended in its dialog, from both ends', async () => {
  const bob = await world.there.phone('bob');
  const response = await watch(bob, ALICE);
  await told(bob);
  for (const [expires, state] of [
    ['300', 'active'],
    ['0', 'terminated'],
  ] as const) {
    const headers = toHeaders({ Event: 'presence', Expires: expires, Contact: `<${bob.contact}>` });
    const refresh = bob.inDialog('SUBSCRIBE', response, { headers });
    expect((await bob.responseTo(refresh)).status).toBe(200);
    expect((await told(bob)).state).toBe(state);
  }
});

test('F01 whoever asks is asked about where the rules say so', async () => {
  await rules({ others: 'ask' });
  const bob = await world.there.phone('carol');
  await watch(bob, ALICE);
  expect((await told(bob)).state).toBe('pending');
  await rules({});
  expect((await told(bob)).state).toBe('active');
});

test('F01 nobody outside sees who watches, or a list of somebody else', async () => {
  const bob = await world.there.phone('bob');
  expect((await watch(bob, ALICE, { Event: 'presence.winfo' })).status).toBe(403);
  expect((await watch(bob, ALICE, { Event: 'xcap-diff' })).status).toBe(403);
  const list = await watch(bob, `${ALICE};list=contacts`, { Supported: 'eventlist' });
  expect(list.status).toBe(404);
  expect((await watch(bob, `sip:nobody@${HERE}`)).status).toBe(404);
});

test('F01 a subscription outlives a restart, and gets what it missed', async () => {
  const bob = await world.there.phone('bob');
  await watch(bob, ALICE);
  await told(bob);
  await world.here.stop();
  await world.here.start();
  await publish(await world.here.phone('alice'), 'Back at my desk');
  expect((await told(bob)).body).toContain('<basic>open</basic>');
});
