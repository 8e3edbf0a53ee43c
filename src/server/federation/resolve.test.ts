import { expect, test } from 'vitest';
import { findServers, type Names } from './resolve.ts';

const names = (records: Partial<Record<string, unknown[]>>): Names => ({
  naptr: async (name) => (records[`NAPTR ${name}`] ?? []) as Awaited<ReturnType<Names['naptr']>>,
  async srv(name) {
    const found = records[`SRV ${name}`];
    if (found === undefined) throw new Error('ENOTFOUND');
    return found as Awaited<ReturnType<Names['srv']>>;
  },
});
const half = (): number => 0.5;

test('F04 NAPTR leads to SRV, SRV to hosts by priority and weight (RFC 3263 §4)', async () => {
  const records = {
    'NAPTR partner.example': [
      { service: 'SIP+D2U', replacement: '_sip._udp.partner.example', order: 1, preference: 1 },
      { service: 'SIPS+D2T', replacement: '_sips._tcp.edge.example', order: 2, preference: 1 },
    ],
    'SRV _sips._tcp.edge.example': [
      { name: 'spare.example', port: 5061, priority: 20, weight: 0 },
      { name: 'light.example', port: 5061, priority: 10, weight: 1 },
      { name: 'heavy.example', port: 5063, priority: 10, weight: 60 },
    ],
  };
  expect(await findServers('partner.example', names(records), half)).toEqual([
    { host: 'heavy.example', port: 5063 },
    { host: 'light.example', port: 5061 },
    { host: 'spare.example', port: 5061 },
  ]);
});

test('F04 without NAPTR the usual SRV name, without SRV the domain itself', async () => {
  const records = {
    'SRV _sips._tcp.partner.example': [{ name: 'sip.partner.example', port: 443, priority: 1, weight: 1 }],
  };
  expect(await findServers('partner.example', names(records), half)).toEqual([
    { host: 'sip.partner.example', port: 443 },
  ]);
  expect(await findServers('other.example', names(records), half)).toEqual([
    { host: 'other.example', port: 5061 },
  ]);
});

test('F04 however much DNS says, little of it is tried', async () => {
  const many = Array.from({ length: 5_000 }, (_, i) => ({
    ...{ name: `h${i}.example`, port: 5061, priority: 1, weight: 1 },
  }));
  const found = await findServers('p.example', names({ 'SRV _sips._tcp.p.example': many }), Math.random);
  expect(found).toHaveLength(8);
});
