import { expect, test } from 'vitest';
import { formatChallenge, parseCredentials } from '../protocol/digest.ts';
import type { Header, SipResponse } from '../protocol/sip-message.ts';
import { Authenticator } from './authenticator.ts';

const secret = {
  username: 'alice',
  ha1: (realm: string, algorithm: string) => (realm === 'foreign' ? null : `${algorithm}-${realm}`),
};
const subject = { method: 'REGISTER', uri: 'sip:example.org', body: '' };

function challenged(
  ...challenges: { realm: string; nonce: string; proxy?: boolean; stale?: boolean }[]
): SipResponse {
  const headers: Header[] = challenges.map(({ realm, nonce, proxy = false, stale = false }) => ({
    name: proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate',
    value: formatChallenge({ realm, nonce, algorithm: 'SHA-256', qop: ['auth'], opaque: 'o', stale }),
  }));
  return { headers } as unknown as SipResponse;
}
const authenticator = () => new Authenticator(secret, { random: () => 0.5 });
const read = (fields: readonly Header[] | null) => fields?.map((field) => parseCredentials(field.value));

test('a nonce that worked goes ahead with nc rising', () => {
  const one = authenticator();
  expect(one.begin(subject).ahead()).toEqual([]);
  expect(read(one.begin(subject).answer(challenged({ realm: 'a', nonce: 'n' })))).toMatchObject([
    { count: 1, opaque: 'o' },
  ]);
  expect(read(one.begin(subject).ahead())).toMatchObject([{ nonce: 'n', count: 2 }]);
  expect(read(one.begin(subject).ahead())).toMatchObject([{ nonce: 'n', count: 3 }]);
});

test('several realms and both sides are answered together', () => {
  const exchange = authenticator().begin(subject);
  const fields = exchange.answer(
    challenged(
      { realm: 'a', nonce: 'n' },
      { realm: 'b', nonce: 'm', proxy: true },
      { realm: 'foreign', nonce: 'f' },
    ),
  );
  expect(fields?.map((field) => field.name)).toEqual(['Authorization', 'Proxy-Authorization']);
  expect(exchange.answer(challenged({ realm: 'c', nonce: 'k' }))).toHaveLength(3);
});

test('a wrong password is tried once, a stale nonce mended once', () => {
  const wrong = authenticator().begin(subject);
  expect(wrong.answer(challenged({ realm: 'a', nonce: '1' }))).not.toBeNull();
  expect(wrong.answer(challenged({ realm: 'a', nonce: '2' }))).toBeNull();
  const stale = authenticator().begin(subject);
  expect(stale.answer(challenged({ realm: 'a', nonce: '1' }))).not.toBeNull();
  expect(stale.answer(challenged({ realm: 'a', nonce: '2', stale: true }))).not.toBeNull();
  expect(stale.answer(challenged({ realm: 'a', nonce: '3', stale: true }))).toBeNull();
});

test('what was refused is not sent ahead any more', () => {
  const one = authenticator();
  const exchange = one.begin(subject);
  exchange.answer(challenged({ realm: 'a', nonce: '1' }));
  exchange.answer(challenged({ realm: 'a', nonce: '2' }));
  expect(one.begin(subject).ahead()).toEqual([]);
});

test('a realm without a secret is not answered', () => {
  expect(
    authenticator()
      .begin(subject)
      .answer(challenged({ realm: 'foreign', nonce: 'x' })),
  ).toBeNull();
  expect(
    authenticator()
      .begin(subject)
      .answer({ headers: [] } as unknown as SipResponse),
  ).toBeNull();
});

test('nextnonce replaces the nonce', () => {
  const one = authenticator();
  one.begin(subject).answer(challenged({ realm: 'a', nonce: 'n' }));
  one.succeeded({
    headers: [{ name: 'Authentication-Info', value: 'nextnonce="next"' }],
  } as unknown as SipResponse);
  expect(read(one.begin(subject).ahead())).toMatchObject([{ nonce: 'next', count: 1 }]);
});
