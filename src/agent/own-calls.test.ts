/**
 * One person's calls on two devices, as each of them sees it:
 *
 *   desk: up with Ben --PUBLISH--> phone: "In a call with Ben on another device" --move--> INVITE, Replaces
 */
import { expect, test } from 'vitest';
import { decodeDialogInfo, encodeDialogInfo, type DialogState } from '../protocol/dialog-info.ts';
import type { SipCall, SipDialog, SipUserAgent, SubscriptionFact } from '../sip/contract.ts';
import type { TakenCall } from './calling.ts';
import type { CallElsewhere, CallSnapshot, Fact } from './contract.ts';
import { createOwnCalls } from './own-calls.ts';

const ME = 'sip:ann@x.test';
const BEN = 'sip:ben@x.test';
const CLEO = 'sip:cleo@x.test';
const GRUU = 'sip:ben@x.test;gr=urn:uuid:1';

function device(nth: number, isPrivate = true) {
  const facts: Fact[] = [];
  const published: (readonly DialogState[])[] = [];
  const did: string[] = [];
  let listener: (fact: SubscriptionFact) => void = () => undefined;
  const given = { isPrivate };
  const own = createOwnCalls({
    env: { tell: (fact) => facts.push(fact), log: (line) => did.push(line) },
    me: ME,
    instanceId: `urn:uuid:0000000${nth}-0000-4000-8000-000000000000`,
    isPrivate: () => given.isPrivate,
    nameOf: (aor) => (aor === CLEO ? 'Cleo' : undefined),
  });
  const sip = {
    publish: (event: string, expires: number) => {
      did.push(`publish ${event} ${expires}`);
      return {
        lastStatus: null,
        set: (_: string, body: string) => {
          const info = decodeDialogInfo(body);
          if (!info.ok) throw new Error(info.why);
          published.push(info.value.dialogs);
        },
        remove: () => {
          did.push('remove');
          return Promise.resolve();
        },
      };
    },
    subscribe: ({ event, target }: { event: string; target: string }, hear: typeof listener) => {
      did.push(`subscribe ${event} ${target}`);
      listener = hear;
      return { close: () => void did.push('close') };
    },
  } as unknown as SipUserAgent;
  const notify = (dialogs: readonly DialogState[]): void =>
    listener({
      is: 'active',
      contentType: 'application/dialog-info+xml',
      body: encodeDialogInfo({ entity: ME, version: 1, full: true, dialogs }),
    });
  return {
    ...{ own, sip, facts, published, did, given, notify },
    says: (fact: SubscriptionFact) => listener(fact),
    last: () => published.at(-1) ?? [],
    shown: (): readonly CallElsewhere[] => own.elsewhere(),
  };
}

const DIALOG: SipDialog = {
  callId: 'c1',
  localTag: 'ours',
  remoteTag: 'bens',
  target: GRUU,
  takesReplaces: true,
};
function call(more: Partial<CallSnapshot> = {}, dialog: SipDialog | null = DIALOG) {
  const snapshot: CallSnapshot = {
    ...{ id: 'c1', peer: BEN, peerName: 'Ben Farrow', direction: 'in', state: 'established', video: false },
    ...{ owner: 'tab', startedAt: 0, establishedAt: 1 },
    ...more,
  };
  return { snapshot, sip: { dialog } as SipCall };
}
/** Both online, the desk in a call that the phone has heard of. */
function inCall(dialog: Partial<SipDialog> = {}) {
  const [desk, phone] = [device(1), device(2)];
  for (const one of [desk, phone]) one.own.online(one.sip);
  desk.own.changed([call({}, { ...DIALOG, ...dialog })]);
  phone.notify(desk.last());
  return { desk, phone };
}
/** What the phone asks of the calls of its own. */
function move(phone: ReturnType<typeof device>, id = phone.shown()[0]?.id ?? '') {
  const asked: unknown[] = [];
  const outcome = phone.own.move(
    { id, tab: 'tab' },
    {
      call(input, taken?: TakenCall) {
        asked.push({ ...input, target: taken?.target, replaces: taken?.replaces });
        taken?.isBegun?.('m1');
        return { ok: true, value: { id: 'm1' } };
      },
    },
  );
  return { outcome, asked };
}

