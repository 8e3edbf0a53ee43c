import { describe, expect, it } from 'vitest';
import { silentLog } from '../log.ts';
import { createDomain } from '../sip/domain.ts';
import { createGruus } from '../sip/gruu.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { createDevices } from './devices.ts';
import type { Row } from './query.ts';

const ALICE = 'sip:alice@parley.test';
const CONTACT = 'sip:x@y.invalid;transport=ws';
const FIELD = `<${CONTACT}>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=600`;
const GRUU = `${ALICE};gr=urn:uuid:1`;

function setUp() {
  const clock = manualClock();
  let table: Row[] = [];
  let hear: (payloads: readonly string[]) => void | Promise<void> = () => undefined;
  let linked = true;
  const told: string[] = [];
  const devices = createDevices({
    postgres: {
      process: 'test',
      query: () => Promise.resolve(table),
      transaction: () => Promise.reject(new Error('not used')),
      behind: {
        write: () => undefined,
        problem: null,
        isIdle: true,
        flushed: async () => undefined,
        close: async () => undefined,
      },
      feed: {
        onNotices: (listener) => void (hear = listener),
        onGap: () => undefined,
        whenGone: () => Promise.resolve(false),
        problem: null,
        close: async () => undefined,
      },
      problem: null,
      close: async () => undefined,
    },
    domain: createDomain('parley.test', [], createGruus(new Uint8Array(32), 'parley.test')),
    clock,
    log: silentLog(),
    isLinked: () => linked,
  });
  devices.onRegistered((aor, { instance, contact }) => told.push(`here ${aor} ${instance ?? contact}`));
  devices.onGone((aor, { instance, contact }) => told.push(`gone ${aor} ${instance ?? contact}`));
  return {
    /** Time passes, and what it set off is done. */
    async pass(ms: number) {
      clock.advance(ms);
      for (let i = 0; i < 20; i++) await Promise.resolve();
    },
    devices,
    told,
    say: (...lines: string[]) => hear([lines.join('\n')]),
    show: (rows: Row[]) => void (table = rows),
    link: (open: boolean) => void (linked = open),
  };
}

const ROW = { username: 'alice', contact: CONTACT, instance: '"<urn:uuid:1>"', connection_id: 7 };

describe('devices as Kamailio tells of them', () => {
  it('come and go with their connection', async () => {
    const { devices, told, say } = setUp();
    await say('here', ALICE, '7', FIELD);
    expect(devices.bindings(ALICE)).toMatchObject([
      { contact: CONTACT, instance: 'urn:uuid:1', flow: { id: '7', open: true } },
    ]);
    const flow = devices.flowOf('7', '192.0.2.1', ALICE);
    expect(devices.flowFor(GRUU, ALICE)).toBe(flow);
    await say('gone', ALICE, '7', FIELD);
    expect(flow.open).toBe(false);
    expect(devices.bindings(ALICE)).toEqual([]);
    expect(devices.flowFor(GRUU, ALICE)).toBe(null);
    expect(told).toEqual([`here ${ALICE} urn:uuid:1`, `gone ${ALICE} urn:uuid:1`]);
  });

  it('that came back on another connection stay when the old one is told gone', async () => {
    const { devices, say } = setUp();
    await say('here', ALICE, '7', FIELD);
    const old = devices.flowOf('7', '', ALICE);
    await say('here', ALICE, '8', FIELD);
    expect(old.open).toBe(false);
    await say('gone', ALICE, '7', FIELD);
    expect(devices.bindings(ALICE)).toMatchObject([{ flow: { id: '8', open: true } }]);
  });

  it('are found in the registrar’s table after a start, and missed twice before they are gone', async () => {
    const { pass, devices, told, show } = setUp();
    show([ROW]);
    await devices.start();
    expect(devices.flowFor(GRUU, ALICE)?.id).toBe('7');
    show([]);
    await pass(60_000);
    expect(devices.count).toBe(1);
    await pass(60_000);
    expect(devices.count).toBe(0);
    expect(told.at(-1)).toBe(`gone ${ALICE} urn:uuid:1`);
    devices.stop();
  });

  it('that have just gone are not brought back by a table that lags behind', async () => {
    const { pass, devices, say, show } = setUp();
    await devices.start();
    await say('here', ALICE, '7', FIELD);
    show([ROW]);
    await pass(59_000);
    await say('gone', ALICE, '7', FIELD);
    await pass(1_000);
    expect(devices.count).toBe(0);
    await pass(60_000);
    expect(devices.count).toBe(1);
    devices.stop();
  });

  it('are reached only while the proxy is, and told of again when it is back', async () => {
    const { devices, told, say, link } = setUp();
    await say('here', ALICE, '7', FIELD);
    link(false);
    expect(devices.flowFor(GRUU, ALICE)).toBe(null);
    link(true);
    devices.ready();
    expect(told).toHaveLength(2);
  });

  it('of nobody, or in words that make no sense, are nothing', async () => {
    const { devices, told, say } = setUp();
    await say('here', 'sip:alice@elsewhere.test', '7', FIELD);
    await say('here', ALICE, '7', '<<<');
    await say('here', ALICE, '7', '*');
    await say('here');
    await say('gone', ALICE, '', '');
    await say('{"is":"people"}');
    expect(told).toEqual([]);
    await say('here', ALICE, '7', FIELD);
    await say('gone', ALICE, '7', '*');
    expect(devices.count).toBe(0);
  });
});
