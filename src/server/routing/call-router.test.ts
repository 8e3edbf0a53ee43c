import { describe, expect, it } from 'vitest';
import { type CallHandling, USUAL_HANDLING } from '../../protocol/call-handling.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { makeRequest } from '../../protocol/sip-writer.ts';
import type { RouterParts } from '../sip/call-router.ts';
import type { Answer, Reached } from '../sip/contract.ts';
import type { ServedRequest } from '../sip/server-transaction.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { callRouter } from './call-router.ts';
import { historyOf } from './history.ts';

/*
 * carl          router                    voicemail
 *   | INVITE -->  | n seconds, or at once     |
 *   |             | sip:voicemail@…;target=…;cause=…, History-Info
 */

const [MAYA, CARL, BEN] = ['sip:maya@x.test', 'sip:carl@x.test', 'sip:ben@x.test'] as const;
const voicemail = { is: 'voicemail' } as const;

function lines(handlings: Record<string, Partial<CallHandling>>, reached: Partial<Reached> = {}) {
  const clock = manualClock();
  const answers: Answer[] = [];
  const taken: SipRequest[] = [];
  const rang: string[] = [];
  const request = makeRequest({
    ...{ method: 'INVITE', uri: MAYA, callId: 'c', seq: 1 },
    from: { display: '', uri: CARL, params: new Map([['tag', '1']]) },
    to: { display: '', uri: MAYA, params: new Map() },
    headers: [{ name: 'History-Info', value: '<sip:forged@x.test>;index=1' }],
  });
  const transaction = {
    ...{ request, sender: CARL, isCancelled: false, answered: false },
    answer: (answer: Answer) => void answers.push(answer),
    respond: () => undefined,
    onCancelled: () => undefined,
  } as unknown as ServedRequest;
  const parts = {
    clock,
    domain: { name: 'x.test' },
    users: { exists: () => true, name: () => null },
    reach: { decide: () => ({ is: 'yes', level: 'company', state: 'available', ...reached }) },
    ringing: {
      canRing: () => true,
      begin: (fork: { hold(ms: number): void }, _: ServedRequest, aor: string) => {
        rang.push(aor);
        fork.hold(600_000);
        return () => undefined;
      },
    },
    handlers: [
      {
        methods: ['INVITE'],
        serves: (aor: string) => aor === 'sip:voicemail@x.test',
        handle: (given: ServedRequest) => void taken.push(given.request),
      },
    ],
  } as unknown as RouterParts;
  const router = callRouter({
    of: (aor) => (handlings[aor] ? { ...USUAL_HANDLING, ...handlings[aor] } : null),
    managersOf: () => new Set(),
  })(parts);
  return { route: () => router.route(transaction, MAYA), clock, answers, taken, rang };
}

describe('calls led to voicemail', () => {
  const address = (who: string, cause: number) =>
    `sip:voicemail@x.test;target=${who}%40x.test;cause=${cause}`;

  it('CF1 every call, with where it has been; what the caller says of that is not believed', async () => {
    const { route, taken, rang } = lines({ [MAYA]: { forward: voicemail } });
    await route();
    expect(taken.map(({ uri }) => uri)).toEqual([address('maya', 302)]);
    expect(header(taken[0] as SipRequest, 'History-Info')).toBe(
      '<sip:maya@x.test?Reason=SIP%3Bcause%3D302>;index=1, <sip:voicemail@x.test;cause=302>;index=1.1;mp=1',
    );
    expect(rang).toEqual([]);
  });

  it('CF1 unanswered, after its seconds', async () => {
    const { route, clock, taken, rang } = lines({ [MAYA]: { unanswered: { to: voicemail, after: 20 } } });
    await route();
    expect(rang).toEqual([MAYA]);
    clock.advance(19_999);
    expect(taken).toEqual([]);
    clock.advance(1);
    expect(taken.map(({ uri }) => uri)).toEqual([address('maya', 408)]);
  });

  it('CF1 whoever it was forwarded to does not answer: it is their voicemail', async () => {
    const { route, clock, taken, rang } = lines({
      [MAYA]: { forward: { is: 'person', aor: BEN } },
      [BEN]: { unanswered: { to: voicemail, after: 5 } },
    });
    await route();
    clock.advance(5_000);
    await Promise.resolve();
    expect(rang).toEqual([BEN]);
    expect(taken.map(({ uri }) => uri)).toEqual([address('ben', 408)]);
  });

  it('TC3 Do not disturb, with a team', async () => {
    const handling = { team: [BEN], ring: { ...USUAL_HANDLING.ring, team: 0 } };
    const { route, taken, rang } = lines({ [MAYA]: handling }, { is: 'quiet' });
    await route();
    expect(taken.map(({ uri }) => uri)).toEqual([address('maya', 480)]);
    expect(rang).toEqual([]);
  });

  it('A05 nobody blocked gets there', async () => {
    const { route, taken, answers } = lines({ [MAYA]: { forward: voicemail } }, { is: 'blocked' });
    await route();
    expect(taken).toEqual([]);
    expect(answers.at(-1)).toEqual({ status: 480 });
  });
});

it('CF1 a history of three', () => {
  expect(
    historyOf([
      { aor: MAYA, name: 'Maya "M" Berg', cause: 486 },
      { aor: BEN, name: null, cause: 408 },
      { aor: CARL, name: null },
    ]),
  ).toBe(
    '"Maya \\"M\\" Berg" <sip:maya@x.test?Reason=SIP%3Bcause%3D486>;index=1, ' +
      '<sip:ben@x.test;cause=486?Reason=SIP%3Bcause%3D408>;index=1.1;mp=1, <sip:carl@x.test;cause=408>;index=1.1.1;mp=1.1',
  );
});