test('EV2 a call that is up is told to the other devices, and taken back when it is over', () => {
  const { desk, phone } = inCall();
  expect(desk.did).toEqual(['publish dialog 600', `subscribe dialog ${ME}`]);
  expect(phone.shown()).toMatchObject([{ peer: BEN, peerName: 'Ben Farrow', canMove: true }]);
  // Its own are no news to the desk.
  desk.notify(desk.last());
  expect(desk.shown()).toEqual([]);
  desk.own.changed([call({ state: 'ended' })]);
  expect(desk.last()).toEqual([]);
  phone.notify(desk.last());
  expect(phone.shown()).toEqual([]);
  expect(phone.facts.map((fact) => fact.fact === 'calls-elsewhere' && fact.calls.length)).toEqual([1, 0]);
});

test('EV2 nothing is told of a call that is not up, and nothing twice', () => {
  const desk = device(1);
  desk.own.online(desk.sip);
  desk.own.changed([]);
  desk.own.changed([call({ state: 'incoming' }, null)]);
  desk.own.changed([call({ state: 'dialling' }, null)]);
  expect(desk.published).toEqual([]);
  desk.own.changed([call()]);
  desk.own.changed([call({ video: true })]);
  expect(desk.published).toHaveLength(1);
});

test('EV2 moving asks the far end, at the very device, to go on here; the other device says where it went', () => {
  const { desk, phone } = inCall();
  const { asked } = move(phone);
  expect(asked).toEqual([
    {
      ...{ peer: BEN, video: false, tab: 'tab', target: GRUU },
      replaces: { callId: 'c1', toTag: 'bens', fromTag: 'ours' },
    },
  ]);
  const mine = { id: 'm1', direction: 'out' } as const;
  phone.own.changed([call({ ...mine, state: 'dialling' }, null)]);
  const replaces = { callId: 'c1', localTag: 'ours', remoteTag: 'bens' };
  expect(phone.last()).toMatchObject([{ state: 'trying', replaces }]);
  expect(phone.last()[0]?.callId).toBeUndefined();
  desk.notify([...desk.last(), ...phone.last()]);
  expect(desk.shown()).toEqual([]);
  const ended = (reason: string, by: 'us' | 'them' = 'them') => desk.own.whyEnded({ ...call(), by, reason });
  // Ben may just as well have hung up.
  expect(ended('')).toBeUndefined();
  expect(ended('Replaced')).toBeUndefined();
  expect(ended(`Replaced by ${ME}`, 'us')).toBeUndefined();
  expect(ended(`Replaced by ${CLEO}`)).toBeUndefined();
  expect(ended(`Replaced by ${ME}`)).toBe('The call goes on at your other device.');
  phone.own.changed([call(mine, { ...DIALOG, callId: 'm1', localTag: 'phone' })]);
  desk.notify(phone.last());
  expect(ended('')).toBe('The call goes on at your other device.');
  expect(desk.shown()).toMatchObject([{ peer: BEN, canMove: true }]);
});

test('EV2 a call that ends otherwise, or is passed on, says nothing of other devices', () => {
  const { desk } = inCall();
  desk.notify([
    { id: 'x', state: 'confirmed', replaces: { callId: 'c1', localTag: 'bens', remoteTag: 'ours' } },
  ]);
  expect(desk.own.whyEnded({ ...call(), by: 'them', reason: 'Replaced' })).toBeUndefined();
});

test('EV2 a move that fails says so, and the call here is told to nobody any more', () => {
  const { phone } = inCall();
  move(phone);
  const mine = call({ id: 'm1', state: 'dialling' }, null);
  delete (mine.snapshot as { establishedAt?: number }).establishedAt;
  phone.own.changed([mine]);
  expect(phone.own.whyEnded({ ...mine, by: 'them', reason: '' })).toMatch(/could not be moved here/);
  expect(phone.own.whyEnded({ ...mine, by: 'us', reason: '' })).toBeUndefined();
  phone.own.changed([]);
  expect(phone.last()).toEqual([]);
  expect(phone.own.whyEnded({ ...mine, by: 'them', reason: '' })).toBeUndefined();
});

test('EV2 where the far end knows no Replaces the call is shown, and what names it is kept', () => {
  const { desk, phone } = inCall({ takesReplaces: false });
  expect(JSON.stringify(desk.last())).not.toMatch(/callId|ours|bens|gr=/);
  expect(phone.shown()).toMatchObject([{ peer: BEN, canMove: false }]);
  expect(move(phone)).toMatchObject({ outcome: { ok: false }, asked: [] });
});

