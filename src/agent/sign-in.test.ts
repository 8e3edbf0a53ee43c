import { expect, test } from 'vitest';
import { ANN, BEN, createStage, signedInStage } from './testing/stage.ts';

const INPUT = { address: 'ann@x.test', password: 'pw', keep: true, manual: 'auto' } as const;

test('signs in, keeps HA1 and never the password', async () => {
  const { stage, tab } = await signedInStage();
  expect(tab.last('connection')?.state).toMatchObject({ is: 'online' });
  expect(tab.last('account')?.account).toMatchObject({ aor: ANN, presence: { availability: 'available' } });
  expect(stage.sip().options_).toMatchObject({ aor: ANN, servers: ['ws://x.test/sip'] });
  expect(stage.shelves.account).toMatchObject({ aor: ANN, signedIn: true });
  const { known } = stage.shelves.account?.secret as unknown as { known: Map<string, string> };
  expect([...known.keys()].sort()).toEqual(['MD5 x.test', 'SHA-256 x.test']);
  expect(JSON.stringify([stage.shelves.account, [...known]])).not.toContain('pw');
});

test('without "keep me signed in" nothing secret is kept', async () => {
  const stage = await createStage();
  const tab = await stage.tab();
  const done = tab.send('sign-in', { ...INPUT, keep: false });
  await stage.pass(0);
  stage.sip().options_.secret.ha1('x.test', 'MD5');
  stage.sip().connect();
  await done;
  await stage.pass(0);
  expect(stage.shelves.account).toMatchObject({ signedIn: true, secret: null });
  const again = await createStage({ shelves: stage.shelves });
  expect((await again.tab()).boot.connection).toEqual({ is: 'signed-out' });
});

test('who stayed signed in is there before any tab asks, without a network', async () => {
  const { stage } = await signedInStage();
  const again = await createStage({ shelves: stage.shelves });
  const { boot } = await again.tab();
  expect(boot.connection).toMatchObject({ is: 'connecting' });
  expect(boot.account?.aor).toBe(ANN);
  expect(again.sip().did).toEqual(['start']);
  expect(again.sip().options_.secret.ha1('x.test', 'SHA-256')).toMatch(/^[0-9a-f]{64}$/);
  // A realm that nobody gave a password for cannot be answered.
  expect(again.sip().options_.secret.ha1('other.test', 'SHA-256')).toBeNull();
  expect(again.sip().options_.instanceId).toBe(stage.sip().options_.instanceId);
});

test('what windows begin with is kept without anything secret, and goes with the sign-in', async () => {
  const { stage, tab } = await signedInStage();
  const { shown } = stage.shelves.meta;
  expect(shown).toMatchObject({ aor: ANN, presence: { availability: 'available' } });
  expect(shown).not.toHaveProperty('secret');
  await tab.send('sign-out', { forget: false });
  await stage.pass(0);
  expect(stage.shelves.meta.shown).toBeNull();
});

test('without "keep me signed in", and with a secret that cannot be read any more, windows begin with nothing', async () => {
  const stage = await createStage();
  const done = (await stage.tab()).send('sign-in', { ...INPUT, keep: false });
  await stage.pass(0);
  stage.sip().options_.secret.ha1('x.test', 'MD5');
  stage.sip().connect();
  await done;
  await stage.pass(0);
  expect(stage.shelves.meta.shown).toBeNull();

  const { shelves } = (await signedInStage()).stage;
  if (shelves.account) shelves.account = { ...shelves.account, secret: null };
  await createStage({ shelves });
  expect(shelves.meta.shown).toBeNull();
});

test.each([
  [{ address: '' }, /not an address/],
  [{ password: '' }, /password/],
  [{ server: 'not a server' }, /server/],
])('says what is wrong with %j before it asks a server', async (change, words) => {
  const stage = await createStage();
  const outcome = await (await stage.tab()).send('sign-in', { ...INPUT, ...change });
  expect(outcome).toMatchObject({ ok: false, why: expect.stringMatching(words) });
  expect(stage.sips).toHaveLength(0);
});

test.each([
  [{ is: 'refused', status: 403, why: '' } as const, /name or the password/],
  [{ is: 'refused', status: 404, why: '' } as const, /does not know this address/],
])('says why the server refused: %j', async (state, words) => {
  const stage = await createStage();
  const tab = await stage.tab();
  const done = tab.send('sign-in', INPUT);
  await stage.pass(0);
  stage.sip().connect(state);
  await stage.pass(0);
  expect(await done).toMatchObject({ ok: false, why: expect.stringMatching(words) });
  expect(tab.last('connection')?.state).toEqual({ is: 'signed-out' });
  expect(stage.shelves.account).toBeNull();
});

