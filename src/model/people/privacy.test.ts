import { expect, test } from 'vitest';
import type { AgentLink, Watcher } from '../../agent/contract.ts';
import { Privacy, readDomain } from './privacy.svelte.ts';

const waiting: Watcher = { aor: 'sip:zoe@rivals.example', is: 'waiting', level: 'public' };

test('A04 a domain is read however it is typed, and nothing else is one', () => {
  for (const text of [
    'partner.example',
    ' @Partner.Example ',
    'sip:ann@partner.example',
    'https://partner.example/x',
  ])
    expect(readDomain(text), text).toBe('partner.example');
  for (const text of ['', 'two words', '-bad.example', 'a..b', 'ann@', '<script>', 'x'.repeat(300)])
    expect(readDomain(text), text).toBeNull();
});

test('somebody who asks stands there until they are answered or put off', () => {
  const privacy = new Privacy({} as AgentLink);
  privacy.boot({ access: null, watchers: [] });
  privacy.apply({
    fact: 'watchers',
    watchers: [waiting, { ...waiting, aor: 'sip:b@x.example', is: 'watching' }],
  });
  expect(privacy.asking).toEqual([waiting]);
  privacy.putOff(waiting);
  expect(privacy.asking).toEqual([]);
  expect(privacy.watchers).toHaveLength(2);
});

test('A06 what is chosen goes down as it is said', async () => {
  const sent: unknown[] = [];
  const link = {
    send: (...said: unknown[]) => (sent.push(said), Promise.resolve({ ok: true, value: null })),
  } as unknown as AgentLink;
  const privacy = new Privacy(link);
  await privacy.setLevel({ domain: 'partner.example' }, 'company');
  await privacy.setNewcomers({ others: 'ask' });
  expect(sent).toEqual([
    ['set-level', { of: { domain: 'partner.example' }, level: 'company' }],
    ['set-newcomers', { others: 'ask' }],
  ]);
});
