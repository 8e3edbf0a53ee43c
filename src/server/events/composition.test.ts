import { describe, expect, it } from 'vitest';
import type { AccessLevel } from '../../protocol/access-levels.ts';
import { encodeAccessPolicy } from '../../protocol/access-policy.ts';
import { calendarDocument } from '../../protocol/calendar-document.ts';
import { foldAvailability } from '../../protocol/fold-availability.ts';
import type { OwnState } from '../../protocol/own-activities.ts';
import { decodePidf, encodePidf } from '../../protocol/pidf.ts';
import { usualPolicy } from '../../protocol/policy-levels.ts';
import { hardStateDocument, publishedDocument } from '../../protocol/published-document.ts';
import { header } from '../../protocol/sip-message.ts';
import { ALICE, BOB, CAROL, type Device, RULES, createWorld, lastOf, pidf } from './test-world.ts';

/*
 *   devices (PUBLISH)  --+
 *   hard state (XCAP)  --+--> composed --> oneself: everything
 *   calendar (server)  --+             --> others: hard state beside an open device only, calendar unless Appear offline
 */

const HOUR = 3_600_000;
const SOON = 300_000;

function setUp(levels: Record<string, AccessLevel> = { [CAROL]: 'public' }) {
  const world = createWorld();
  const alice = world.device(ALICE);
  const write = (auid: string, body: string | null) =>
    world.documents.change({ auid, path: 'index', owner: ALICE }, () => ({
      edit: body === null ? { remove: true } : { write: body },
      answer: null,
    }));
  const own = (more: Partial<OwnState> = {}): OwnState => ({
    aor: ALICE,
    instanceId: 'urn:uuid:a',
    now: world.clock.now(),
    manual: 'auto',
    manualSince: 0,
    lastInput: world.clock.now(),
    video: true,
    ...more,
  });
  let etag: string | null = null;
  return {
    world,
    alice,
    own,
    async rules() {
      const policy = { ...usualPolicy('example.org'), people: levels };
      await write(RULES.auid, encodeAccessPolicy(policy, true));
    },
    publish(state: OwnState | null): void {
      const fields = {
        ...(etag !== null && { 'SIP-If-Match': etag }),
        ...(state === null && { Expires: '0' }),
      };
      const body = state === null ? '' : encodePidf(publishedDocument(state, true));
      etag = header(world.publish(alice, body, fields), 'SIP-ETag') ?? null;
      if (state === null) etag = null;
    },
    async hard(state: OwnState | null) {
      const document = state && hardStateDocument(state);
      await write('pidf-manipulation', document && encodePidf(document));
    },
    calendar(from: number, until: number): boolean {
      const busy = [{ from, until, kind: 'busy' as const, subject: 'Secret merger' }];
      return world.events.publishInternally(
        ALICE,
        'calendar',
        calendarDocument(ALICE, busy, null, world.clock.now()),
      );
    },
    /** What a device's last NOTIFY shows. */
    seen(device: Device) {
      const { body } = lastOf(device);
      const read = body === '' ? null : decodePidf(body);
      const documents = read?.ok === true ? [read.value] : [];
      const { availability, activity } = foldAvailability(documents, world.clock.now());
      return { availability, activity, body };
    },
    async settle() {
      await world.clock.pass(3000);
    },
  };
}