test('gives up on a server that is not there, and leaves no timer behind', async () => {
  const stage = await createStage();
  const tab = await stage.tab();
  const done = tab.send('sign-in', INPUT);
  await stage.pass(20_000);
  expect(await done).toMatchObject({ ok: false, why: expect.stringMatching(/does not answer/) });
  expect(stage.sip().did).toEqual(['start', 'stop']);
  expect(stage.pendingTimers()).toBe(0);
});

test('asks the domain where its server is when nothing is configured', async () => {
  const asked: string[] = [];
  const stage = await createStage({
    config: {},
    fetch: (input) => {
      asked.push(String(input));
      return Promise.resolve(Response.json({ sip: ['wss://voice.y.test/sip'], domain: 'y.test' }));
    },
  });
  void (await stage.tab()).send('sign-in', { ...INPUT, address: 'ann@y.test' });
  await stage.pass(3000);
  expect(asked).toEqual(['https://y.test/config.json']);
  expect(stage.sip().options_.servers).toEqual(['wss://voice.y.test/sip']);
});

test('signing out un-publishes, keeps the history and drops the secret; forgetting takes all', async () => {
  const { stage, tab } = await signedInStage();
  await stage.sip().receive({ body: 'Hello' });
  expect(await tab.send('sign-out', { forget: false })).toEqual({ ok: true, value: null });
  expect(stage.sip().did).toEqual(['start', 'unpublish', 'stop']);
  expect(stage.shelves.account).toMatchObject({ signedIn: false, secret: null });
  expect(stage.shelves.messages.size).toBe(1);
  expect((await stage.tab('tab-2')).boot).toMatchObject({ account: null, conversations: [], contacts: null });
  await tab.send('sign-out', { forget: true });
  expect(stage.shelves.messages.size).toBe(0);
  expect(stage.shelves.meta['instance-id']).toMatch(/^urn:uuid:/);
});

test('another person finds nothing of the one before', async () => {
  const { stage, tab } = await signedInStage();
  await stage.sip().receive({ body: 'Secret' });
  await tab.send('sign-out', { forget: false });
  const done = tab.send('sign-in', { ...INPUT, address: 'ben@x.test' });
  await stage.pass(0);
  stage.sip().connect();
  expect(await done).toMatchObject({ ok: true });
  expect(stage.sip().options_.aor).toBe(BEN);
  expect(stage.shelves.messages.size).toBe(0);
});

test('commands of a signed-out person are refused in words', async () => {
  const tab = await (await createStage()).tab();
  expect(await tab.send('send', { conversation: BEN, text: 'Hi' })).toMatchObject({ ok: false });
  expect(await tab.send('watch', { aor: BEN, on: true })).toBeNull();
});

const ALWAYS = ['presence.winfo sip:ann@x.test', 'message-summary sip:ann@x.test'];

test('the doctor says what the server can do, as it finds out', async () => {
  const { stage, tab } = await signedInStage();
  const done = tab.send('examine', { doctor: true });
  await stage.pass(0);
  stage.sip().subscriptions.get('presence sip:ann@x.test')?.({ is: 'active', contentType: '', body: '' });
  const outcome = await done;
  const verdicts = outcome.ok ? Object.fromEntries(outcome.value.map((one) => [one.id, one.verdict])) : {};
  expect(verdicts).toEqual({
    ...{ options: 'good', events: 'good', outbound: 'limited', gruu: 'limited', push: 'missing' },
    ...{ publish: 'good', subscribe: 'good', xcap: 'missing', directory: 'missing' },
    levels: 'limited',
  });
  expect(tab.facts.filter((fact) => fact.fact === 'doctor').length).toBeGreaterThan(3);
  // Who watches and what waits is asked for all the time; oneself only for this question.
  expect([...stage.sip().subscriptions.keys()]).toEqual(ALWAYS);
});

test('a server that answers nothing is said to answer nothing', async () => {
  const { stage, tab } = await signedInStage();
  Object.assign(stage.sip(), { options: () => new Promise(() => undefined) });
  const done = tab.send('examine', { doctor: true });
  await stage.pass(20_000);
  const outcome = await done;
  expect(outcome.ok && outcome.value.find((one) => one.id === 'subscribe')?.verdict).toBe('failed');
  // Who watches and what waits is asked for all the time; oneself only for this question.
  expect([...stage.sip().subscriptions.keys()]).toEqual(ALWAYS);
});

test('the push address goes into the registration, now and at the next sign-in', async () => {
  const { stage, tab } = await signedInStage();
  const endpoint = { endpoint: 'https://push.test/1', p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) };
  expect(await tab.send('push-endpoint', { ...endpoint, auth: 'short' })).toMatchObject({ ok: false });
  expect(await tab.send('push-endpoint', endpoint)).toEqual({ ok: true, value: null });
  await tab.send('sign-out', { forget: false });
  void tab.send('sign-in', INPUT);
  await stage.pass(0);
  expect(stage.sips.map((sip) => sip.did.filter((one) => one.startsWith('push')))).toEqual([
    ['push https://push.test/1'],
    ['push https://push.test/1'],
  ]);
});
