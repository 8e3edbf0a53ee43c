/**
 * Access levels in a conversation of several people, where alice has rules for everybody:
 *
 *   bert, blocked by alice   is in it like everybody; alice gets nothing of his and sees no less of the others
 *   alice, not to be disturbed   gets what is written, and no push
 */
import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushParams } from '../../protocol/push-params.ts';
import type { OwnConferences } from '../../protocol/service-api.ts';
import type { SipRequest } from '../../protocol/sip-message.ts';
import {
  ALICE,
  inDnd,
  INSTANCE,
  openLevels,
  ownState,
  POLICY,
  WHO,
  type Levels,
} from '../testing/levels-office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { collect, makeGroup, watch, words } from './test-group.ts';

const endings = (got: readonly SipRequest[]): string[] =>
  got.map(({ body }) => body.split('\r\n').at(-1) ?? '');

describe('I07 A05 A09 levels hold in a conversation', () => {
  let levels: Levels;
  let service: Server;
  let knocks = 0;
  beforeEach(async () => {
    levels = await openLevels();
    knocks = 0;
    service = createServer((_request, response) => {
      knocks += 1;
      response.writeHead(201).end();
    });
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
  });
  afterEach(async () => {
    await levels.close();
    service.closeAllConnections();
    service.close();
  });
  const listed = async (): Promise<OwnConferences> =>
    (await (await signedFetch(levels.server.port, 'Alice', '/api/conferences')).json()) as OwnConferences;

  it('who is blocked reaches the others alone, and cannot tell', async () => {
    const [bert, tom] = [await levels.watcher('blocked'), await levels.watcher('team')];
    const alice = await levels.device('Alice');
    const [toAlice, toTom] = [collect(alice), collect(tom)];
    const focus = await makeGroup(bert, ['Alice', WHO.team], 'Come');
    const seen = await watch(bert, focus);
    const say = async (phone: typeof bert, id: string) =>
      (await phone.request('MESSAGE', words({ from: phone.aor, to: focus, id, text: id }))).status;
    expect(await say(bert, 'from bert')).toBe(202);
    // Not listed for alice as long as nothing but him has brought her in; tom's words are as good as ever.
    expect((await listed()).conferences).toEqual([]);
    expect(await say(tom, 'from tom')).toBe(202);
    await expect.poll(() => endings(toTom)).toHaveLength(2);
    await expect.poll(() => endings(toAlice)).toEqual(['from tom']);
    // The roster has her, and shows no more of her than somebody offline.
    await expect.poll(() => [...seen.roster().users.keys()].toSorted()).toEqual([ALICE, bert.aor, tom.aor]);
    expect(seen.roster().users.get(ALICE)?.endpoints[0]?.status).toBe('disconnected');
    expect(seen.roster().users.get(tom.aor)?.endpoints[0]?.status).toBe('connected');
    const hers = await watch(alice, focus);
    await expect.poll(() => hers.roster().users.get(bert.aor)?.endpoints[0]?.status).toBe('connected');
  });

  it('who is blocked later, or appears offline, is seen no more at once', async () => {
    const [rita, tom] = [await levels.watcher('rival'), await levels.watcher('team')];
    const alice = await levels.device('Alice');
    const focus = await makeGroup(rita, ['Alice', WHO.team]);
    const [seen, toms] = [await watch(rita, focus), await watch(tom, focus)];
    const alices = [seen, toms].map((one) => () => one.roster().users.get(ALICE)?.endpoints[0]?.status);
    for (const status of alices) await expect.poll(status).toBe('connected');
    await levels.rules({ ...POLICY, people: { ...POLICY.people, [rita.aor]: 'blocked' } });
    await expect.poll(alices[0] ?? (() => '')).toBe('disconnected');
    expect(alices[1]?.()).toBe('connected');
    await levels.publish(alice, ownState({ manual: 'offline', manualSince: Date.now() }));
    await levels.keepChoice(ownState({ manual: 'offline', manualSince: Date.now() }));
    await expect.poll(alices[1] ?? (() => '')).toBe('disconnected');
  });

  it('a sleeping device is woken by a message to the conversation, but not in Do Not Disturb', async () => {
    const alice = await levels.phone('Alice', { instance: INSTANCE });
    const { provider, prid, param } = pushParams({
      endpoint: `http://127.0.0.1:${(service.address() as AddressInfo).port}/alice`,
      p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
      auth: randomBytes(16).toString('base64url'),
    });
    const push = `;pn-provider=${provider};pn-prid=${encodeURIComponent(prid)};pn-param=${param}`;
    const contact = `<${alice.contact}${push}>;+sip.instance="<${INSTANCE}>";expires=600`;
    expect((await alice.register({ contact })).status).toBe(200);
    const cora = await levels.watcher('company');
    const [one, other] = [await makeGroup(cora, ['Alice']), await makeGroup(cora, ['Alice', WHO.team])];
    alice.socket.close();
    await once(alice.socket, 'close');
    const write = async (to: string, id: string) =>
      (await cora.request('MESSAGE', words({ from: cora.aor, to, id, text: id }))).status;
    await levels.keepChoice(inDnd());
    expect(await write(one, 'quiet')).toBe(202);
    expect((await cora.request('OPTIONS', { uri: one })).status).toBe(200);
    const before = knocks;
    await levels.put('pidf-manipulation', 'application/pidf+xml', EMPTY);
    expect(await write(other, 'loud')).toBe(202);
    await expect.poll(() => knocks).toBe(1);
    expect(before).toBe(0);
    const again = await levels.phone('Alice', { instance: INSTANCE });
    const got = collect(again);
    await again.register({ contact: `<${again.contact}>;+sip.instance="<${INSTANCE}>";expires=600` });
    await expect.poll(() => endings(got).filter((text) => text.length < 10)).toEqual(['quiet', 'loud']);
  });
});

/** No choice any more. */
const EMPTY = `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${ALICE}"/>`;
