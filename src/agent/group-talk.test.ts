/** Conversations of several people through the whole agent: store, SIP and tabs together. */
import { describe, expect, test } from 'vitest';
import { CONFERENCE_INFO_TYPE, encodeConferenceInfo } from '../protocol/conference-info.ts';
import { parseCpim } from '../protocol/cpim.ts';
import { encodeIsComposing, IS_COMPOSING_TYPE } from '../protocol/is-composing.ts';
import { marksOf, type GroupEvent } from '../protocol/message-marks.ts';
import type { OutgoingMessage } from '../sip/contract.ts';
import type { OutboxRow } from '../store/rows.ts';
import { wrap } from './core/envelope.ts';
import { ACCEPTED } from './testing/fake-sip.ts';
import { ANN, BEN, CONFIG, createStage, signedInStage, type Stage, type StageTab } from './testing/stage.ts';

const CAT = 'sip:cat@x.test';
const DAN = 'sip:dan@x.test';
const FOCUS = 'sip:conf-1@x.test';
const WITH_FOCUS = { config: { ...CONFIG, conferenceFactory: 'sip:factory@x.test' } };
const ID = '00000000-0000-4000-8000-0000000000aa';

function read({ body }: Pick<OutgoingMessage, 'body'>) {
  const cpim = parseCpim(body);
  if (!cpim.ok) throw new Error('no CPIM');
  const { to, content, subjects } = cpim.value;
  return { to: to.map(({ uri }) => uri), content, subject: subjects[0]?.text, marks: marksOf(cpim.value) };
}
const rowOf = (tab: StageTab, id: string) =>
  tab.facts
    .flatMap((fact) => (fact.fact === 'conversations' ? fact.rows : []))
    .findLast((row) => row.id === id);
const members = (tab: StageTab, id: string) => rowOf(tab, id)?.group?.members.map(({ aor }) => aor);
const shown = (tab: StageTab) =>
  tab.facts
    .flatMap((fact) => (fact.fact === 'messages' ? fact.rows : []))
    .map((row) => `${row.text} ${row.state}`);

/** A letter of Ben's in a group. */
function letter(
  conversation: string,
  id: string,
  more: { event?: GroupEvent; members?: string[]; people?: string[]; subject?: string } = {},
) {
  const { event, members: about, people, subject } = more;
  const row: OutboxRow = {
    ...{ id, conversation, kind: 'message', seq: 1, body: id, callId: id, cseq: 1, tries: 1 },
    ...{ stamp: 1_800_000_000_000, at: 1 },
    extras: {
      marks: { conversation, ...(event && { event }), ...(about && { members: about }) },
      ...(people && { people: people.map((aor) => ({ aor, name: '' })) }),
      ...(subject && { subject }),
    },
  };
  const to = people ? ANN : conversation;
  return { ...wrap(row, { aor: BEN, name: 'Ben' }, false), callId: id, to };
}