describe('the calendar', () => {
  it('shows a meeting with every device gone, by level, and nothing to Public', async () => {
    const { world, rules, calendar, seen, settle } = setUp();
    await rules();
    const [bob, carol] = [world.device(BOB), world.device(CAROL)];
    world.watch(bob, ALICE);
    world.watch(carol, ALICE);
    await settle();
    expect(calendar(world.clock.now() - HOUR, world.clock.now() + HOUR)).toBe(true);
    await settle();
    expect(seen(bob)).toMatchObject({ availability: 'busy', activity: 'meeting' });
    expect(seen(bob).body).not.toMatch(/merger|personal/);
    expect(lastOf(carol)).toMatchObject({ body: '', count: 1 });
    expect(world.events.publishInternally(ALICE, 'calendar', null)).toBe(true);
    await settle();
    expect(seen(bob)).toMatchObject({ availability: 'offline', body: '' });
  });

  it('is nobody’s business while Appear offline is published, and after it as long as that was chosen', async () => {
    const { world, rules, calendar, seen, settle, publish, hard, own, alice } = setUp();
    await rules();
    const bob = world.device(BOB);
    world.watch(bob, ALICE);
    world.watch(alice, ALICE);
    calendar(world.clock.now() - HOUR, world.clock.now() + 9 * HOUR);
    publish(own());
    await settle();
    expect(seen(bob)).toMatchObject({ availability: 'busy', activity: 'meeting' });
    const until = world.clock.now() + SOON;
    const gone = own({ manual: 'offline', manualSince: world.clock.now(), manualUntil: until });
    publish(gone);
    await settle();
    // As if nobody were there: not even a closed service.
    expect(seen(bob).body).toBe('');
    expect(seen(alice).body).toContain('meeting');
    expect(seen(alice).body).toContain('>offline<');
    await hard(gone);
    publish(null);
    await settle();
    expect(seen(bob).body).toBe('');
    await world.clock.pass(SOON);
    expect(seen(bob)).toMatchObject({ availability: 'busy', activity: 'meeting' });
  });

  it('is refused when it is none, would make somebody look online, or is too large', async () => {
    const { world, seen, settle, calendar } = setUp();
    const bob = world.device(BOB);
    world.watch(bob, ALICE);
    calendar(world.clock.now() - HOUR, world.clock.now() + HOUR);
    await settle();
    const before = seen(bob);
    const large = pidf('x', 'closed', 'n'.repeat(13_000));
    for (const text of ['', '<x/>', 'soon', pidf('x', 'open'), large]) {
      expect(world.events.publishInternally(ALICE, 'calendar', text)).toBe(false);
    }
    await settle();
    expect(seen(bob)).toEqual(before);
    expect(lastOf(bob).count).toBe(2);
  });
});

describe('hard state', () => {
  it('makes nobody look online, and tells the person’s own devices', async () => {
    const { world, alice, hard, own, seen, settle } = setUp();
    await hard(own({ manual: 'dnd', manualSince: world.clock.now() }));
    const bob = world.device(BOB);
    world.watch(bob, ALICE);
    world.watch(alice, ALICE);
    await settle();
    expect(seen(bob).body).toBe('');
    expect(seen(alice).availability).toBe('offline');
    expect(seen(alice).body).toContain('choices');
    expect(world.events.reach.decide(BOB, ALICE)).toMatchObject({
      is: 'quiet',
      level: 'company',
      state: 'dnd',
    });
  });

  it('holds beside a device that knows nothing of it, for every level until its end', async () => {
    const { world, alice, hard, own, rules, seen, settle } = setUp({ [CAROL]: 'team' });
    await rules();
    const [bob, carol] = [world.device(BOB), world.device(CAROL)];
    for (const one of [bob, carol]) world.watch(one, ALICE);
    world.publish(alice, pidf('desk phone'));
    const until = world.clock.now() + SOON;
    await hard(own({ manual: 'dnd', manualSince: world.clock.now(), manualUntil: until }));
    await settle();
    expect([bob, carol].map((one) => seen(one).availability)).toEqual(['dnd', 'urgent']);
    expect(world.events.reach.decide(CAROL, ALICE)).toMatchObject({ is: 'yes', level: 'team' });
    await world.clock.pass(SOON);
    expect([bob, carol].map((one) => seen(one).availability)).toEqual(['available', 'available']);
    expect(seen(bob).body).not.toContain('dnd');
    expect(world.events.reach.decide(BOB, ALICE)).toMatchObject({ is: 'yes' });
  });

  it('gives way to what is chosen later on a device', async () => {
    const { world, hard, own, publish } = setUp();
    await hard(own({ manual: 'dnd', manualSince: world.clock.now() - HOUR }));
    publish(own({ manual: 'available', manualSince: world.clock.now() }));
    expect(world.events.reach.decide(BOB, ALICE)).toMatchObject({ is: 'yes', state: 'available' });
    await hard(null);
    publish(null);
    expect(world.events.reach.decide(BOB, ALICE)).toMatchObject({ is: 'yes' });
  });
});

