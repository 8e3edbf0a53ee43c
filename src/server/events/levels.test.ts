import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeListNotification } from '../../protocol/rlmi.ts';
import { header, type SipResponse } from '../../protocol/sip-message.ts';
import {
  ALICE,
  type Levels,
  POLICY,
  type Seen,
  WATCHERS,
  WHO,
  type Watcher,
  fields,
  inDnd,
  openLevels,
  ownState,
  read,
  seenBy,
  subscribe,
  told,
} from '../testing/levels-office.ts';
import { DOMAIN, aorOf } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

/*
 * alice publishes four variants and one for herself; whoever asks, and however, gets the one of their level.
 *
 *   alice                server            personal team company rival public blocked
 *     | PUT pres-rules --> |                   |      |     |      |     |     |
 *     | PUBLISH variants ->| NOTIFY, each one of them, or none, at every one of these:
 *     |                    |   SUBSCRIBE, refresh, second device, reconnect, fetch, PUBLISH, rules, list
 */

let levels: Levels;
let alice: Phone;
beforeEach(async () => {
  levels = await openLevels();
  alice = await levels.device('Alice');
});
afterEach(() => levels.close());

/** What each level sees of alice as `ownState()` has her, and in Do Not Disturb. */
const SEEN: Record<
  Watcher,
  { labels: string[]; note: boolean; place: boolean; times: boolean; dnd: string }
> = {
  personal: { labels: ['personal'], note: true, place: true, times: true, dnd: 'dnd' },
  team: { labels: ['team'], note: true, place: true, times: true, dnd: 'urgent' },
  company: { labels: ['company'], note: true, place: false, times: false, dnd: 'dnd' },
  rival: { labels: ['company'], note: true, place: false, times: false, dnd: 'dnd' },
  public: { labels: ['public'], note: false, place: false, times: false, dnd: 'dnd' },
  blocked: { labels: [], note: false, place: false, times: false, dnd: 'offline' },
};

function check(who: Watcher, seen: Seen, availability: string): void {
  const { labels, note, place, times } = SEEN[who];
  expect(seen.labels, who).toEqual(labels);
  expect(seen.presence.availability, who).toBe(availability);
  expect(seen.text.includes('annual budget'), who).toBe(note);
  expect(seen.text.includes('Home'), who).toBe(place);
  expect(seen.text.includes('timestamp'), who).toBe(times);
  expect(seen.text, who).not.toContain('choices');
}

const ID: Record<Watcher, string> = {
  ...{ personal: 'A01', team: 'A02', company: 'A03', rival: 'A03', public: 'A04', blocked: 'A05' },
};
const TABLE = WATCHERS.map((who) => [ID[who], who] as const);

