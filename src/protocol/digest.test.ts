/** RFC 7616, RFC 8760 and the faults of digest authentication seen elsewhere: MD5 only, one challenge, one realm. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerChallenge,
  areCredentialsRight,
  challengesOf,
  chooseChallenges,
  digestResponse,
  formatChallenge,
  ha1,
  parseAuthenticationInfo,
  parseCredentials,
  type Algorithm,
} from './digest.ts';
import { md5 } from './md5.ts';
import { sha256 } from './sha256.ts';
import { parseAuth } from './sip-auth.ts';
import { encodeUtf8 } from './utf8.ts';

interface Vector {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly nc: string;
  readonly cnonce: string;
  readonly algorithm: Algorithm;
  readonly response: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('fixtures/auth/digest.json', import.meta.url), 'utf8'),
) as Vector[];

describe('hashes', () => {
  it('agree with the platform on every length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(md5(octets)).toBe(createHash('md5').update(octets).digest('hex'));
        expect(sha256(octets)).toBe(createHash('sha256').update(octets).digest('hex'));
      }),
      { numRuns: 500 },
    );
  });

  it('take text as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Buffer.from(encodeUtf8(text)).equals(Buffer.from(text))).toBe(true);
        expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
      }),
    );
  });
});

describe('response', () => {
  it.each(vectors)('RFC 7616 §3.9.1 $algorithm', (vector) => {
    const secret = ha1(vector.algorithm, vector.username, vector.realm, vector.password);
    expect(digestResponse({ ...vector, ha1: secret, session: false, qop: 'auth', body: '' })).toBe(
      vector.response,
    );
  });

  const input = {
    algorithm: 'MD5',
    session: false,
    ha1: ha1('MD5', 'bob', 'biloxi.com', 'zanzibar'),
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    nc: '00000001',
    cnonce: '0a4f113b',
    method: 'INVITE',
    uri: 'sip:bob@biloxi.com',
    body: 'v=0\r\n',
  } as const;

  it('of the SIP examples: without qop, auth, auth-int with the body', () => {
    expect(digestResponse({ ...input, qop: null })).toBe('bf57e4e0d0bffc0fbaedce64d59add5e');
    expect(digestResponse({ ...input, qop: 'auth' })).toBe('89eb0059246c02b2f6ee02c7961d5ea3');
    const a2 = md5(`INVITE:sip:bob@biloxi.com:${md5('v=0\r\n')}`);
    expect(digestResponse({ ...input, qop: 'auth-int' })).toBe(
      md5(`${input.ha1}:${input.nonce}:00000001:0a4f113b:auth-int:${a2}`),
    );
  });

  it('of a session algorithm binds the secret to the nonces', () => {
    const bound = md5(`${input.ha1}:${input.nonce}:${input.cnonce}`);
    expect(digestResponse({ ...input, session: true, qop: 'auth' })).toBe(
      digestResponse({ ...input, ha1: bound, qop: 'auth' }),
    );
  });
});

describe('challenges', () => {
  const response = (...values: (readonly [string, string])[]) => ({
    headers: values.map(([name, value]) => ({ name, value })),
  });
  const MD5 = 'Digest realm="a", nonce="1", algorithm=MD5, qop="auth"';
  const SHA = 'Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth,auth-int", opaque="o", stale=TRUE';
  const any = () => true;

  it.each([
    ['SHA-256 alone', [SHA]],
    ['SHA-256 first (RFC 8760)', [SHA, MD5]],
    ['MD5 first', [MD5, SHA]],
    ['both in one field', [`${MD5}, ${SHA}`]],
    [
      'beside what nobody knows',
      ['Negotiate abc=def', 'Digest realm="a", nonce="3", algorithm=SHA-512-256', MD5, SHA],
    ],
  ])('the strongest is taken: %s', (_name, fields) => {
    const challenges = challengesOf(response(...fields.map((value) => ['WWW-Authenticate', value] as const)));
    expect(chooseChallenges(challenges, any)).toEqual([
      {
        proxy: false,
        realm: 'a',
        nonce: '2',
        algorithm: 'SHA-256',
        session: false,
        qop: ['auth', 'auth-int'],
        opaque: 'o',
        stale: true,
      },
    ]);
  });

  it('the weaker is taken where only it can be answered', () => {
    const challenges = challengesOf(response(['WWW-Authenticate', SHA], ['WWW-Authenticate', MD5]));
    expect(chooseChallenges(challenges, (_realm, algorithm) => algorithm === 'MD5')).toMatchObject([
      { nonce: '1' },
    ]);
    expect(chooseChallenges(challenges, () => false)).toEqual([]);
  });

  it('every realm and both sides are answered', () => {
    const challenges = challengesOf(
      response(
        ['Proxy-Authenticate', MD5],
        ['WWW-Authenticate', MD5],
        ['Proxy-Authenticate', MD5.replace('"a"', '"b, c"')],
      ),
    );
    expect(chooseChallenges(challenges, any).map(({ proxy, realm }) => [proxy, realm])).toEqual([
      [true, 'a'],
      [false, 'a'],
      [true, 'b, c'],
    ]);
  });

  it.each([
    'Digest realm="a"',
    'Digest nonce="a"',
    'Digest realm="a", realm="b", nonce="1"',
    'Digest realm="a", nonce="1", qop="auth-conf"',
    'Digest realm="a, nonce="1"',
    'Digest',
    '',
  ])('unusable: %j', (value) => expect(challengesOf(response(['WWW-Authenticate', value]))).toEqual([]));

  it('without algorithm and qop is MD5 in the old form', () => {
    const [challenge] = challengesOf(response(['WWW-Authenticate', 'Digest realm="a",nonce="n"']));
    if (!challenge) throw new Error('none');
    const { value } = answerChallenge(challenge, {
      username: 'u',
      ha1: 'h',
      method: 'M',
      uri: 'sip:x',
      body: '',
      cnonce: 'c',
      count: 1,
    });
    expect(value).not.toMatch(/cnonce|nc=|qop/);
    expect(parseCredentials(value)).toMatchObject({ algorithm: 'MD5', qop: null, count: 0 });
  });
});

describe('both ends', () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((value) => !/\p{Cc}/u.test(value));

  it('agree for any name, realm, password and body, and on nothing else', () => {
    fc.assert(
      fc.property(
        fc.record({ username: text, realm: text, password: text, body: fc.string(), cnonce: text }),
        fc.constantFrom<Algorithm>('MD5', 'SHA-256'),
        fc.constantFrom(['auth'] as const, ['auth-int'] as const, [] as const),
        fc.integer({ min: 1, max: 0xffffffff }),
        ({ username, realm, password, body, cnonce }, algorithm, qop, count) => {
          const challenge = formatChallenge({
            realm,
            nonce: 'n/1==',
            algorithm,
            qop,
            opaque: 'o',
            stale: false,
          });
          const [read] = challengesOf({ headers: [{ name: 'WWW-Authenticate', value: challenge }] });
          if (!read) throw new Error(challenge);
          const secret = ha1(algorithm, username, realm, password);
          const answer = answerChallenge(read, {
            username,
            ha1: secret,
            method: 'MESSAGE',
            uri: 'sip:x',
            body,
            cnonce,
            count,
          });
          const credentials = parseCredentials(answer.value);
          if (!credentials) throw new Error(answer.value);
          expect(answer.name).toBe('Authorization');
          expect(credentials).toMatchObject({
            username,
            realm,
            nonce: 'n/1==',
            count: qop.length > 0 ? count : 0,
          });
          expect(areCredentialsRight(credentials, secret, 'MESSAGE', body)).toBe(true);
          expect(areCredentialsRight(credentials, secret, 'INVITE', body)).toBe(false);
          expect(
            areCredentialsRight(
              credentials,
              ha1(algorithm, username, realm, `${password}x`),
              'MESSAGE',
              body,
            ),
          ).toBe(false);
          expect(areCredentialsRight({ ...credentials, uri: 'sip:y' }, secret, 'MESSAGE', body)).toBe(false);
          expect(areCredentialsRight({ ...credentials, response: '' }, secret, 'MESSAGE', body)).toBe(false);
          expect(areCredentialsRight(credentials, secret, 'MESSAGE', `${body}x`)).toBe(qop[0] !== 'auth-int');
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    'Digest username="u", realm="r", nonce="n", uri="sip:x", response="a", qop=auth, nc=1, cnonce="c"',
    'Digest username="u", realm="r", nonce="n", uri="sip:x", response="a", qop=auth, nc=00000001',
    'Digest username="u", realm="r", nonce="n", uri="sip:x"',
    'Digest username="u", username="v", realm="r", nonce="n", uri="sip:x", response="a"',
    'Digest username="u", realm="r", nonce="n", uri="sip:x", response="a", algorithm=SHA-512',
    'Digest username="u", realm="r", nonce="n", uri="sip:x", response="a", userhash=true',
    'NoOneKnowsThisScheme opaque-data=here',
    'Basic dTpw',
  ])('credentials refused: %s', (value) => expect(parseCredentials(value)).toBeNull());
});

it('Authentication-Info', () => {
  expect(parseAuthenticationInfo('nextnonce="47", rspauth="6629", nc=0000000a, qop=auth')).toEqual({
    nextnonce: '47',
    rspauth: '6629',
    nc: 10,
  });
  expect(parseAuthenticationInfo('nextnonce')).toBeNull();
});

it('quoted strings keep commas, quotes and backslashes', () => {
  expect(parseAuth('Digest realm="a, \\"b\\" \\\\", nonce = n/1==')?.[0]?.params).toEqual(
    new Map([
      ['realm', 'a, "b" \\'],
      ['nonce', 'n/1=='],
    ]),
  );
});
