/** Ann's devices and a server that keeps a history. */
import { describe, expect, test } from 'vitest';
import { STATE_EVENT } from '../protocol/history-api.ts';
import type { StoredConversation, StoredMessage } from '../store/rows.ts';
import { fakeHistory, type FakeHistory } from './testing/history-server.ts';
import { ACCEPTED } from './testing/fake-sip.ts';
import { ANN, BEN, CONFIG, signedInStage, type Stage } from './testing/stage.ts';

const NOW = 1_800_000_000_000;
const CONFIGURED = { ...CONFIG, serviceRoot: 'http://x.test' };
const cpim = (id: string, text: string, stamp: number, marks = ''): string =>
  [
    `From: <${BEN}>`,
    `To: <${ANN}>`,
    `DateTime: ${new Date(stamp).toISOString()}`,
    'NS: imdn <urn:ietf:params:imdn>',
    `imdn.Message-ID: ${id}`,
    'imdn.Disposition-Notification: positive-delivery, display',
    ...(marks === '' ? [] : ['NS: parley <urn:parley:message:1>', marks]),
    '',
    'Content-Type: text/plain;charset=UTF-8',
    '',
    text,
  ].join('\r\n');
const fromBen = (history: FakeHistory, id: string, text: string, at: number, marks = '') =>
  history.say(BEN, ANN, cpim(id, text, at, marks), at, { contentType: 'message/cpim', messageId: id });

async function stageWith(history: FakeHistory, shelves?: Stage['shelves']) {
  const made = await signedInStage({
    fetch: history.fetch,
    config: CONFIGURED,
    ...(shelves && { shelves }),
  });
  await made.stage.pass(60_000);
  return made;
}
const rowsOf = (stage: Stage): StoredMessage[] =>
  [...stage.shelves.messages.values()].sort((a, b) => a.order - b.order);
const conversationOf = (stage: Stage): StoredConversation | undefined => stage.shelves.conversations.get(BEN);

describe('H01 a new device', () => {
  test('has the whole history, newest first, with nothing unread that was read elsewhere', async () => {
    const history = fakeHistory();
    for (let at = 0; at < 700; at += 1)
      history.say(at % 2 ? ANN : BEN, at % 2 ? BEN : ANN, `line ${at}`, NOW - 1_000_000 + at * 1000);
    const read = history.messages.at(-4);
    history.conversations.set(BEN, {
      ...{ id: BEN, lastAt: NOW, lastSequence: 700, muted: true, note: 'Ask about bolts' },
      readThrough: { date: read?.date ?? 0, id: read?.id ?? '' },
    });
    const { stage, tab } = await stageWith(history);
    const rows = rowsOf(stage);
    expect(rows.map(({ text }) => text)).toEqual(history.messages.map(({ body }) => body));
    expect(rows.every(({ mine, state }) => state === (mine ? 'sent' : 'received'))).toBe(true);
    expect(conversationOf(stage)).toMatchObject({ unread: 1, muted: true, note: 'Ask about bolts' });
    const told = tab.facts.filter((fact) => fact.fact === 'messages');
    expect(told[0]?.rows[0]?.text).toBe('line 600');
    expect(told.every(({ isOld }) => isOld)).toBe(true);
    expect(tab.last('history')?.status).toMatchObject({ kept: 'server', isWhole: true, words: 'Kept.' });
    expect(stage.sip().sent).toEqual([]);
    expect(stage.shelves.meta.history).toMatchObject({ messages: 's700', oldestMessage: 'all' });
  });

  test('goes on where it was interrupted', async () => {
    const history = fakeHistory();
    for (let at = 0; at < 700; at += 1) history.say(BEN, ANN, `line ${at}`, NOW - 1_000_000 + at * 1000);
    const { stage } = await signedInStage({ fetch: history.fetch, config: CONFIGURED });
    await stage.pass(50);
    const before = rowsOf(stage).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(700);
    history.isAway = true;
    await stage.pass(10_000);
    history.isAway = false;
    await stage.pass(120_000);
    expect(rowsOf(stage)).toHaveLength(700);
  });
});