/** Subscribes to a list with alice in it. */
async function watchList(who: Watcher, phone: Phone, more: Record<string, string> = {}): Promise<void> {
  const path = `/xcap/resource-lists/users/${aorOf(WHO[who])}/index`;
  const body = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="a"><entry uri="${ALICE}"/></list></resource-lists>`;
  const headers = { 'content-type': 'application/resource-lists+xml' };
  await signedFetch(levels.server.port, WHO[who], path, { method: 'PUT', headers, body });
  await subscribe(phone, `${aorOf(WHO[who])};list=contacts`, { Supported: 'eventlist', ...more });
}

/** What the next NOTIFY of a list shows of alice. */
async function listed(phone: Phone): Promise<Seen> {
  const notify = await told(phone);
  const list = decodeListNotification(header(notify, 'Content-Type') ?? '', notify.body);
  if (!list.ok) throw new Error(list.why);
  const [member] = list.value.resources;
  expect(member?.instances[0]?.state).toBe('active');
  return read(member?.parts[0]?.body ?? '');
}

describe('a watcher gets exactly their level', () => {
  it.each(TABLE)('%s %s: first, refresh, second device, reconnect, fetch, change', async (_id, who) => {
    const online = who === 'blocked' ? 'offline' : 'available';
    await levels.publish(alice, ownState());
    const instance = `urn:uuid:${crypto.randomUUID()}`;
    const gruu = `${aorOf(WHO[who])};gr=${instance}`;
    const first = await levels.device(WHO[who], { instance });
    const response = await subscribe(first, ALICE, { Contact: `<${gruu}>` });
    expect(response.status).toBe(200);
    check(who, await seenBy(first), online);

    const headers = fields({ Event: 'presence', Expires: '300', Contact: `<${gruu}>` });
    first.inDialog('SUBSCRIBE', response, { headers });
    check(who, await seenBy(first), online);

    const second = await levels.device(WHO[who]);
    await subscribe(second);
    check(who, await seenBy(second), online);

    await subscribe(second, ALICE, { Expires: '0' });
    const fetched = await told(second);
    expect(header(fetched, 'Subscription-State')).toMatch(/^terminated/);
    check(who, read(fetched.body), online);

    await first.close();
    const back = await levels.device(WHO[who], { instance });
    await levels.publish(alice, inDnd());
    if (who === 'blocked') {
      // What was sent before this answer has come.
      await back.request('OPTIONS', { uri: `sip:${DOMAIN}` });
      return expect(back.requests.items).toEqual([]);
    }
    check(who, await seenBy(second), SEEN[who].dnd);
    const restored = await seenBy(back);
    check(who, restored.presence.availability === 'available' ? await seenBy(back) : restored, SEEN[who].dnd);
  });

  it('A01 to A05 in one list, and alice herself everything', async () => {
    await levels.publish(alice, ownState());
    for (const who of WATCHERS) {
      const online = who === 'blocked' ? 'offline' : 'available';
      const phone = await levels.watcher(who);
      await watchList(who, phone);
      check(who, await listed(phone), online);
      await watchList(who, phone, { Expires: '0' });
      check(who, await listed(phone), online);
    }
    await subscribe(alice);
    const { labels, text } = await seenBy(alice);
    expect(labels).toEqual(['personal', 'team', 'company', 'public', 'self']);
    expect(text).toContain('choices');
  });
});

describe('A05 blocked', () => {
  it('looks like somebody who never published: answer, NOTIFY, refresh, end', async () => {
    await levels.publish(alice, ownState());
    const bert = await levels.watcher('blocked');
    const plain = (message: SipResponse | Awaited<ReturnType<typeof told>>, target: string): string =>
      JSON.stringify([message.headers, message.body, 'status' in message ? message.status : message.method])
        .replaceAll(target, 'X')
        .replaceAll(/"(Via|Call-ID|CSeq|From|To|Date|Authorization)","value":"[^"]*(\\"[^"]*)*"/g, '')
        .replaceAll(/tag=[\w-]+/g, '');
    const asks = async (target: string): Promise<string[]> => {
      const response = await subscribe(bert, target);
      const first = await told(bert);
      const headers = fields({ Event: 'presence', Expires: '0', Contact: `<${bert.contact}>` });
      const end = await bert.responseTo(bert.inDialog('SUBSCRIBE', response, { headers }));
      return [response, first, end, await told(bert)].map((one) => plain(one, target));
    };
    expect(await asks(ALICE)).toEqual(await asks(aorOf('Carol')));
  });

  it('also for people who were never contacts, by their domain', async () => {
    await levels.rules({ ...POLICY, people: {}, domains: { [DOMAIN]: 'blocked' } });
    await levels.publish(alice, ownState());
    const carol = await levels.device('Carol');
    await subscribe(carol);
    check('blocked', await seenBy(carol), 'offline');
  });
});

describe('levels by group, by text, by change', () => {
  it('A06 a group gives its members its level, and a person of their own level keeps it', async () => {
    const members = [aorOf('Carol'), aorOf(WHO.public)];
    await levels.rules({ ...POLICY, groups: [{ id: 'friends', level: 'team', members }] });
    await levels.publish(alice, inDnd());
    const carol = await levels.device('Carol');
    await subscribe(carol);
    check('team', await seenBy(carol), 'urgent');
    const peter = await levels.watcher('public');
    await subscribe(peter);
    check('public', await seenBy(peter), 'dnd');
  });

  it('A10 a change of level is told at once, and of nobody else', async () => {
    await levels.publish(alice, inDnd());
    const [tom, cora] = [await levels.watcher('team'), await levels.watcher('company')];
    for (const phone of [tom, cora]) await subscribe(phone);
    check('team', await seenBy(tom), 'urgent');
    check('company', await seenBy(cora), 'dnd');
    const change = async (level: 'public' | 'blocked' | 'personal'): Promise<Seen> => {
      await levels.rules({ ...POLICY, people: { ...POLICY.people, [aorOf(WHO.team)]: level } });
      return seenBy(tom);
    };
    const started = performance.now();
    check('public', await change('public'), 'dnd');
    expect(performance.now() - started).toBeLessThan(5000);
    check('blocked', await change('blocked'), 'offline');
    check('personal', await change('personal'), 'dnd');
    expect(cora.requests.items).toEqual([]);
  });

  it('A10 and inside a list', async () => {
    await levels.publish(alice, inDnd());
    const tom = await levels.watcher('team');
    await watchList('team', tom);
    check('team', await listed(tom), 'urgent');
    for (const [level, dnd] of [
      ['public', 'dnd'],
      ['blocked', 'offline'],
      ['team', 'urgent'],
    ] as const) {
      await levels.rules({ ...POLICY, people: { ...POLICY.people, [aorOf(WHO.team)]: level } });
      check(level, await listed(tom), dnd);
    }
  });

  it('A11 a delegate is Team, whatever else is said of them', async () => {
    await levels.rules({ ...POLICY, delegates: [aorOf(WHO.blocked), aorOf(WHO.personal)] });
    await levels.publish(alice, inDnd());
    for (const who of ['blocked', 'personal'] as const) {
      const phone = await levels.watcher(who);
      await subscribe(phone);
      check('team', await seenBy(phone), 'urgent');
    }
  });

  it('without any rules colleagues are at Company', async () => {
    const usual = await openLevels(null);
    try {
      const device = await usual.device('Alice');
      await usual.publish(device, ownState());
      const cora = await usual.watcher('company');
      await subscribe(cora);
      check('company', await seenBy(cora), 'available');
    } finally {
      await usual.close();
    }
  });

  it('a device that labels nothing shows itself to Company, and to Public only that it can be reached', async () => {
    const body = `<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rp="urn:ietf:params:xml:ns:pidf:rpid" entity="${ALICE}"><tuple id="desk"><status><basic>open</basic><rp:activities><rp:meeting/></rp:activities></status><contact>${ALICE}</contact><note>in the lab</note></tuple><note>out at five</note><dm:person id="p"><rp:activities><rp:meeting/></rp:activities></dm:person></presence>`;
    const headers = fields({ Event: 'presence' });
    await alice.request('PUBLISH', { uri: ALICE, headers, contentType: 'application/pidf+xml', body });
    for (const [who, words] of [
      ['team', true],
      ['company', true],
      ['public', false],
    ] as const) {
      const phone = await levels.watcher(who);
      await subscribe(phone);
      const { text, presence } = await seenBy(phone);
      expect([/lab/, /five/, /meeting/].map((word) => word.test(text))).toEqual([words, words, words]);
      expect(presence.availability).toBe(words ? 'busy' : 'available');
      expect(text).toContain('<basic>open</basic>');
    }
  });
});
