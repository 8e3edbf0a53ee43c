import { describe, expect, it } from 'vitest';
import { CALL_HANDLING, encodeCallHandling, USUAL_HANDLING } from '../../protocol/call-handling.ts';
import { header } from '../../protocol/sip-message.ts';
import { decodeWatcherinfo } from '../../protocol/watcherinfo.ts';
import { decodeXcapDiff } from '../../protocol/xcap-diff.ts';
import { ALICE, BOB, CAROL, RULES, createWorld, lastOf, pidf, ruleset } from './test-world.ts';

/*
 * watcher                    notifier
 *   | SUBSCRIBE                 |
 *   |-------------------------->|  200, then NOTIFY active: always in this order
 *   | SUBSCRIBE (to tag)        |
 *   |-------------------------->|  200, NOTIFY with the full state
 *   | SUBSCRIBE Expires: 0      |
 *   |-------------------------->|  200, NOTIFY terminated;reason=timeout
 */

const setUp = () => {
  const world = createWorld();
  return { world, alice: world.device(ALICE), bob: world.device(BOB) };
};
const tell = (world: ReturnType<typeof createWorld>, alice: ReturnType<typeof world.device>, note: string) =>
  world.publish(alice, pidf('a', 'open', note)).status;

describe('SUBSCRIBE', () => {
  it('is answered, then notified, in one dialog', async () => {
    const { world, bob } = setUp();
    const { response } = world.watch(bob, ALICE, { Event: 'presence;id=7' });
    expect(response.status).toBe(200);
    expect(header(response, 'Expires')).toBe('600');
    expect(header(response, 'Contact')).toBe('<sip:example.org;transport=ws>');
    await world.clock.pass(0);
    const [notify] = bob.notifies;
    expect(notify?.uri).toBe(bob.contact);
    expect(notify?.callId).toBe(response.callId);
    expect(notify?.from.params.get('tag')).toBe(response.to.params.get('tag'));
    expect(notify?.to.params.get('tag')).toBe(response.from.params.get('tag'));
    expect(header(notify ?? response, 'Event')).toBe('presence;id=7');
    expect(header(notify ?? response, 'Subscription-State')).toBe('active;expires=600');
  });

  it('is refused: event, expiry, type, resource, somebody else’s package', () => {
    const { world, bob } = setUp();
    const ask = (fields: Record<string, string>, uri = ALICE) => world.watch(bob, uri, fields).response;
    const bad = ask({ Event: 'weather' });
    expect(bad.status).toBe(489);
    expect(header(bad, 'Allow-Events')).toBe('presence, presence.winfo, dialog, xcap-diff');
    expect(ask({ Event: 'Presence' }).status).toBe(489);
    expect(ask({ Event: '' }).status).toBe(489);
    expect(ask({ Expires: '10' }).status).toBe(423);
    expect(ask({ Expires: '-1' }).status).toBe(400);
    expect(ask({ Accept: 'text/plain' }).status).toBe(406);
    expect(ask({ Accept: 'text/plain, application/*' }).status).toBe(200);
    expect(ask({}, 'sip:nobody@example.org').status).toBe(404);
    expect(ask({}, 'sip:alice@elsewhere.org').status).toBe(404);
    for (const Event of ['presence.winfo', 'xcap-diff']) {
      expect(ask({ Event }).status).toBe(403);
      expect(ask({ Event }, BOB).status).toBe(200);
    }
  });

  it('in a dialog: refresh, wrong number, wrong person, no such dialog, end', async () => {
    const { world, alice, bob } = setUp();
    tell(world, alice, 'one');
    const watch = world.watch(bob, ALICE);
    await world.clock.pass(0);
    expect(watch.again().status).toBe(200);
    await world.clock.pass(0);
    expect(bob.notifies.map(({ body }) => body.includes('one'))).toEqual([true, true]);
    expect(watch.again({}, world.device(CAROL)).status).toBe(403);
    const stale = { method: 'SUBSCRIBE', uri: 'sip:example.org', callId: watch.response.callId, seq: 1 };
    const headers = [
      { name: 'Event', value: 'presence' },
      { name: 'Contact', value: `<${bob.contact}>` },
    ];
    const dialog = { from: watch.response.from, to: watch.response.to, headers };
    expect(world.send(bob, { ...stale, ...dialog }).status).toBe(500);
    expect(world.send(bob, { ...stale, ...dialog, callId: 'other' }).status).toBe(481);
    expect(watch.again({ Expires: '0' }).status).toBe(200);
    await world.clock.pass(0);
    expect(lastOf(bob)).toMatchObject({ state: 'terminated;reason=timeout' });
    expect(watch.again().status).toBe(481);
    expect(world.events.subscriptions()).toBe(0);
  });

  it('with Expires: 0 fetches the state once', async () => {
    const { world, alice, bob } = setUp();
    tell(world, alice, 'one');
    world.watch(bob, ALICE, { Expires: '0' });
    await world.clock.pass(0);
    expect(lastOf(bob)).toMatchObject({ state: 'terminated;reason=timeout', count: 1 });
    expect(lastOf(bob).body).toContain('one');
    expect(world.events.subscriptions()).toBe(0);
  });

  it('runs out', async () => {
    const { world, bob } = setUp();
    world.watch(bob, ALICE, { Expires: '60' });
    await world.clock.pass(62_000);
    expect(lastOf(bob)).toMatchObject({ state: 'terminated;reason=timeout' });
    expect(world.events.subscriptions()).toBe(0);
  });

  it('is limited to 500 a person; ten thousand leave nothing behind', async () => {
    const { world, bob } = setUp();
    const counts = new Map<number, number>();
    for (let i = 0; i < 10_000; i++) {
      const { status } = world.watch(bob, `sip:user${i}@example.org`).response;
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    expect([...counts]).toEqual([
      [200, 500],
      [403, 9_500],
    ]);
    await world.clock.pass(700_000);
    expect(world.events.subscriptions()).toBe(0);
  });

  it('at the limit takes the place of the same device’s old one', async () => {
    const { world, bob } = setUp();
    const watches = Array.from({ length: 500 }, (_, i) => world.watch(bob, `sip:user${i}@example.org`));
    expect(world.watch(bob, 'sip:user7@example.org').response.status).toBe(200);
    expect(world.watch(world.device(BOB), 'sip:user7@example.org').response.status).toBe(403);
    expect(watches[7]?.again().status).toBe(481);
    expect(watches[8]?.again().status).toBe(200);
    expect(world.events.subscriptions()).toBe(500);
  });
});

describe('NOTIFY', () => {
  it('shows a change at once and a storm once a second, the last state last', async () => {
    const { world, alice, bob } = setUp();
    world.watch(bob, ALICE);
    await world.clock.pass(0);
    for (let i = 1; i <= 50; i++) {
      tell(world, alice, `n${i}.`);
      await world.clock.pass(100);
      if (i === 1) expect(lastOf(bob).body).toContain('n1.');
    }
    await world.clock.pass(2000);
    expect(lastOf(bob).body).toContain('n50.');
    expect(lastOf(bob).count).toBeLessThanOrEqual(9);
    expect(lastOf(bob).count).toBeGreaterThanOrEqual(6);
  });

  it('is not repeated when nothing changed', async () => {
    const { world, alice, bob } = setUp();
    world.watch(bob, ALICE);
    tell(world, alice, 'same');
    await world.clock.pass(3000);
    const { count } = lastOf(bob);
    tell(world, alice, 'same');
    await world.clock.pass(3000);
    expect(lastOf(bob).count).toBe(count);
  });

  it('follows the device to its next socket with what is true by then', async () => {
    const { world, alice, bob } = setUp();
    world.watch(bob, ALICE);
    await world.clock.pass(0);
    bob.cut();
    for (const note of ['one', 'two', 'three']) {
      tell(world, alice, note);
      await world.clock.pass(1500);
    }
    expect(lastOf(bob).count).toBe(1);
    bob.comeBack();
    await world.clock.pass(0);
    expect(lastOf(bob)).toMatchObject({ count: 2 });
    expect(lastOf(bob).body).toContain('three');
  });

  it('waits for a slow reader and then says the last state', async () => {
    const { world, alice, bob } = setUp();
    world.watch(bob, ALICE);
    await world.clock.pass(0);
    bob.congested = true;
    for (let i = 1; i <= 20; i++) {
      tell(world, alice, `n${i}.`);
      await world.clock.pass(500);
    }
    expect(lastOf(bob).count).toBe(1);
    bob.congested = false;
    await world.clock.pass(1500);
    expect(lastOf(bob)).toMatchObject({ count: 2 });
    expect(lastOf(bob).body).toContain('n20.');
  });

  it.each([481, 404, 489])('answered %i ends the subscription without another word', async (status) => {
    const { world, alice, bob } = setUp();
    bob.answers = status;
    const watch = world.watch(bob, ALICE);
    await world.clock.pass(0);
    tell(world, alice, 'one');
    await world.clock.pass(60_000);
    expect(lastOf(bob).count).toBe(1);
    expect(watch.again().status).toBe(481);
  });

  it('unanswered is tried once more, then the subscription ends', async () => {
    const { world, bob } = setUp();
    bob.answers = null;
    world.watch(bob, ALICE);
    await world.clock.pass(120_000);
    expect(lastOf(bob).count).toBe(2);
    expect(world.events.subscriptions()).toBe(0);
  });

  it('answered 503 once is tried again', async () => {
    const { world, bob } = setUp();
    bob.answers = 503;
    world.watch(bob, ALICE);
    await world.clock.pass(0);
    bob.answers = 200;
    await world.clock.pass(6_000);
    expect(lastOf(bob).count).toBe(2);
    expect(world.events.subscriptions()).toBe(1);
  });

  it('answered 503 waits as asked, whatever changes meanwhile, and then tells the last of it', async () => {
    const { world, alice, bob } = setUp();
    bob.answers = 503;
    world.watch(bob, ALICE);
    await world.clock.pass(0);
    for (const note of ['one', 'two', 'three']) {
      tell(world, alice, note);
      await world.clock.pass(1_000);
    }
    expect(lastOf(bob).count).toBe(1);
    bob.answers = 200;
    await world.clock.pass(3_000);
    expect(lastOf(bob).count).toBe(2);
    expect(lastOf(bob).body).toContain('three');
    expect(world.events.subscriptions()).toBe(1);
  });

  it('answered 503, a SUBSCRIBE is told at once all the same', async () => {
    const { world, bob } = setUp();
    bob.answers = 503;
    const watch = world.watch(bob, ALICE);
    await world.clock.pass(0);
    bob.answers = 200;
    watch.again();
    await world.clock.pass(0);
    expect(lastOf(bob).count).toBe(2);
    await world.clock.pass(10_000);
    expect(lastOf(bob).count).toBe(2);
  });
});

describe('presence.winfo', () => {
  it('tells the owner who watches, and whether they wait for a yes', async () => {
    const { world, alice, bob } = setUp();
    world.watch(alice, ALICE, { Event: 'presence.winfo' });
    await world.clock.pass(2000);
    const watchers = () => {
      const read = decodeWatcherinfo(lastOf(alice).body);
      if (!read.ok) throw new Error(read.why);
      return read.value.lists.flatMap((list) => list.watchers.map(({ uri, status }) => `${uri} ${status}`));
    };
    expect(watchers()).toEqual([]);
    const watch = world.watch(bob, ALICE);
    await world.clock.pass(2000);
    expect(watchers()).toEqual([`${BOB} active`]);
    const rules = ruleset({ [BOB]: 'confirm' });
    await world.documents.change({ ...RULES, owner: ALICE }, () => ({
      edit: { write: rules },
      answer: null,
    }));
    await world.clock.pass(2000);
    expect(watchers()).toEqual([`${BOB} pending`]);
    watch.again({ Expires: '0' });
    await world.clock.pass(2000);
    expect(watchers()).toEqual([`${BOB} waiting`]);
  });
});

describe('xcap-diff', () => {
  it('names all documents first, then what changed', async () => {
    const { world, alice } = setUp();
    const write = (path: string, body: string | null) =>
      world.documents.change({ auid: 'resource-lists', owner: ALICE, path }, () => ({
        edit: body === null ? { remove: true } : { write: body },
        answer: null,
      }));
    const read = () => {
      const diff = decodeXcapDiff(lastOf(alice).body);
      if (!diff.ok) throw new Error(diff.why);
      return diff.value.documents.map(
        ({ path, previousEtag, newEtag }) =>
          `${path.split('/').pop()} ${previousEtag !== null} ${newEtag !== null}`,
      );
    };
    await write('index', 'a');
    await world.documents.change({ auid: 'resource-lists', owner: BOB, path: 'index' }, () => ({
      edit: { write: 'x' },
      answer: null,
    }));
    world.watch(alice, ALICE, { Event: 'xcap-diff' });
    await world.clock.pass(2000);
    expect(read()).toEqual(['index false true']);
    await write('index', 'b');
    await write('other', 'c');
    await world.clock.pass(2000);
    expect(read()).toEqual(['other false true']);
    await write('index', null);
    await world.clock.pass(2000);
    expect(read()).toEqual(['index true false']);
  });

  it('CD1 tells who has become a delegate, or is no longer, and names no document of the manager', async () => {
    const { world, alice } = setUp();
    world.watch(alice, ALICE, { Event: 'xcap-diff' });
    await world.clock.pass(2000);
    const names = async (delegates: readonly string[], busy = false) => {
      const body = encodeCallHandling({
        ...USUAL_HANDLING,
        delegates,
        busy: busy ? { is: 'voicemail' } : null,
      });
      await world.documents.change({ auid: CALL_HANDLING.auid, owner: BOB, path: 'index' }, () => ({
        edit: { write: body },
        answer: null,
      }));
      await world.clock.pass(2000);
      return alice.notifies.length;
    };
    expect(await names([CAROL])).toBe(1);
    expect(await names([CAROL, ALICE])).toBe(2);
    expect(lastOf(alice).body).not.toContain('bob');
    expect(await names([CAROL, ALICE], true)).toBe(2);
    expect(await names([CAROL])).toBe(3);
  });
});