describe('hostile documents', () => {
  const big = (text: string): string => pidf('a', 'open', text);

  it('are refused: for others, with the entity of others, too large by any count', () => {
    const { world, alice } = setUp();
    const entity = (aor: string): string => pidf('a').replace('pres:x@y', aor);
    expect(world.publish(alice, pidf('a'), {}, BOB).status).toBe(403);
    expect(world.publish(alice, entity(BOB)).status).toBe(403);
    expect(world.publish(alice, entity('pres:bob@example.org')).status).toBe(403);
    expect(world.publish(alice, entity('pres:alice@example.org')).status).toBe(200);
    expect(world.publish(alice, entity('sip:alice@elsewhere.org')).status).toBe(200);
    expect(world.publish(alice, big('x'.repeat(17_000))).status).toBe(413);
    expect(world.publish(alice, big('>'.repeat(15_000))).status).toBe(413);
    expect(world.publish(alice, big('\u20ac'.repeat(15_000))).status).toBe(413);
  });

  it('of twenty devices are one NOTIFY below 60 KB, the newest of them', async () => {
    const { world, settle } = setUp();
    const bob = world.device(BOB);
    world.watch(bob, ALICE);
    for (let i = 0; i < 20; i++) world.publish(world.device(ALICE), pidf(`d${i}`, 'open', '>'.repeat(5_900)));
    await settle();
    expect(Buffer.byteLength(lastOf(bob).body)).toBeLessThan(60_000);
    expect(lastOf(bob).body).toContain('id="d19"');
  });

  it('with games about classes show a watcher nothing of another level', async () => {
    const { world, alice, seen, settle } = setUp();
    const person = (inside: string): string => `<dm:person id="p"><rp:mood/>${inside}secret</dm:person>`;
    const label = (name: string): string => `<rp:class>${name}</rp:class>`;
    const games = [
      person(label('personal') + label('company')),
      person(label(' personal\n')),
      person(`<rp:class><![CDATA[personal]]></rp:class>`),
      person(label('self')),
      person(label('blocked')),
      `<tuple id="t"><status><basic>open</basic>${label('team')}</status><note>secret</note></tuple>`,
    ];
    const bob = world.device(BOB);
    world.watch(bob, ALICE);
    for (const game of games) {
      const ns =
        'xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rp="urn:ietf:params:xml:ns:pidf:rpid"';
      const open = `<tuple id="a"><status><basic>open</basic></status></tuple>`;
      expect(world.publish(alice, `<presence ${ns} entity="${ALICE}">${open}${game}</presence>`).status).toBe(
        200,
      );
      await settle();
      expect(seen(bob).availability).toBe('available');
      expect(seen(bob).body).not.toContain('secret');
    }
  });
});

describe('rules of ten thousand people', () => {
  it('cost a change of a thousand watchers little', async () => {
    const { world, alice } = setUp();
    const people = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`sip:user${i}@example.org`, i % 2 === 0 ? 'team' : 'public']),
    ) as Record<string, AccessLevel>;
    const policy = { ...usualPolicy('example.org'), people };
    const text = encodeAccessPolicy(policy, true);
    const watchers = Array.from({ length: 1000 }, (_, i) => world.device(`sip:user${i}@example.org`));
    for (const one of watchers) world.watch(one, ALICE);
    world.publish(alice, pidf('a'));
    await world.clock.pass(3000);
    const started = process.cpuUsage();
    await world.documents.change({ ...RULES, owner: ALICE }, () => ({ edit: { write: text }, answer: null }));
    await world.clock.pass(3000);
    const { user, system } = process.cpuUsage(started);
    expect(world.events.levelOf(ALICE, 'sip:user6@example.org')).toBe('team');
    expect(world.events.levelOf(ALICE, 'sip:user7@example.org')).toBe('public');
    expect((user + system) / 1_000_000).toBeLessThan(3);
  });
});
