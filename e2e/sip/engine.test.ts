/**
 * Kamailio and the presence service behind it, by plain SIP:
 *
 *   anna, ben, eve --ws--> Kamailio --TCP--> node 0, node 1 --> PostgreSQL
 *                              \---HTTP: does ben reach anna?--/
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { encodePidf } from '../../src/protocol/pidf.ts';
import { hardStateDocument } from '../../src/protocol/published-document.ts';
import { header, type Header, type SipRequest, type SipResponse } from '../../src/protocol/sip-message.ts';
import { connectPhone, type Phone } from '../../src/server/testing/phone.ts';
import { signedFetch } from '../../src/server/testing/signed-fetch.ts';
import { startKamailio, type EngineServer } from '../office/kamailio.ts';

let engine: EngineServer;
const phones: Phone[] = [];
let counter = 0;

afterEach(() => {
  for (const phone of phones.splice(0)) phone.socket.terminate();
});

interface Account {
  readonly name: string;
  readonly aor: string;
  readonly password: string;
}

async function account(word: string): Promise<Account> {
  const name = `${word}${++counter}`;
  await engine.addUser(name, `pw-${name}`);
  return { name, aor: `sip:${name}@${engine.domain}`, password: `pw-${name}` };
}

/** A registered device that answers what it is asked. */
async function device({ aor, password }: Account, instance = `urn:uuid:${randomUUID()}`) {
  const phone = await connectPhone({ port: engine.webPort, aor, password, algorithm: 'MD5', instance });
  phones.push(phone);
  const notifies: SipRequest[] = [];
  const messages: string[] = [];
  phone.answer('NOTIFY', (request) => {
    phone.reply(request, { status: 200 });
    notifies.push(request);
  });
  phone.answer('MESSAGE', (request) => {
    phone.reply(request, { status: 200 });
    messages.push(request.body);
  });
  phone.answer('INVITE', (request) => phone.reply(request, { status: 486 }));
  expect((await phone.register()).status).toBe(200);
  return { phone, notifies, messages, aor, contact: `<${aor};gr=${instance}>` };
}
type Device = Awaited<ReturnType<typeof device>>;

function fields(record: Readonly<Record<string, string>>): Header[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}

function pidf(aor: string, note: string): string {
  return `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${aor}"><tuple id="t1"><status><basic>open</basic></status><note>${note}</note></tuple></presence>`;
}

function publish(
  { phone, aor }: Device,
  note: string,
  more: Record<string, string> = {},
): Promise<SipResponse> {
  return phone.request('PUBLISH', {
    uri: aor,
    headers: fields({ Event: 'presence', ...more }),
    contentType: 'application/pidf+xml',
    body: pidf(aor, note),
  });
}

async function watch(watcher: Device, whom: string): Promise<SipResponse> {
  const headers = fields({ Event: 'presence', Expires: '600', Contact: watcher.contact, Supported: 'gruu' });
  const response = await watcher.phone.request('SUBSCRIBE', { uri: whom, fromTag: randomUUID(), headers });
  expect(response.status).toBe(200);
  return response;
}

/** Until the last NOTIFY of the watcher holds the words; '' for no body at all. */
async function sees({ notifies }: Device, words: string, timeout = 10_000): Promise<void> {
  const last = (): string => notifies.at(-1)?.body ?? 'nothing came';
  await expect.poll(last, { timeout }).toEqual(words === '' ? '' : expect.stringContaining(words));
}

/** The dialog goes on as `by` says, who may be somebody else than who began it. */
async function refresh(by: Device, dialog: SipResponse, password = true, more: Record<string, string> = {}) {
  const route = dialog.headers.filter(({ name }) => name === 'Record-Route').reverse();
  return by.phone.request('SUBSCRIBE', {
    uri: /<(.*)>/.exec(header(dialog, 'Contact') ?? '')?.[1] ?? '',
    from: dialog.from.uri,
    fromTag: dialog.from.params.get('tag') ?? '',
    to: dialog.to.uri,
    toTag: dialog.to.params.get('tag') ?? '',
    callId: dialog.callId,
    anonymous: !password,
    headers: [
      ...route.map(({ value }) => ({ name: 'Route', value })),
      ...fields({ Event: 'presence', Expires: '600', Contact: by.contact, ...more }),
    ],
  });
}