test.each<[string, Partial<DialogState>, boolean?]>([
  ['a tag that would write another header', { localTag: 'a\r\nRoute: <sip:evil.example>' }, false],
  ['a target of somebody else', { remote: { identity: BEN, target: 'sip:eve@x.test;gr=1' } }, true],
  ['a target that is no address', { remote: { identity: BEN, target: 'javascript:alert(1)' } }, true],
  ['a target with headers', { remote: { identity: BEN, target: `${GRUU}?Replaces=x` } }, true],
])('EV2 of a document of another maker nothing evil is taken: %s', (_, more, canMove) => {
  const phone = device(2);
  phone.own.online(phone.sip);
  const base = { id: 'x', state: 'confirmed', callId: 'c', localTag: 'l', remoteTag: 'r' } as const;
  phone.notify([
    { ...base, remote: { identity: BEN }, ...more },
    { ...base, id: 'y', state: 'confirmed' },
  ]);
  expect(phone.shown()).toEqual([{ id: 'x', peer: BEN, peerName: '', canMove }]);
  for (const asked of move(phone).asked)
    expect((asked as TakenCall).target).toMatch(/^sip:ben@x\.test(;gr=urn:uuid:1)?$/);
});

test('EV2 where others could read it nothing is said or asked; a server without it is left alone', () => {
  const desk = device(1, false);
  desk.own.online(desk.sip);
  desk.own.changed([call()]);
  expect([desk.did, desk.published]).toEqual([[], []]);
  desk.given.isPrivate = true;
  desk.own.offersChanged();
  expect(desk.published).toHaveLength(1);
  desk.says({ is: 'ended', status: 489, reason: 'Bad Event' });
  desk.own.online(desk.sip);
  expect(desk.did).toEqual(['publish dialog 600', `subscribe dialog ${ME}`]);
  desk.given.isPrivate = false;
  desk.own.offersChanged();
  expect(desk.did.slice(2)).toEqual(['close', 'remove']);
});

test('EV2 what was known is not shown without a connection, nor when it cannot be read', () => {
  const { phone, desk } = inCall();
  phone.says({ is: 'stale', why: 'cut' });
  expect(phone.shown()).toEqual([]);
  phone.notify(desk.last());
  expect(phone.shown()).toHaveLength(1);
  phone.says({ is: 'active', contentType: 'application/dialog-info+xml', body: '<nonsense' });
  expect(phone.shown()).toHaveLength(1);
  expect(move(phone, 'another')).toMatchObject({ outcome: { ok: false }, asked: [] });
});

test('EV2 a parked call is picked up in the name of whoever parked it, who is told; or it fails, and is said to', () => {
  const [anna, cleo] = [device(1), device(2)];
  const asked: unknown[] = [];
  const calling = {
    call(input: object, taken?: TakenCall) {
      asked.push({ ...input, ...taken, isBegun: undefined });
      taken?.isBegun?.('m1');
      return { ok: true, value: { id: 'm1' } } as const;
    },
  };
  const replaces = { callId: 'c1', toTag: 'bens', fromTag: 'ours' };
  const parked = { id: 'c1', peer: BEN, peerName: 'Ben', target: GRUU, replaces };
  cleo.own.pickUp(parked, { aor: ME, name: 'Ann' }, 'tab', calling);
  expect(asked).toMatchObject([
    { peer: BEN, target: GRUU, replaces, referredBy: ME, passed: 'Picked up from Ann' },
  ]);
  const mine = call({ id: 'm1', state: 'dialling' }, null);
  delete (mine.snapshot as { establishedAt?: number }).establishedAt;
  cleo.own.changed([mine]);
  expect(cleo.published).toEqual([]);
  expect(cleo.own.whyEnded({ ...mine, by: 'them', reason: '' })).toMatch(/could not be picked up/);
  const held = call({ parking: 'parked' });
  const over = (reason: string) => anna.own.whyEnded({ ...held, by: 'them', reason });
  expect([over(`Replaced by ${CLEO}`), over('Replaced'), over('')]).toEqual([
    'Cleo picked up the call.',
    undefined,
    undefined,
  ]);
  expect(anna.own.whyEnded({ ...call(), by: 'them', reason: `Replaced by ${CLEO}` })).toBeUndefined();
});