describe('H01 what is live and what is history are the same', () => {
  test('a message that history had first is news when it is delivered, and answered once', async () => {
    const history = fakeHistory();
    fromBen(history, 'b-1', 'Hello', NOW);
    const { stage, tab } = await stageWith(history);
    expect(stage.sip().sent).toEqual([]);
    stage.sip().answer = () => ACCEPTED;
    const letter = { contentType: 'message/cpim', body: cpim('b-1', 'Hello', NOW), callId: 'x', date: NOW };
    expect(await stage.sip().receive(letter)).toBe(200);
    expect(await stage.sip().receive(letter)).toBe(200);
    await stage.pass(0);
    expect(stage.sip().sent.map(({ body }) => body.includes('<delivered/>'))).toEqual([true]);
    expect(rowsOf(stage)).toHaveLength(1);
    expect(conversationOf(stage)?.unread).toBe(1);
    expect(tab.facts.findLast((fact) => fact.fact === 'messages')?.isOld).toBeUndefined();
  });

  test('corrections and withdrawals apply in whatever order they are read', async () => {
    const history = fakeHistory();
    fromBen(history, 'b-1', 'Frist', NOW - 5000);
    fromBen(history, 'b-2', 'Secret', NOW - 4000);
    for (let at = 0; at < 150; at += 1) fromBen(history, `n-${at}`, `noise ${at}`, NOW - 3000 + at);
    fromBen(history, 'b-3', 'Correction: First', NOW - 1000, 'parley.Replaces: b-1');
    fromBen(history, 'b-4', '(I withdrew a message.)', NOW - 900, 'parley.Withdraws: b-2');
    const { stage } = await stageWith(history);
    const rows = rowsOf(stage);
    expect(rows.slice(0, 2)).toMatchObject([
      { id: 'b-1', text: 'First', editedAt: NOW - 1000 },
      { id: 'b-2', text: '', withdrawn: true },
    ]);
    expect(rows).toHaveLength(152);
  });

  test('the gap after an absence is closed, and states of own messages follow', async () => {
    const history = fakeHistory();
    const mine = history.say(ANN, BEN, 'Are you there?', NOW - 1000);
    const { stage } = await stageWith(history);
    stage.sip().connect({ is: 'offline', retryAt: null, why: 'cut', attempt: 1 } as never);
    history.messages[0] = { ...mine, state: 'displayed' };
    fromBen(history, 'b-9', 'Missed you', NOW + 1000);
    stage.sip().connect();
    await stage.pass(60_000);
    expect(rowsOf(stage).map(({ text }) => text)).toEqual(['Are you there?', 'Missed you']);
    expect(conversationOf(stage)).toMatchObject({ unread: 1, last: { text: 'Missed you' } });
  });
});

describe('H01 read state on all devices', () => {
  test('reading here is told to the server once, also what was read without a network', async () => {
    const history = fakeHistory();
    const first = fromBen(history, 'b-1', 'One', NOW - 2000);
    const second = fromBen(history, 'b-2', 'Two', NOW - 1000);
    const { stage, tab } = await stageWith(history);
    await tab.send('mark-read', { conversation: BEN, through: 'b-1' });
    history.isAway = true;
    await tab.send('mark-read', { conversation: BEN, through: 'b-2' });
    await tab.send('mute-conversation', { conversation: BEN, muted: true });
    await stage.pass(5000);
    expect(history.sets).toEqual([]);
    history.isAway = false;
    await stage.pass(120_000);
    expect(history.sets).toEqual([
      {
        type: 'Conversation',
        [BEN]: { muted: true, readThrough: { date: second.date, id: second.id } },
      },
    ]);
    expect(conversationOf(stage)?.untold).toBeUndefined();
    expect(first.id).toBe('m1');
  });

  test('what another device read is read here within the notice, and nobody is told again', async () => {
    const history = fakeHistory();
    fromBen(history, 'b-1', 'One', NOW - 2000);
    const last = fromBen(history, 'b-2', 'Two', NOW - 1000);
    const { stage } = await stageWith(history);
    expect(conversationOf(stage)?.unread).toBe(2);
    history.states.Conversation += 1;
    history.conversations.set(BEN, {
      ...{ id: BEN, lastAt: NOW, lastSequence: 2, muted: false, note: '' },
      readThrough: { date: last.date, id: last.id },
    });
    const notify = stage.sip().subscriptions.get(`${STATE_EVENT} ${ANN}`);
    notify?.({ is: 'active', contentType: 'application/json', body: history.stateChange() });
    await stage.pass(1000);
    expect(conversationOf(stage)?.unread).toBe(0);
    expect(stage.sip().sent).toEqual([]);
    expect(history.sets).toEqual([]);
  });

  test('I08 with receipts switched off nobody hears that their message was read', async () => {
    const { stage, tab } = await signedInStage();
    expect((await tab.send('set-receipts', { on: false })).ok).toBe(true);
    expect(tab.last('account')?.account?.receipts).toBe(false);
    await stage.sip().receive({ contentType: 'message/cpim', body: cpim('b-1', 'Hi', NOW), date: NOW });
    await tab.send('mark-read', { conversation: BEN, through: 'b-1' });
    await stage.pass(1000);
    expect(stage.sip().sent.map(({ body }) => /<(delivered|displayed)\/>/.exec(body)?.[1])).toEqual([
      'delivered',
    ]);
  });
});

