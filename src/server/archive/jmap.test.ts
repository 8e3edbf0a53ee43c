import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ArchivedMessage,
  ChangesResponse,
  GetResponse,
  JmapSession,
  QueryResponse,
} from '../../protocol/history-api.ts';
import type { JmapResponse } from '../../protocol/jmap.ts';
import { openHistoryOffice, present } from '../testing/history-office.ts';
import { jmap, jmapCall } from '../testing/jmap.ts';
import { aorOf } from '../testing/office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

const [ALICE, BOB, CAROL] = [aorOf('Alice'), aorOf('Bob'), aorOf('Carol')];

describe('H01 history over JMAP', () => {
  let office: Awaited<ReturnType<typeof openHistoryOffice>>;
  beforeEach(async () => {
    office = await openHistoryOffice();
  });
  afterEach(() => office.close());

  it('pages by position and by anchor, of what fits, with a total', async () => {
    for (let n = 1; n <= 7; n++)
      await office.write(n % 2 ? office.alice : office.bob, n % 2 ? BOB : ALICE, `m${n}`, `Number ${n}`);
    const ask = (args: object) =>
      jmapCall<QueryResponse>(office.port, 'Alice', 'Message/query', args as Record<string, unknown>);
    const all = (await ask({})).ids;
    expect(all.length).toBe(7);
    expect(await ask({ position: 2, limit: 3, calculateTotal: true })).toMatchObject({
      position: 2,
      ids: all.slice(2, 5),
      total: 7,
    });
    expect((await ask({ position: -2 })).ids).toEqual(all.slice(5));
    expect(await ask({ anchor: all[3], anchorOffset: 1, limit: 2 })).toMatchObject({
      position: 4,
      ids: all.slice(4, 6),
    });
    expect((await ask({ anchor: all[0], anchorOffset: -3, limit: 1 })).ids).toEqual([all[0]]);
    expect((await ask({ sort: [{ property: 'date', isAscending: true }], limit: 1 })).ids).toEqual([all[6]]);
    expect(await ask({ filter: { from: BOB }, calculateTotal: true })).toMatchObject({ total: 3 });
    const { date } = present((await office.messagesOf('Alice'))[0]);
    expect((await ask({ filter: { before: date - 1_000_000 } })).ids).toEqual([]);
    expect((await ask({ filter: { after: date + 1 } })).ids).toEqual([]);
    expect((await ask({ limit: 0 })).ids).toEqual([]);
    await expect(ask({ anchor: 'm999' })).rejects.toThrow('anchorNotFound');
    await expect(ask({ anchor: all[0], filter: { from: CAROL } })).rejects.toThrow('anchorNotFound');
    await expect(ask({ filter: { size: 3 } })).rejects.toThrow('unsupportedFilter');
    await expect(ask({ sort: [{ property: 'from' }] })).rejects.toThrow('unsupportedSort');
    await expect(ask({ limit: -1 })).rejects.toThrow('invalidArguments');
  });

  it('changes come in pages, and none is left out', async () => {
    const ids = new Set<string>();
    for (let n = 1; n <= 5; n++) await office.write(office.alice, BOB, `m${n}`, `Number ${n}`);
    await office.notice(office.bob, ALICE, 'm2', 'displayed');
    let state = 's0';
    for (let more = true; more;) {
      const page = await jmapCall<ChangesResponse>(office.port, 'Alice', 'Message/changes', {
        sinceState: state,
        maxChanges: 2,
      });
      for (const id of page.created) {
        expect(ids.has(id)).toBe(false);
        ids.add(id);
      }
      for (const id of page.updated) expect(ids.has(id)).toBe(true);
      expect(page.created.length + page.updated.length).toBeLessThanOrEqual(2);
      state = page.newState;
      more = page.hasMoreChanges;
    }
    expect(ids.size).toBe(5);
    const last = await jmapCall<ChangesResponse>(office.port, 'Alice', 'Message/changes', {
      sinceState: state,
    });
    expect(last).toMatchObject({ created: [], updated: [], newState: state });
    for (const sinceState of ['s999', 'm1', 'nonsense']) {
      await expect(jmapCall(office.port, 'Alice', 'Message/changes', { sinceState })).rejects.toThrow(
        'cannotCalculateChanges',
      );
    }
  });

  it('AR1 what is too old is forgotten, and who was away hears that changes are not known', async () => {
    await office.close();
    let now = 1_000 * 86_400_000;
    const timers: (() => void)[] = [];
    const clock = {
      random: Math.random,
      now: () => now,
      after: (ms: number, run: () => void) => {
        if (ms === 3_600_000) timers.push(run);
        const timer = setTimeout(run, Math.min(ms, 2 ** 30));
        return () => clearTimeout(timer);
      },
    };
    office = await openHistoryOffice({ history: { archive: 'all', retentionDays: 30 }, clock });
    await office.write(office.alice, BOB, 'old', 'An old story');
    now += 31 * 86_400_000;
    await office.write(office.alice, BOB, 'new', 'A new story');
    timers.splice(0).forEach((run) => run());
    await expect
      .poll(async () => (await office.messagesOf('Bob')).map((one) => one.messageId))
      .toEqual(['new']);
    expect((await office.messagesOf('Bob', { text: 'story' })).length).toBe(1);
    await expect(jmapCall(office.port, 'Bob', 'Message/changes', { sinceState: 's0' })).rejects.toThrow(
      'cannotCalculateChanges',
    );
    const since = await jmapCall<ChangesResponse>(office.port, 'Bob', 'Message/changes', {
      sinceState: 's1',
    });
    expect(since.created.length).toBe(1);
  });

  it('AR1 the policy is told, and none keeps none', async () => {
    const session = async (): Promise<JmapSession> =>
      (await signedFetch(office.port, 'Alice', '/api/jmap/session')).json() as Promise<JmapSession>;
    const told = await session();
    expect(told.capabilities['urn:parley:history']).toMatchObject({ archived: true, retentionDays: 0 });
    expect(told).toMatchObject({ username: ALICE, apiUrl: '/api/jmap' });
    await office.close();
    office = await openHistoryOffice({ history: { archive: 'none', retentionDays: 0 } });
    await office.write(office.alice, BOB, 'm1', 'Off the record');
    await office.notice(office.bob, ALICE, 'm1', 'displayed');
    expect(await office.messagesOf('Alice')).toEqual([]);
    expect((await session()).capabilities['urn:parley:history'].archived).toBe(false);
  });

  it('10,000 messages: a page of 500 is one request', async () => {
    for (let n = 0; n < 20; n++) await office.write(office.alice, BOB, `m${n}`, `Number ${n}`);
    const [found, got] = await jmap(office.port, 'Alice', [
      ['Message/query', { limit: 10_000, calculateTotal: true }],
      ['Message/get', { '#ids': { resultOf: '0', name: 'Message/query', path: '/ids' } }],
    ]);
    expect(found?.[1]).toMatchObject({ limit: 500, total: 20 });
    expect((got?.[1] as unknown as GetResponse<ArchivedMessage>).list.length).toBe(20);
    const tooMany = Array.from({ length: 501 }, (_, n) => `m${n}`);
    await expect(jmapCall(office.port, 'Alice', 'Message/get', { ids: tooMany })).rejects.toThrow(
      'requestTooLarge',
    );
  });

  describe('requests that are none', () => {
    const post = (body: string) =>
      signedFetch(office.port, 'Alice', '/api/jmap', {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json' },
      });
    it.each([
      ['{', 'notJSON'],
      ['[]', 'notRequest'],
      ['{"using":[],"methodCalls":[["a",{}]]}', 'notRequest'],
      ['{"using":["urn:x"],"methodCalls":[]}', 'unknownCapability'],
      ['{"using":["__proto__"],"methodCalls":[]}', 'unknownCapability'],
      [JSON.stringify({ using: [], methodCalls: Array(17).fill(['Core/echo', {}, 'a']) }), 'limit'],
    ])('%s is %s', async (body, type) => {
      const response = await post(body);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        400,
        'application/problem+json; charset=utf-8',
      ]);
      expect(await response.json()).toMatchObject({ type: `urn:ietf:params:jmap:error:${type}` });
    });

    it('a method that fails leaves the others their answers', async () => {
      const calls = [
        ['Core/echo', { a: 1 }, 'x'],
        ['constructor', {}, 'y'],
        ['Message/get', { accountId: ALICE, ids: [], '#ids': {} }, 'z'],
        [
          'Message/get',
          { accountId: ALICE, '#ids': { resultOf: 'q', name: 'Message/query', path: '/ids' } },
          'z2',
        ],
        [
          'Message/get',
          { accountId: ALICE, '#ids': { resultOf: 'x', name: 'Core/echo', path: '/__proto__' } },
          'z3',
        ],
        ['Message/get', { accountId: ALICE, ids: ['m1'], unknown: 1 }, 'z4'],
        ['Core/echo', { b: 2 }, 'x'],
      ];
      const { methodResponses } = (await (
        await post(JSON.stringify({ using: [], methodCalls: calls }))
      ).json()) as JmapResponse;
      expect(methodResponses.map(([name, args]) => (name === 'error' ? args['type'] : args))).toEqual([
        { a: 1 },
        'unknownMethod',
        'invalidArguments',
        'invalidResultReference',
        'invalidResultReference',
        'invalidArguments',
        { b: 2 },
      ]);
    });

    it('without a password there is nothing', async () => {
      for (const path of ['/api/jmap', '/api/jmap/session']) {
        const method = path.endsWith('jmap') ? 'POST' : 'GET';
        expect((await fetch(`http://127.0.0.1:${office.port}${path}`, { method })).status).toBe(401);
      }
      const wrong = { method: 'POST', password: 'guess', body: '{}' };
      expect((await signedFetch(office.port, 'Alice', '/api/jmap', wrong)).status).toBe(401);
    });
  });
});