describe('with a focus', () => {
  async function started(): Promise<{ stage: Stage; tab: StageTab }> {
    const { stage, tab } = await signedInStage(WITH_FOCUS);
    const outcome = await tab.send('start-group', { members: [BEN, CAT], subject: ' Bridge ', id: ID });
    expect(outcome).toEqual({ ok: true, value: { conversation: FOCUS } });
    return { stage, tab };
  }

  test('I02 the factory is asked once, with everybody and the subject', async () => {
    const { stage, tab } = await started();
    const [wish] = stage.sip().conferences;
    expect(wish).toMatchObject({ factory: 'sip:factory@x.test', callId: ID, subject: 'Bridge' });
    expect(wish?.body.match(/sip:\w+@/g)).toEqual(['sip:ben@', 'sip:cat@']);
    expect(rowOf(tab, FOCUS)).toMatchObject({ subject: 'Bridge', group: { focus: true } });
    expect(members(tab, FOCUS)).toEqual([ANN, BEN, CAT]);
    expect(stage.shelves.conversations.get(FOCUS)?.group?.members).toHaveLength(3);
  });

  test('one other person is the conversation with them', async () => {
    const { stage, tab } = await signedInStage(WITH_FOCUS);
    expect(await tab.send('start-group', { members: [BEN, BEN, ANN] })).toEqual({
      ok: true,
      value: { conversation: BEN },
    });
    expect(stage.sip().conferences).toEqual([]);
  });

  test('I07 more than a hundred, nobody, and what is no address are refused in words', async () => {
    const { tab } = await signedInStage(WITH_FOCUS);
    const many = Array.from({ length: 101 }, (_, at) => `sip:p${at}@x.test`);
    expect(await tab.send('start-group', { members: many })).toMatchObject({
      ok: false,
      why: 'A conversation has room for 100 people, you included. Choose 2 fewer.',
    });
    expect((await tab.send('start-group', { members: [] })).ok).toBe(false);
    expect((await tab.send('start-group', { members: ['tel:+4420', BEN] })).ok).toBe(false);
  });

  test('a factory that refuses or says nothing leaves nothing behind', async () => {
    const { stage, tab } = await signedInStage(WITH_FOCUS);
    stage.sip().factory = () => ({ is: 'refused', status: 404, reason: '' });
    expect(await tab.send('start-group', { members: [BEN, CAT] })).toMatchObject({
      ok: false,
      why: 'Somebody you chose has no account here. Leave them out and try again.',
    });
    stage.sip().factory = () => ({ is: 'unknown', why: 'no answer' });
    expect((await tab.send('start-group', { members: [BEN, CAT] })).ok).toBe(false);
    expect(stage.shelves.conversations.size).toBe(0);
  });

  test('a message goes to the focus alone and asks for no notices', async () => {
    const { stage, tab } = await started();
    await tab.send('send', { conversation: FOCUS, text: 'Hello', id: 'm1' });
    await stage.pass(10);
    expect(stage.sip().sent.map(({ to }) => to)).toEqual([FOCUS]);
    expect(stage.sip().sent[0]?.body).not.toMatch(/Disposition-Notification/);
    expect(shown(tab)).toEqual(['Hello queued', 'Hello sent']);
  });

  test('I03 add and remove are asked of the focus, and a refusal names the person', async () => {
    const { stage, tab } = await started();
    expect(await tab.send('add-members', { conversation: FOCUS, members: [DAN, BEN] })).toMatchObject({
      ok: true,
    });
    expect(await tab.send('remove-member', { conversation: FOCUS, member: CAT })).toMatchObject({ ok: true });
    expect(stage.sip().referrals).toEqual([
      { focus: FOCUS, person: DAN, goes: false },
      { focus: FOCUS, person: CAT, goes: true },
    ]);
    stage.sip().focus = () => ({ is: 'refused', status: 404, reason: '' });
    expect(await tab.send('add-members', { conversation: FOCUS, members: ['sip:eve@x.test'] })).toMatchObject(
      {
        ok: false,
        why: 'eve@x.test has no account here.',
      },
    );
  });

  test('events of the focus move the people and show as such', async () => {
    const { stage, tab } = await started();
    await stage.sip().receive(letter(FOCUS, 'e1', { event: 'joined', members: [DAN] }));
    expect(members(tab, FOCUS)).toEqual([ANN, BEN, CAT, DAN]);
    await stage.sip().receive(letter(FOCUS, 'e2', { event: 'left', members: [CAT] }));
    expect(members(tab, FOCUS)).toEqual([ANN, BEN, DAN]);
    expect(tab.last('messages')?.rows[0]).toMatchObject({ event: 'left', about: [CAT], sender: BEN });
    await stage.sip().receive(letter(FOCUS, 'e3', { event: 'renamed', subject: 'Wharfe' }));
    expect(rowOf(tab, FOCUS)?.subject).toBe('Wharfe');
    await stage.sip().receive(letter(FOCUS, 'e4', { event: 'left', members: [ANN] }));
    expect(rowOf(tab, FOCUS)?.group?.left).toBe(true);
    expect(await tab.send('send', { conversation: FOCUS, text: 'Still here?' })).toMatchObject({ ok: false });
    expect(await tab.send('add-members', { conversation: FOCUS, members: [BEN] })).toMatchObject({
      ok: false,
    });
  });

  test('leaving is a REFER with BYE for myself; renaming is told by a message', async () => {
    const { stage, tab } = await started();
    await tab.send('rename-conversation', { conversation: FOCUS, subject: 'Wharfe\ncrossing' });
    await stage.pass(10);
    expect(read(stage.sip().sent[0] ?? { body: '' })).toMatchObject({
      subject: 'Wharfe crossing',
      marks: { event: 'renamed', conversation: FOCUS },
    });
    expect(await tab.send('leave-conversation', { conversation: FOCUS })).toMatchObject({ ok: true });
    expect(stage.sip().referrals).toEqual([{ focus: FOCUS, person: ANN, goes: true }]);
    expect(rowOf(tab, FOCUS)?.group?.left).toBe(true);
  });

  test('the roster is followed while a tab shows the conversation', async () => {
    const { stage, tab } = await started();
    await tab.send('watch-group', { conversation: FOCUS, on: true });
    const tell = stage.sip().subscriptions.get(`conference ${FOCUS}`);
    const user = (entity: string, role: string) => ({
      ...{ entity, displayText: `${entity.slice(4, 7)} of X`, roles: [role] },
      ...{ state: 'full' as const, endpoints: [] },
    });
    const info = (version: number, state: 'full' | 'partial', ...list: ReturnType<typeof user>[]) => ({
      is: 'active' as const,
      contentType: CONFERENCE_INFO_TYPE,
      body: encodeConferenceInfo({
        ...{ entity: FOCUS, state, version },
        users: { state, list },
        ...(state === 'full' && { description: { subject: 'Bridge' } }),
      }),
    });
    tell?.(info(1, 'full', user(ANN, 'participant'), user(BEN, 'administrator')));
    await stage.pass(10);
    expect(rowOf(tab, FOCUS)?.group?.members).toEqual([
      { aor: ANN, name: 'ann of X' },
      { aor: BEN, name: 'ben of X', owner: true },
    ]);
    tell?.(info(2, 'partial', user(DAN, 'participant')));
    await stage.pass(10);
    expect(members(tab, FOCUS)).toEqual([ANN, BEN, DAN]);
    tab.die();
    await stage.pass(10);
    expect(stage.sip().subscriptions.has(`conference ${FOCUS}`)).toBe(false);
  });

  test('a new device learns its conversations from the server', async () => {
    const list = {
      conferences: [
        {
          ...{ uri: FOCUS, subject: 'Bridge', administrator: BEN, createdAt: 1, changedAt: 5, joinedAt: 2 },
          members: [ANN, BEN, CAT].map((aor) => ({ aor, name: aor.slice(4, 7) })),
        },
        { uri: 'no address', members: [] },
      ],
      total: 2,
    };
    const asked: string[] = [];
    const { stage, tab } = await signedInStage({
      config: { ...WITH_FOCUS.config, serviceRoot: 'https://x.test/api' },
      fetch: (input) => {
        const url = String(input);
        asked.push(url);
        const answer = url.includes('/conferences')
          ? new Response(JSON.stringify(list))
          : new Response('', { status: 404 });
        return Promise.resolve(answer);
      },
    });
    await stage.pass(100);
    expect(rowOf(tab, FOCUS)).toMatchObject({ subject: 'Bridge', at: 5, last: null });
    expect(rowOf(tab, FOCUS)?.group?.members[1]).toEqual({ aor: BEN, name: 'ben', owner: true });
    // A message of one that is not known yet asks anew.
    asked.length = 0;
    await stage.sip().receive(letter('sip:conf-2@x.test', 'm1'));
    await stage.pass(2_000);
    expect(asked.filter((url) => url.includes('/conferences'))).toHaveLength(1);
  });
});

