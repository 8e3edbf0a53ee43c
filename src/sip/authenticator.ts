/**
 * Answers to Digest challenges (RFC 7616, RFC 8760; RFC 3261 §22): for every realm and side the strongest one that
 * the secret can answer, SHA-256 before MD5. A nonce that worked goes ahead with later requests, nc rising, so that
 * they need no second round trip. A realm is answered once in an exchange, and once more when only the nonce was
 * stale: a wrong password is never tried in a loop.
 */
import {
  answerChallenge,
  challengesOf,
  chooseChallenges,
  parseAuthenticationInfo,
  type Challenge,
} from '../protocol/digest.ts';
import { header, type Header, type SipResponse } from '../protocol/sip-message.ts';
import type { Clock, Secret } from './contract.ts';
import { randomToken } from './token.ts';

/** What the digest is made over. */
export interface Subject {
  readonly method: string;
  readonly uri: string;
  readonly body: string;
}

interface Known {
  readonly challenge: Challenge;
  readonly cnonce: string;
  count: number;
}

/** One request with its repeats. */
export interface Exchange {
  /** Credentials for nonces known already; may be empty. */
  ahead(): Header[];
  /** Credentials after a 401 or 407, `null` when nothing (more) can be answered. */
  answer(response: SipResponse): Header[] | null;
}

export class Authenticator {
  readonly #secret: Secret;
  readonly #clock: Pick<Clock, 'random'>;
  readonly #known = new Map<string, Known>();

  constructor(secret: Secret, clock: Pick<Clock, 'random'>) {
    this.#secret = secret;
    this.#clock = clock;
  }

  begin(subject: Subject): Exchange {
    /** Realm and side to the nonces answered in this exchange. */
    const answered = new Map<string, Set<string>>();
    return {
      ahead: () => [...this.#known.values()].flatMap((known) => this.#credentials(known, subject)),
      answer: (response) => this.#answer(subject, response, answered),
    };
  }

  #answer(subject: Subject, response: SipResponse, answered: Map<string, Set<string>>): Header[] | null {
    const chosen = chooseChallenges(
      challengesOf(response),
      (realm, algorithm) => this.#secret.ha1(realm, algorithm) !== null,
    );
    if (chosen.length === 0) return null;
    for (const challenge of chosen) {
      const key = `${challenge.proxy ? 'proxy' : 'www'} ${challenge.realm}`;
      const before = answered.get(key) ?? new Set<string>();
      const again =
        before.size > 0 && !(challenge.stale && before.size === 1 && !before.has(challenge.nonce));
      if (again) {
        this.#known.delete(key);
        return null;
      }
      answered.set(key, before.add(challenge.nonce));
      this.#known.set(key, { challenge, cnonce: randomToken(this.#clock, 4), count: 0 });
    }
    return this.begin(subject).ahead();
  }

  /** RFC 7616 §3.5: the server may name the next nonce in its success. */
  succeeded(response: SipResponse): void {
    const info = parseAuthenticationInfo(header(response, 'Authentication-Info') ?? '');
    if (!info?.nextnonce) return;
    for (const [key, known] of this.#known) {
      if (!key.startsWith('www')) continue;
      const challenge = { ...known.challenge, nonce: info.nextnonce };
      this.#known.set(key, { challenge, cnonce: randomToken(this.#clock, 4), count: 0 });
    }
  }

  #credentials(known: Known, subject: Subject): Header[] {
    const { challenge, cnonce } = known;
    const ha1 = this.#secret.ha1(challenge.realm, challenge.algorithm);
    if (ha1 === null) return [];
    const count = ++known.count;
    return [answerChallenge(challenge, { username: this.#secret.username, ha1, ...subject, cnonce, count })];
  }
}