describe('H01 calls', () => {
  const record = (id: string, more: object) => ({
    ...{ id, callId: `call-${id}`, conversationId: BEN, direction: 'in', at: NOW, outcome: 'missed' },
    ...{ video: false, note: '', seen: false, ...more },
  });

  test('CD2 a call missed while the page was closed is in the log once; looking at it is told', async () => {
    const history = fakeHistory();
    history.calls.set('c1', record('c1', { subject: 'Bolts' }) as never);
    history.calls.set(
      'c2',
      record('c2', { outcome: 'answered', device: 'urn:uuid:other', at: NOW - 5 }) as never,
    );
    const went = { outcome: 'forwarded', forwardedTo: 'sip:mei@x.test;gr=urn:uuid:1', at: NOW - 9 };
    history.calls.set('c3', record('c3', went) as never);
    const taken = { outcome: 'forwarded', forwardedTo: 'sip:mei@x.test', answeredAt: NOW, at: NOW - 10 };
    history.calls.set('c4', record('c4', { ...taken, onBehalfOf: 'sip:maya@x.test' }) as never);
    const { stage, tab } = await stageWith(history);
    expect([...stage.shelves.calls.values()]).toMatchObject([
      { id: 'call-c1', end: 'missed', subject: 'Bolts' },
      { id: 'call-c2', end: 'elsewhere' },
      { id: 'call-c3', end: 'forwarded', forwardedTo: 'sip:mei@x.test' },
      { id: 'call-c4', end: 'elsewhere', onBehalfOf: { aor: 'sip:maya@x.test', name: '' } },
    ]);
    expect(tab.last('calls-logged')?.rows).toHaveLength(4);
    await tab.send('calls-seen', { through: NOW });
    expect((await tab.send('note-call', { id: 'call-c1', text: 'Call back' })).ok).toBe(true);
    await stage.pass(5000);
    expect(history.sets).toEqual([{ type: 'CallRecord', c1: { seen: true, note: 'Call back' } }]);
    expect(stage.shelves.calls.get('call-c1')).toMatchObject({ seen: true, note: 'Call back' });
    expect(stage.shelves.calls.get('call-c1')?.untold).toBeUndefined();
  });
});

describe('where there is no history', () => {
  test('the person is told that it is what this browser saw', async () => {
    const { tab } = await signedInStage();
    expect(tab.boot.history.kept).toBe('unknown');
    const again = await signedInStage({
      config: CONFIGURED,
      fetch: () => Promise.resolve(new Response('', { status: 404 })),
    });
    await again.stage.pass(0);
    expect(again.tab.last('history')?.status.kept).toBe('device');
  });

  test('AR1 what is older than the organisation keeps goes from this device', async () => {
    const history = fakeHistory({ archived: true, retentionDays: 1, words: '' });
    const { stage } = await stageWith(history);
    await stage.sip().receive({ body: 'old', callId: 'old', date: NOW });
    await stage.pass(2 * 86_400_000);
    stage.sip().connect();
    await stage.pass(60_000);
    expect(rowsOf(stage)).toEqual([]);
    expect(conversationOf(stage)).toMatchObject({ last: null, unread: 0 });
  });
});
