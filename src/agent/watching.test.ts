/** The list subscription and the single ones beside it: who is asked for how, whatever the server makes of it. */
import { expect, test } from 'vitest';
import type { Presence } from '../protocol/availability.ts';
import { encodePidf } from '../protocol/pidf.ts';
import { publishedDocument } from '../protocol/published-document.ts';
import { encodeListNotification } from '../protocol/rlmi.ts';
import type { SipUserAgent, SubscriptionFact } from '../sip/contract.ts';
import { createMemoryVault, emptyShelves } from '../store/memory-vault.ts';
import { createServerTime } from './server-time.ts';
import { createWatching } from './watching.ts';

const ME = 'sip:ann@x.test';
const LIST = `${ME};list=contacts`;
const [BEN, CY] = ['sip:ben@x.test', 'sip:cy@x.test'];
const START = 1_800_000_000_000;

function setUp() {
  let now = START;
  const timers = new Set<{ at: number; run: () => void }>();
  const open = new Map<string, (fact: SubscriptionFact) => void>();
  const seen = new Map<string, Presence>();
  /** In the order of what was done: `+ben`, `-ben`. */
  const did: string[] = [];
  const clock = {
    now: () => now,
    random: () => 0.5,
    after(ms: number, run: () => void) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const watching = createWatching(
    {
      ...{ clock, vault: createMemoryVault(emptyShelves()), uuid: () => 'u', log: () => undefined },
      tell(fact) {
        if (fact.fact === 'presence') for (const [aor, presence] of fact.changes) seen.set(aor, presence);
      },
    },
    createServerTime(clock, 0),
    ME,
    true,
  );
  const subscribe: SipUserAgent['subscribe'] = ({ target }, listener) => {
    open.set(target, listener);
    did.push(`+${target}`);
    const close = () => {
      open.delete(target);
      did.push(`-${target}`);
      listener({ is: 'ended', status: null, reason: 'closed' });
    };
    return { close };
  };
  watching.follow([BEN, CY], []);
  const agent = { subscribe } as SipUserAgent;
  watching.online(agent);
  const pass = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const [due] = [...timers].filter((one) => one.at <= until).sort((a, b) => a.at - b.at);
      if (!due) break;
      timers.delete(due);
      now = Math.max(now, due.at);
      due.run();
    }
    now = until;
  };
  const says = (target: string, fact: SubscriptionFact) => {
    open.get(target)?.(fact);
    pass(50);
  };
  return { watching, agent, seen, did, pass, says, targets: () => [...open.keys()] };
}

const pidf = (aor: string, note: string) =>
  encodePidf(
    publishedDocument({
      ...{ aor, instanceId: 'urn:uuid:b', now: START, manual: 'auto', manualSince: 0, lastInput: START },
      ...{ note, video: true },
    }),
  );
const single = (aor: string, note: string): SubscriptionFact => ({
  ...{ is: 'active', contentType: 'application/pidf+xml', body: pidf(aor, note) },
});
/** People with their notes; '' for one without instance. */
function list(full: boolean, people: Record<string, string>, version = 0): SubscriptionFact {
  const documents = new Map<string, { contentType: string; body: string }>();
  const resources = Object.entries(people).map(([uri, note]) => {
    if (note === '') return { uri, name: '', instances: [] };
    documents.set(uri, { contentType: 'application/pidf+xml', body: pidf(uri, note) });
    return { uri, name: '', instances: [{ id: '1', state: 'active' as const, cid: uri }] };
  });
  const meta = { uri: LIST, version, full, resources };
  return { is: 'active', ...encodeListNotification(meta, documents, 'b0undary') };
}

test.each<[string, SubscriptionFact]>([
  ['404', { is: 'ended', status: 404, reason: 'Not Found' }],
  ['489', { is: 'ended', status: 489, reason: 'Bad Event' }],
  ['421', { is: 'ended', status: 421, reason: 'Extension Required' }],
  ['an ordinary document of the person', single(ME, 'Me')],
  ['a person without document', { is: 'pending', contentType: '', body: '' }],
])('a server without lists (%s): singly at once, and no list is left', (_, fact) => {
  const { says, targets } = setUp();
  expect(targets()).toEqual([LIST]);
  says(LIST, fact);
  expect(targets().filter((one) => one !== LIST)).toEqual([BEN, CY]);
  if (fact.is !== 'ended') expect(targets()).not.toContain(LIST);
});

test('a list that does not answer: singly after a few seconds, and no longer once it does', () => {
  const { pass, says, targets, seen, did } = setUp();
  pass(4900);
  expect(targets()).toEqual([LIST]);
  pass(200);
  expect(targets()).toEqual([LIST, BEN, CY]);
  says(BEN, single(BEN, 'Singly'));
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }));
  expect(targets()).toEqual([LIST]);
  expect(did.slice(-2)).toEqual([`-${BEN}`, `-${CY}`]);
  expect([seen.get(BEN)?.note, seen.get(CY)?.note]).toEqual(['Listed', 'Here']);
});

