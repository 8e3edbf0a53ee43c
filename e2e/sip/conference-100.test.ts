/**
 * A hundred people in one conversation (features.md I07), each a SIP user on a WebSocket of their own:
 *
 *   p00              factory, focus            p01 … p99
 *     | INVITE, 99 --> | 200                      |
 *     | MESSAGE -----> | 202, MESSAGE ----------> | all of them, once, in under a second
 *     |                | NOTIFY conference -----> | the same roster
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { referring, type Watch } from '../../src/server/focus/test-group.ts';
import { aorOf } from '../../src/server/testing/office.ts';
import { nameOf, openHundred, PATIENCE, PEOPLE, type Hundred, type Took } from './hundred.ts';

/** Milliseconds: what is promised. The clock alone is measured by `npm run bench -- --only group`. */
const MOST_TIME = 1_000;

describe('I07 a conversation of a hundred people', () => {
  let hundred: Hundred;
  beforeAll(async () => {
    hundred = await openHundred();
  }, PATIENCE);
  afterAll(() => hundred.close());

  it('has every message at all hundred within a second', { timeout: PATIENCE }, async () => {
    const times: Took[] = [];
    for (let from = 0; from < PEOPLE; from += 2) times.push(await hundred.send(from, `single-${from}`));
    // Server and all people are in this process: when the machine did something else, its own work is what counts.
    const slow = times.filter(({ wall, work }) => wall >= MOST_TIME && work >= MOST_TIME / 2);
    expect(slow).toEqual([]);
    const [middle] = times.toSorted((a, b) => a.wall - b.wall).slice(times.length / 2);
    expect(middle?.wall).toBeLessThan(MOST_TIME);
  });

  it('has every message once, also when many write at the same time', { timeout: PATIENCE }, async () => {
    const { owners, got, send } = hundred;
    await Promise.all(Array.from({ length: 25 }, (_, index) => send(4 * index + 1, `burst-${index}`)));
    // Whatever comes twice would have come before this.
    await send(0, 'last');
    const sent = [...owners.keys()];
    got.forEach((mine, index) => {
      for (const id of sent) {
        const isOwn = owners.get(id) === index;
        // Their own come back only to devices that ask for copies.
        expect([id, mine.get(id) ?? 0]).toEqual([id, isOwn ? 0 : 1]);
      }
    });
  });

  it(
    'has the same right roster at all hundred, also when somebody leaves',
    { timeout: PATIENCE },
    async () => {
      const { focus, phones, watches } = hundred;
      const everybody = Array.from({ length: PEOPLE }, (_, index) => aorOf(nameOf(index)));
      const connected = (one: Watch): string[] =>
        [...one.roster().users.values()].flatMap(({ entity, endpoints }) =>
          endpoints[0]?.status === 'connected' ? entity : [],
        );
      await vi.waitFor(() => {
        for (const one of watches) expect(connected(one).toSorted()).toEqual(everybody);
      }, PATIENCE);
      for (const one of watches) {
        expect(one.roster().description.subject).toBe('All hands');
        expect(one.roster().conferenceState.userCount).toBe(PEOPLE);
        expect(one.roster().users.get(aorOf(nameOf(0)))?.roles).toEqual(['administrator']);
      }
      const leaver = phones[7];
      const sent = leaver?.start('REFER', referring(focus, `${leaver.aor};method=BYE`));
      const left = await leaver?.responses.take(({ callId }) => callId === sent?.callId, '202', PATIENCE);
      expect(left?.status).toBe(202);
      const others = everybody.filter((aor) => aor !== leaver?.aor);
      await vi.waitFor(() => {
        watches.forEach((one, index) => {
          if (index === 7) expect(one.last()).toContain('terminated');
          else expect([...one.roster().users.keys()].toSorted()).toEqual(others);
        });
      }, PATIENCE);
    },
  );
});
