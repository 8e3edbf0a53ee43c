import { afterEach, describe, expect, it } from 'vitest';
import { answerChallenge, challengesOf, ha1, type Challenge } from '../../protocol/digest.ts';
import { header, headers, type SipResponse } from '../../protocol/sip-message.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { aorOf, DOMAIN, openOffice, PASSWORD } from '../testing/office.ts';
import { NONCE_LIFE } from '../auth/nonces.ts';

describe('digest over the wire', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  afterEach(() => office.close());

  const target = `sip:${DOMAIN}`;
  const answer = (challenge: Challenge, password: string, count = 1, username = 'alice') =>
    answerChallenge(challenge, {
      username,
      ha1: ha1(challenge.algorithm, username, challenge.realm, password),
      method: 'OPTIONS',
      uri: target,
      body: '',
      cnonce: 'c0ffee',
      count,
    });
  const first = (response: SipResponse): Challenge => {
    const [challenge] = challengesOf(response);
    if (!challenge) throw new Error('no challenge');
    return challenge;
  };

  it('offers SHA-256 before MD5', async () => {
    office = await openOffice();
    const phone = await office.phone('Alice');
    const response = await phone.request('OPTIONS', { uri: target, anonymous: true });
    expect(response.status).toBe(401);
    expect(challengesOf(response).map(({ algorithm }) => algorithm)).toEqual(['SHA-256', 'MD5']);
    expect(challengesOf(response).every(({ qop }) => qop.includes('auth'))).toBe(true);
  });

  it('says stale once for an old nonce and right password, never for a wrong one', async () => {
    const clock = manualClock();
    office = await openOffice({ clock });
    const phone = await office.phone('Alice');
    const challenge = first(await phone.request('OPTIONS', { uri: target, anonymous: true }));
    clock.advance(NONCE_LIFE + 1);
    const later = await office.phone('Alice');
    const ask = (password: string, count: number) =>
      later.request('OPTIONS', {
        uri: target,
        anonymous: true,
        headers: [answer(challenge, password, count)],
      });
    expect(first(await ask('wrong', 1)).stale).toBe(false);
    expect(first(await ask(PASSWORD, 2)).stale).toBe(true);
    expect(first(await ask(PASSWORD, 3)).stale).toBe(false);
  });

  it('takes a count once: a replayed request is challenged', async () => {
    office = await openOffice();
    const [alice, thief] = [await office.phone('Alice'), await office.phone('Alice')];
    const challenge = first(await alice.request('OPTIONS', { uri: target, anonymous: true }));
    const seen = { uri: target, anonymous: true, headers: [answer(challenge, PASSWORD)] };
    expect((await alice.request('OPTIONS', seen)).status).toBe(200);
    expect((await thief.request('OPTIONS', seen)).status).toBe(401);
  });

  it('credentials count for their own Request-URI and method only', async () => {
    office = await openOffice();
    const phone = await office.phone('Alice');
    const challenge = first(await phone.request('OPTIONS', { uri: target, anonymous: true }));
    const stolen = [answer(challenge, PASSWORD)];
    const response = await phone.request('REGISTER', {
      uri: target,
      to: aorOf('Alice'),
      anonymous: true,
      headers: stolen,
    });
    expect(response.status).toBe(401);
  });

  it('looks the same for unknown users', async () => {
    office = await openOffice();
    const known = await office.phone('Alice');
    const unknown = await office.phone('Nobody');
    const guess = async (phone: typeof known, username: string) => {
      const challenge = first(await phone.request('OPTIONS', { uri: target, anonymous: true }));
      const wrong = [answer(challenge, 'wrong', 1, username)];
      const response = await phone.request('OPTIONS', { uri: target, anonymous: true, headers: wrong });
      return { status: response.status, names: response.headers.map(({ name }) => name) };
    };
    expect(await guess(unknown, 'nobody')).toEqual(await guess(known, 'alice'));
  });

  it('of 10,000 guesses at most 30 reach the check', async () => {
    office = await openOffice({ limits: { rate: 1e6, burst: 1e6 } });
    const phone = await office.phone('Alice');
    const challenge = first(await phone.request('OPTIONS', { uri: target, anonymous: true }));
    const statuses = new Set<number>();
    for (let batch = 0; batch < 100; batch++) {
      const guesses = Array.from({ length: 100 }, (_, i) =>
        phone.request('OPTIONS', {
          uri: target,
          anonymous: true,
          headers: [answer(challenge, `guess ${batch} ${i}`, batch * 100 + i + 1)],
        }),
      );
      for (const { status } of await Promise.all(guesses)) statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([401, 403]);
    expect(office.server.metrics.text()).toMatch(
      /parley_digest_total\{verdict="checked"\} ([1-9]|[12]\d|30)\n/,
    );
  });

  it('a barred account learns how long', async () => {
    office = await openOffice({ guesses: { perAccount: 1 } });
    const phone = await office.phone('Alice');
    const challenge = first(await phone.request('OPTIONS', { uri: target, anonymous: true }));
    const wrong = { uri: target, anonymous: true, headers: [answer(challenge, 'wrong')] };
    expect((await phone.request('OPTIONS', wrong)).status).toBe(401);
    const barred = await phone.request('OPTIONS', wrong);
    expect(barred.status).toBe(403);
    expect(Number(header(barred, 'Retry-After'))).toBeGreaterThan(20);
    expect(headers(barred, 'WWW-Authenticate')).toEqual([]);
  });
});