test('somebody whom the list does not tell of is asked for singly after five seconds, until it does', () => {
  const { pass, says, targets, seen } = setUp();
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: '' }));
  pass(4800);
  expect(targets()).toEqual([LIST]);
  pass(300);
  expect(targets()).toEqual([LIST, CY]);
  says(CY, single(CY, 'Singly'));
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: '' }));
  expect(targets()).toEqual([LIST, CY]);
  says(LIST, list(false, { [CY]: 'Listed' }));
  expect(targets()).toEqual([LIST]);
  expect(seen.get(CY)?.note).toBe('Listed');
});

test('a lost line changes nothing; a list that does not come back with it is replaced', () => {
  const { watching, agent, pass, says, targets, seen } = setUp();
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }));
  says(LIST, { is: 'stale', why: 'cut' });
  watching.offline();
  pass(120_000);
  expect([targets(), seen.get(BEN)?.note]).toEqual([[LIST], 'Listed']);
  watching.online(agent);
  pass(9_900);
  expect(targets()).toEqual([LIST]);
  pass(200);
  expect(targets()).toEqual([LIST, BEN, CY]);
});

test('terminated and asked for anew within seconds: no single subscription, no flicker', () => {
  const { pass, says, targets, seen } = setUp();
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }));
  seen.clear();
  says(LIST, { is: 'stale', why: 'deactivated' });
  pass(9000);
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'New' }));
  pass(20_000);
  expect(targets()).toEqual([LIST]);
  expect([...seen.keys()]).toEqual([CY]);
  says(LIST, { is: 'stale', why: '503' });
  pass(10_000);
  expect(targets()).toEqual([LIST, BEN, CY]);
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'New' }));
  expect(targets()).toEqual([LIST]);
});

test('P25 blocked and unblocked: shown as such, then as the list told meanwhile', () => {
  const { watching, pass, says, seen, targets } = setUp();
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }));
  watching.follow([BEN, CY], [BEN]);
  says(LIST, list(false, { [BEN]: 'Meanwhile' }));
  expect(seen.get(BEN)?.availability).toBe('blocked');
  watching.follow([BEN, CY], []);
  pass(50);
  expect([seen.get(BEN)?.note, targets()]).toEqual(['Meanwhile', [LIST]]);
});

test('P24 a document about somebody else is nothing heard', () => {
  const { says, seen } = setUp();
  says(LIST, { is: 'ended', status: 489, reason: 'Bad Event' });
  says(BEN, single(CY, 'Not Ben'));
  expect(seen.get(BEN)?.availability).toBe('unknown');
  says(BEN, single(BEN, 'Ben'));
  says(BEN, single(CY, 'Not Ben'));
  expect(seen.get(BEN)?.note).toBe('Ben');
});

test('P24 nor is one in the list', () => {
  const { says, seen } = setUp();
  const swapped = list(true, { [BEN]: 'Ben', [CY]: 'Cy' });
  if (swapped.is !== 'active') throw new Error('no list');
  // Both parts speak of Ben, whatever the list calls them.
  says(LIST, { ...swapped, body: swapped.body.replaceAll(`entity="${CY}"`, `entity="${BEN}"`) });
  expect(seen.get(BEN)?.note).toBe('Ben');
  expect(seen.get(CY)?.availability).toBe('unknown');
});

test('P24 a lost notification of the list is noticed by its version, and the list asked for anew', () => {
  const { pass, says, seen, did, targets } = setUp();
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }, 4));
  says(LIST, list(false, { [CY]: 'Next' }, 5));
  expect(did).toEqual([`+${LIST}`]);
  says(LIST, list(false, { [BEN]: 'After the gap' }, 7));
  expect(did).toEqual([`+${LIST}`, `-${LIST}`, `+${LIST}`]);
  // What was told stands until the full state is there, and nobody is asked for singly.
  expect([seen.get(BEN)?.note, seen.get(CY)?.note]).toEqual(['After the gap', 'Next']);
  says(LIST, list(true, { [BEN]: 'Whole', [CY]: 'Whole' }, 0));
  pass(60_000);
  expect([seen.get(CY)?.note, targets()]).toEqual(['Whole', [LIST]]);
});

test('P24 versions that mean nothing do not make it ask again and again', () => {
  const { says, did } = setUp();
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }, 0));
  for (let version = 2; version < 20; version += 2)
    says(LIST, list(false, { [BEN]: `v${version}` }, version));
  expect(did.filter((one) => one === `+${LIST}`)).toHaveLength(2);
});

test('P24 green ends when nobody has confirmed it for as long as a subscription lasts', () => {
  const { pass, says, seen } = setUp();
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }));
  pass(3_000_000);
  says(LIST, list(true, { [BEN]: 'Listed', [CY]: 'Here' }));
  expect(seen.get(BEN)?.asOf).toBe(START + 3_000_050);
  says(LIST, { is: 'stale', why: 'cut' });
  pass(3_500_000);
  expect(seen.get(BEN)?.availability).toBe('available');
  pass(200_000);
  expect([seen.get(BEN)?.availability, seen.get(CY)?.availability]).toEqual(['unknown', 'unknown']);
});