function put(owner: Account, auid: string, type: string, body: string): Promise<Response> {
  return signedFetch(engine.nodePort(0), owner.name, `/xcap/${auid}/users/${owner.aor}/index`, {
    method: 'PUT',
    password: owner.password,
    headers: { 'Content-Type': type },
    body,
  });
}

function block(owner: Account, whom: Account): Promise<Response> {
  const rules = `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy"><rule id="a"><conditions><identity><one id="${whom.aor}"/></identity></conditions><actions><sub-handling xmlns="urn:ietf:params:xml:ns:pres-rules">polite-block</sub-handling></actions></rule></ruleset>`;
  return put(owner, 'pres-rules', 'application/auth-policy+xml', rules);
}

async function call({ phone }: Device, to: string): Promise<string> {
  const { status, reason } = await phone.request('INVITE', {
    uri: to,
    headers: fields({ Contact: `<${phone.contact}>` }),
  });
  return `${status} ${reason}`;
}

async function write({ phone }: Device, to: string, body: string): Promise<string> {
  const { status, reason } = await phone.request('MESSAGE', { uri: to, contentType: 'text/plain', body });
  return `${status} ${reason}`;
}

describe('the engine with two nodes', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    engine = await startKamailio({ nodes: 2 });
  }, 60_000);
  afterAll(() => engine.close());

  test('presence goes through, and ends soon after the socket that was killed', async () => {
    const [anna, ben] = [await device(await account('anna')), await device(await account('ben'))];
    await watch(ben, anna.aor);
    await sees(ben, '');
    expect((await publish(anna, 'At my desk')).status).toBe(200);
    await sees(ben, 'At my desk');
    anna.phone.socket.terminate();
    await sees(ben, '', 45_000);
  });

  test('a device that comes back on another socket loses nothing', async () => {
    const [annas, ben] = [await account('anna'), await device(await account('ben'))];
    const instance = `urn:uuid:${randomUUID()}`;
    const before = await device(annas, instance);
    await watch(ben, annas.aor);
    await publish(before, 'First socket');
    await sees(ben, 'First socket');
    const told = await watch(before, ben.aor);
    before.phone.socket.terminate();
    const after = await device(annas, instance);
    expect((await publish(ben, 'Ben is here')).status).toBe(200);
    await sees(after, 'Ben is here');
    expect(after.notifies.at(-1)?.callId).toBe(told.callId);
    const count = ben.notifies.length;
    await new Promise((resolve) => setTimeout(resolve, 35_000));
    // Longer than anybody who is gone is waited for.
    expect(ben.notifies.length).toBe(count);
  });

  test('a watcher without GRUU is told by its connection, and refreshes', async () => {
    const [anna, ben] = [await device(await account('anna')), await device(await account('ben'))];
    const plain = { ...ben, contact: `<${ben.phone.contact}>` };
    const dialog = await watch(plain, anna.aor);
    await sees(ben, '');
    await publish(anna, 'Seen by the alias');
    await sees(ben, 'Seen by the alias');
    const count = ben.notifies.length;
    expect((await refresh(plain, dialog)).status).toBe(200);
    await expect.poll(() => ben.notifies.length).toBe(count + 1);
    await sees(ben, 'Seen by the alias');
  });

  test('nobody speaks in another name, nor past Kamailio to the service', async () => {
    const [anna, ben, eve] = [
      await device(await account('anna')),
      await device(await account('ben')),
      await device(await account('eve')),
    ];
    const dialog = await watch(ben, anna.aor);
    expect((await refresh(ben, dialog, false)).status).toBe(407);
    expect((await refresh(eve, dialog)).status).toBe(407);
    expect((await refresh(ben, dialog)).status).toBe(200);
    const asserted = { 'P-Asserted-Identity': `<${anna.aor}>`, 'P-Parley-Key': 'x' };
    expect((await publish(eve, 'I am Eve', asserted)).status).toBe(200);
    const forged = await eve.phone.request('PUBLISH', {
      uri: anna.aor,
      headers: fields({ Event: 'presence', ...asserted }),
      contentType: 'application/pidf+xml',
      body: pidf(anna.aor, 'Forged'),
    });
    expect([403, 407]).toContain(forged.status);
    // The same by the way that requests in a dialog take.
    const target = /<(.*)>/.exec(header(dialog, 'Contact') ?? '')?.[1] ?? '';
    for (const method of ['PUBLISH', 'MESSAGE']) {
      const past = await eve.phone.request(method, {
        uri: target,
        from: anna.aor,
        to: anna.aor,
        toTag: 'x',
        headers: [
          ...dialog.headers
            .filter(({ name }) => name === 'Record-Route')
            .reverse()
            .map(({ value }) => ({ name: 'Route', value })),
          ...fields({ Event: 'presence', ...asserted }),
        ],
        contentType: 'application/pidf+xml',
        body: pidf(anna.aor, 'Forged'),
      });
      expect([403, 407]).toContain(past.status);
    }
    await watch(eve, anna.aor);
    await sees(eve, '');
  });

  test('A05 a blocked caller meets what an offline person is, the page open or closed', async () => {
    const [annas, bens] = [await account('anna'), await account('ben')];
    const [anna, ben] = [await device(annas), await device(bens)];
    expect(await call(ben, annas.aor)).toBe('486 Busy Here');
    const nobody = await account('carol');
    const offline = [await call(ben, nobody.aor), await write(ben, nobody.aor, 'x')];
    expect((await block(annas, bens)).status).toBe(201);
    expect([await call(ben, annas.aor), await write(ben, annas.aor, 'open')]).toEqual(offline);
    anna.phone.socket.terminate();
    expect([await call(ben, annas.aor), await write(ben, annas.aor, 'closed')]).toEqual(offline);
    const [back, carol] = [await device(annas), await device(await account('carol'))];
    expect(await write(carol, annas.aor, 'from Carol')).toContain('200');
    await expect.poll(() => back.messages).toEqual(['from Carol']);
  });

  test('A08 Do not disturb, chosen before the page was closed, keeps calls away and takes messages', async () => {
    const [annas, ben] = [await account('anna'), await device(await account('ben'))];
    const own = { aor: annas.aor, instanceId: 'urn:uuid:a', manual: 'dnd', manualSince: Date.now() } as const;
    const document = hardStateDocument({ ...own, now: Date.now(), lastInput: Date.now(), video: false });
    if (document === null) throw new Error('Do not disturb is hard state');
    const type = 'application/pidf+xml';
    expect((await put(annas, 'pidf-manipulation', type, encodePidf(document))).status).toBe(201);
    expect(await call(ben, annas.aor)).toBe('480 Do Not Disturb');
    const anna = await device(annas);
    expect(await call(ben, annas.aor)).toBe('480 Do Not Disturb');
    expect(await write(ben, annas.aor, 'For later')).toContain('200');
    expect(anna.messages).toEqual(['For later']);
  });

  test('when a node dies the other goes on with what it had; when both are gone, who was blocked still is', async () => {
    const [annas, eves] = [await account('anna'), await account('eve')];
    const [anna, ben, eve] = [await device(annas), await device(await account('ben')), await device(eves)];
    await block(annas, eves);
    expect(await call(eve, annas.aor)).toBe('480 Not Online');
    const dialog = await watch(ben, anna.aor);
    const published = await publish(anna, 'Two nodes');
    await sees(ben, 'Two nodes');
    engine.killNode(0);
    const etag = { 'SIP-If-Match': header(published, 'SIP-ETag') ?? '' };
    expect((await publish(anna, 'One node', etag)).status).toBe(200);
    await sees(ben, 'One node', 20_000);
    expect((await refresh(ben, dialog)).status).toBe(200);
    expect(await call(eve, annas.aor)).toBe('480 Not Online');
    engine.killNode(1);
    expect(await call(eve, annas.aor)).toBe('480 Not Online');
    expect(await call(ben, annas.aor)).toBe('486 Busy Here');
    expect((await publish(anna, 'None')).status).toBe(503);
  });
});