describe('without a focus', () => {
  const GROUP = `urn:uuid:${ID}`;
  async function started(): Promise<{ stage: Stage; tab: StageTab }> {
    const { stage, tab } = await signedInStage();
    const outcome = await tab.send('start-group', { members: [BEN, CAT], id: ID });
    expect(outcome).toEqual({ ok: true, value: { conversation: GROUP } });
    return { stage, tab };
  }

  test('a message goes to each, with everybody in its To, and is sent when all have it', async () => {
    const { stage, tab } = await started();
    const answers: (() => void)[] = [];
    stage.sip().answer = () => new Promise((resolve) => answers.push(() => resolve(ACCEPTED)));
    await tab.send('send', { conversation: GROUP, text: 'Hello', id: 'm1' });
    await stage.pass(10);
    const { sent } = stage.sip();
    expect(sent.map(({ to }) => to)).toEqual([BEN, CAT]);
    expect(sent[0]?.body).toBe(sent[1]?.body);
    expect(sent[0]?.callId).not.toBe(sent[1]?.callId);
    expect(read(sent[0] ?? { body: '' })).toMatchObject({
      ...{ to: [ANN, BEN, CAT], content: 'Hello' },
      marks: { conversation: GROUP },
    });
    answers[0]?.();
    await stage.pass(10);
    expect(shown(tab)).toEqual(['Hello queued']);
    answers[1]?.();
    await stage.pass(10);
    expect(shown(tab)).toEqual(['Hello queued', 'Hello sent']);
    expect(stage.shelves.outbox.size).toBe(0);
  });

  test('whom it did not reach is named, and Send again goes to them alone', async () => {
    const { stage, tab } = await started();
    stage.sip().answer = ({ to }) => (to === BEN ? { is: 'refused', status: 603, reason: '' } : ACCEPTED);
    await tab.send('send', { conversation: GROUP, text: 'Hello', id: 'm1' });
    await stage.pass(10);
    expect(tab.last('messages')?.rows[0]).toMatchObject({
      ...{ state: 'failed', undelivered: [BEN] },
      problem: 'Not delivered to ben@x.test: The message was declined.',
    });
    expect(stage.shelves.outbox.size).toBe(0);
    expect(await tab.send('discard-message', { id: 'm1' })).toMatchObject({ ok: false });
    stage.sip().answer = () => ACCEPTED;
    await tab.send('send-again', { id: 'm1' });
    await stage.pass(10);
    expect(stage.sip().sent.map(({ to }) => to)).toEqual([BEN, CAT, BEN]);
    expect(tab.last('messages')?.rows[0]).toMatchObject({ state: 'sent' });
    expect(tab.last('messages')?.rows[0]).not.toHaveProperty('undelivered');
  });

  test('what was refused and what still waits both survive a restart', async () => {
    const { stage, tab } = await started();
    stage.sip().answer = ({ to }) =>
      to === BEN ? { is: 'refused', status: 603, reason: '' } : { is: 'unknown', why: 'cut' };
    await tab.send('send', { conversation: GROUP, text: 'Hello', id: 'm1' });
    await stage.pass(10);
    expect(stage.shelves.outbox.size).toBe(2);
    const again = await createStage({ shelves: stage.shelves });
    const second = await again.tab();
    again.sip().connect();
    await again.pass(100);
    expect(again.sip().sent.map(({ to, body }) => [to, body])).toEqual([[CAT, stage.sip().sent[1]?.body]]);
    expect(second.last('messages')?.rows[0]).toMatchObject({ state: 'failed', undelivered: [BEN] });
    expect(again.shelves.outbox.size).toBe(0);
  });

  test('one who cannot be reached holds up nobody else', async () => {
    const { stage, tab } = await started();
    stage.sip().answer = ({ to }) => (to === BEN ? { is: 'unknown', why: 'busy' } : ACCEPTED);
    for (const text of ['one', 'two']) await tab.send('send', { conversation: GROUP, text });
    await stage.pass(10);
    expect(stage.sip().sent.map((message) => `${message.to.slice(4, 7)} ${read(message).content}`)).toEqual([
      'ben one',
      'cat one',
      'cat two',
    ]);
  });

  test('I03 adding and leaving are told to everybody, the new one among them', async () => {
    const { stage, tab } = await started();
    await tab.send('add-members', { conversation: GROUP, members: [DAN] });
    await stage.pass(10);
    expect(stage.sip().sent.map(({ to }) => to)).toEqual([BEN, CAT, DAN]);
    expect(read(stage.sip().sent[2] ?? { body: '' })).toMatchObject({
      to: [ANN, BEN, CAT, DAN],
      marks: { event: 'joined', members: [DAN] },
    });
    expect(await tab.send('remove-member', { conversation: GROUP, member: DAN })).toMatchObject({
      ok: false,
    });
    await tab.send('leave-conversation', { conversation: GROUP });
    await stage.pass(10);
    expect(read(stage.sip().sent.at(-1) ?? { body: '' }).marks).toMatchObject({
      event: 'left',
      members: [ANN],
    });
    expect(rowOf(tab, GROUP)?.group?.left).toBe(true);
    // Ben had not heard of it.
    expect(await stage.sip().receive(letter(GROUP, 'late', { people: [ANN, BEN, CAT] }))).toBe(200);
    expect(shown(tab).some((line) => line.startsWith('late'))).toBe(false);
  });

  test('a group of others appears with their first message; strangers cannot write into it', async () => {
    const { stage, tab } = await signedInStage();
    await stage.sip().receive(letter(GROUP, 'm1', { people: [ANN, CAT], subject: 'Bridge' }));
    expect(rowOf(tab, GROUP)).toMatchObject({ subject: 'Bridge', unread: 1 });
    expect(members(tab, GROUP)).toEqual([BEN, ANN, CAT]);
    const forged = letter(GROUP, 'm2', { people: [ANN, CAT] });
    expect(await stage.sip().receive({ ...forged, from: DAN, body: forged.body.replaceAll(BEN, DAN) })).toBe(
      403,
    );
  });

  test('typing is told to each of a few and shown where it belongs', async () => {
    const { stage, tab } = await started();
    await tab.send('composing', { conversation: GROUP, active: true });
    const { sent } = stage.sip();
    expect(sent.map(({ to, contentType }) => [to, contentType])).toEqual([
      [BEN, IS_COMPOSING_TYPE],
      [CAT, IS_COMPOSING_TYPE],
    ]);
    const typing = (conversation: string) => encodeIsComposing({ active: true, refresh: 60, conversation });
    await stage.sip().receive({ contentType: IS_COMPOSING_TYPE, body: typing(GROUP) });
    expect(tab.last('composing')).toMatchObject({ conversation: GROUP, sender: BEN });
    tab.facts.length = 0;
    await stage.sip().receive({ contentType: IS_COMPOSING_TYPE, body: typing(GROUP), from: DAN });
    await stage
      .sip()
      .receive({ contentType: IS_COMPOSING_TYPE, body: typing(`urn:uuid:${ID.replace('aa', 'bb')}`) });
    expect(tab.last('composing')).toBeUndefined();
  });
});
