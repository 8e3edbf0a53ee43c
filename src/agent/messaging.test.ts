/** Messages through the whole agent: store, SIP and tabs together. */
import { describe, expect, test } from 'vitest';
import { wrap } from './core/envelope.ts';
import { encodeIsComposing, IS_COMPOSING_TYPE } from '../protocol/is-composing.ts';
import { createMemoryVault, emptyShelves } from '../store/memory-vault.ts';
import type { OutboxRow } from '../store/rows.ts';
import type { Committed, Vault } from '../store/vault.ts';
import { ACCEPTED } from './testing/fake-sip.ts';
import { ANN, BEN, createStage, signedInStage, type StageTab } from './testing/stage.ts';

const states = (tab: StageTab): string[] =>
  tab.facts.flatMap((fact) =>
    fact.fact === 'messages' ? fact.rows.map((row) => `${row.text} ${row.state}`) : [],
  );
/** A message of Ben's as it comes over the wire. */
function letter(id: string, kind: OutboxRow['kind'] = 'message', body = id) {
  const row: OutboxRow = {
    ...{
      id,
      conversation: ANN,
      kind,
      seq: 1,
      body,
      callId: id,
      cseq: 1,
      tries: 1,
      stamp: 1_800_000_000_000,
      at: 1,
    },
  };
  return { ...wrap(row, { aor: BEN, name: 'Ben' }, false), callId: id };
}

test('a message is shown when it is kept, then sent, delivered, displayed', async () => {
  const { stage, tab } = await signedInStage();
  const outcome = await tab.send('send', { conversation: BEN, text: 'Hello', id: 'm1' });
  expect(outcome).toEqual({ ok: true, value: { id: 'm1' } });
  await stage.pass(10);
  expect(stage.sip().sent[0]).toMatchObject({ to: BEN, contentType: 'message/cpim', callId: 'm1', cseq: 1 });
  expect(states(tab)).toEqual(['Hello queued', 'Hello sent']);
  const notice = (what: string) =>
    `<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>m1</message-id><datetime>2026-01-01T00:00:00Z</datetime>
     <${what === 'delivered' ? 'delivery' : 'display'}-notification><status><${what}/></status></${what === 'delivered' ? 'delivery' : 'display'}-notification></imdn>`;
  for (const what of ['delivered', 'displayed', 'delivered'])
    await stage.sip().receive({ contentType: 'message/imdn+xml', body: notice(what) });
  expect(states(tab)).toEqual(['Hello queued', 'Hello sent', 'Hello delivered', 'Hello displayed']);
  expect(tab.last('conversations')?.rows[0]?.last?.state).toBe('displayed');
  expect(stage.shelves.outbox.size).toBe(0);
});

test('the same command twice is one message', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('send', { conversation: BEN, text: 'Once', id: 'm1' });
  expect(await tab.send('send', { conversation: BEN, text: 'Once', id: 'm1' })).toMatchObject({ ok: true });
  await stage.pass(100);
  expect(stage.sip().sent).toHaveLength(1);
});

test('what was written offline survives a restart and goes out in order', async () => {
  const { stage, tab } = await signedInStage();
  stage.sip().connect({ is: 'offline', retryAt: null, why: 'cut' });
  for (const text of ['one', 'two', 'three']) await tab.send('send', { conversation: BEN, text });
  const again = await createStage({ shelves: stage.shelves });
  const second = await again.tab();
  expect(second.boot.conversations[0]?.last?.text).toBe('three');
  again.sip().connect();
  await again.pass(100);
  expect(again.sip().sent.map((message) => /\n(\w+)$/.exec(message.body)?.[1])).toEqual([
    'one',
    'two',
    'three',
  ]);
  expect(states(second).slice(-3)).toEqual(['one sent', 'two sent', 'three sent']);
});

test('a refused message says why and can be sent again or discarded', async () => {
  const { stage, tab } = await signedInStage();
  stage.sip().answer = () => ({ is: 'refused', status: 404, reason: 'Not Found' });
  await tab.send('send', { conversation: BEN, text: 'Hello', id: 'm1' });
  await stage.pass(10);
  expect(tab.last('messages')?.rows[0]).toMatchObject({
    state: 'failed',
    problem: expect.stringMatching(/address/),
  });
  expect(await tab.send('send-again', { id: 'm1' })).toMatchObject({ ok: true });
  expect(tab.last('messages')?.rows[0]).not.toHaveProperty('problem');
  await stage.pass(10);
  expect(stage.sip().sent.map((message) => message.callId)).toEqual(['m1', 'm1']);
  expect(await tab.send('discard-message', { id: 'm1' })).toMatchObject({ ok: true });
  expect(tab.last('messages-gone')?.ids).toEqual(['m1']);
  expect(tab.last('conversations')?.rows[0]?.last).toBeNull();
  expect(await tab.send('send-again', { id: 'm1' })).toMatchObject({ ok: false });
});

test('a peer that refuses CPIM gets plain text from then on, and no typing notices', async () => {
  const { stage, tab } = await signedInStage();
  stage.sip().answer = ({ contentType }) =>
    contentType.startsWith('text/plain') ? ACCEPTED : { is: 'refused', status: 415, reason: '' };
  await tab.send('send', { conversation: BEN, text: 'Hello', id: 'm1' });
  await stage.pass(10);
  await tab.send('send', { conversation: BEN, text: 'Again', id: 'm2' });
  await stage.pass(10);
  await tab.send('composing', { conversation: BEN, active: true });
  expect(stage.sip().sent.map((one) => `${one.callId} ${one.contentType.split(';')[0]}`)).toEqual([
    'm1 message/cpim',
    'm1 text/plain',
    'm2 text/plain',
  ]);
});

describe('an incoming message', () => {
  test('is stored, answered 200, shown once, and its delivery told', async () => {
    const { stage, tab } = await signedInStage();
    expect(await stage.sip().receive(letter('b1'))).toBe(200);
    expect(await stage.sip().receive(letter('b1'))).toBe(200);
    await stage.pass(10);
    expect(states(tab)).toEqual(['b1 received']);
    expect(tab.last('conversations')?.rows[0]).toMatchObject({ id: BEN, unread: 1 });
    expect(stage.sip().sent).toHaveLength(1);
    expect(stage.sip().sent[0]?.body).toContain('<delivered/>');
  });

  test('is read once: the sender is told, and no longer unread', async () => {
    const { stage, tab } = await signedInStage();
    for (const id of ['b1', 'b2', 'b3'])
      await stage.sip().receive({ ...letter(id), date: 1_800_000_000_000 });
    await stage.pass(10);
    const last = tab.last('conversations')?.rows[0]?.last?.id ?? '';
    await tab.send('mark-read', { conversation: BEN, through: last });
    await tab.send('mark-read', { conversation: BEN, through: last });
    await stage.pass(10);
    expect(tab.last('conversations')?.rows[0]?.unread).toBe(0);
    expect(stage.sip().sent.filter((one) => one.body.includes('<displayed/>'))).toHaveLength(3);
  });

  test('that cannot be stored is not taken', async () => {
    const shelves = emptyShelves();
    let full = false;
    const memory = createMemoryVault(shelves);
    const vault: Vault = {
      ...memory,
      commit: (writes): Promise<Committed> =>
        full ? Promise.resolve({ is: 'full' }) : memory.commit(writes),
    };
    const { stage, tab } = await signedInStage({ shelves, vault });
    full = true;
    expect(await stage.sip().receive(letter('b1'))).toBe(500);
    expect(tab.last('notice')?.words).toMatch(/no room/);
    expect(await tab.send('send', { conversation: BEN, text: 'Hi' })).toMatchObject({
      ok: false,
      why: expect.stringMatching(/no room/),
    });
    full = false;
    expect(await stage.sip().receive(letter('b1'))).toBe(200);
  });

  test('makes room by taking the oldest history first', async () => {
    const shelves = emptyShelves();
    let room = false;
    const memory = createMemoryVault(shelves);
    const vault: Vault = {
      ...memory,
      commit: (writes): Promise<Committed> =>
        room || !writes.some((write) => 'add' in write)
          ? memory.commit(writes)
          : Promise.resolve({ is: 'full' }),
      prune: () => {
        room = true;
        return Promise.resolve(2000);
      },
    };
    const { stage, tab } = await signedInStage({ shelves, vault });
    expect(await stage.sip().receive(letter('b1'))).toBe(200);
    expect(tab.last('notice')).toMatchObject({
      level: 'info',
      words: expect.stringMatching(/oldest messages/),
    });
  });

  test('of nonsense is refused and harms nothing', async () => {
    const { stage } = await signedInStage();
    expect(await stage.sip().receive({ contentType: 'message/cpim', body: 'x' })).toBe(400);
    expect(await stage.sip().receive({ from: 'tel:+49' })).toBe(400);
    expect(await stage.sip().receive(letter('b1'))).toBe(200);
  });
});

test('typing is told both ways, and forgotten', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('composing', { conversation: BEN, active: true });
  await tab.send('composing', { conversation: BEN, active: true });
  await tab.send('composing', { conversation: BEN, active: false });
  expect(stage.sip().sent.map((one) => /<state>(\w+)/.exec(one.body)?.[1])).toEqual(['active', 'idle']);
  const body = encodeIsComposing({ active: true, refresh: 60 });
  await stage.sip().receive({ contentType: IS_COMPOSING_TYPE, body });
  expect(tab.last('composing')).toMatchObject({ conversation: BEN, until: 1_800_000_072_000 });
  await stage.pass(72_000);
  expect(tab.last('composing')).toMatchObject({ until: null });
});

test('a tab that goes away in the middle of a word leaves nobody waiting', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('composing', { conversation: BEN, active: true });
  await stage.pass(14_000);
  await tab.send('composing', { conversation: BEN, active: true });
  await stage.pass(14_000);
  expect(stage.sip().sent).toHaveLength(1);
  await stage.pass(1_001);
  expect(stage.sip().sent.map((one) => /<state>(\w+)/.exec(one.body)?.[1])).toEqual(['active', 'idle']);
});

test('a message of ours ends the typing without a word', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('composing', { conversation: BEN, active: true });
  await tab.send('send', { conversation: BEN, text: 'Hello' });
  await stage.pass(60_000);
  expect(stage.sip().sent.map((one) => one.contentType)).toEqual([IS_COMPOSING_TYPE, 'message/cpim']);
});

test('strangers who all type at once are heard up to a bound', async () => {
  const { stage, tab } = await signedInStage();
  const body = encodeIsComposing({ active: true, refresh: 999_999 });
  for (let i = 0; i < 250; i += 1)
    await stage.sip().receive({ from: `sip:s${i}@x.test`, contentType: IS_COMPOSING_TYPE, body });
  expect(tab.facts.filter(({ fact }) => fact === 'composing')).toHaveLength(200);
  await stage.pass(600_000);
  expect(tab.facts.filter((fact) => fact.fact === 'composing' && fact.until === null)).toHaveLength(200);
});

test('a notice about a message from anybody but its receiver moves nothing', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('send', { conversation: BEN, text: 'Hello', id: 'm1' });
  await stage.pass(10);
  const about = (id: string) =>
    `<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>${id}</message-id><datetime>2026-01-01T00:00:00Z</datetime>
     <display-notification><status><displayed/></status></display-notification></imdn>`;
  const contentType = 'message/imdn+xml';
  expect(await stage.sip().receive({ from: 'sip:eve@x.test', contentType, body: about('m1') })).toBe(200);
  expect(await stage.sip().receive({ contentType, body: about('never-sent') })).toBe(200);
  await stage.sip().receive(letter('b1'));
  // A notice about their own message, from themselves, does not make it read.
  expect(await stage.sip().receive({ contentType, body: about('b1') })).toBe(200);
  expect(states(tab)).toEqual(['Hello queued', 'Hello sent', 'b1 received']);
  expect(tab.last('conversations')?.rows[0]?.unread).toBe(1);
});

test('an empty or very long message is refused before it is shown', async () => {
  const { tab } = await signedInStage();
  expect(await tab.send('send', { conversation: BEN, text: '  \n' })).toMatchObject({ ok: false });
  expect(await tab.send('send', { conversation: BEN, text: 'ä'.repeat(31_000) })).toMatchObject({
    ok: false,
  });
  expect(states(tab)).toEqual([]);
});

test('keeps a draft until the message is sent', async () => {
  const { stage, tab } = await signedInStage();
  await tab.send('keep-draft', { conversation: BEN, text: 'Dear' });
  expect((await stage.tab('tab-2')).boot.conversations[0]?.draft).toBe('Dear');
  await tab.send('send', { conversation: BEN, text: 'Dear Ben' });
  expect(tab.last('conversations')?.rows[0]).not.toHaveProperty('draft');
});

test('what may have arrived already cannot be taken back; what never left can', async () => {
  const { stage, tab } = await signedInStage();
  stage.sip().answer = () => new Promise(() => undefined);
  await tab.send('send', { conversation: BEN, text: 'one', id: 'm1' });
  await tab.send('send', { conversation: BEN, text: 'two', id: 'm2' });
  await stage.pass(10);
  expect(await tab.send('discard-message', { id: 'm1' })).toMatchObject({ ok: false });
  expect(await tab.send('discard-message', { id: 'm2' })).toMatchObject({ ok: true });
  expect([...stage.shelves.outbox.keys()]).toEqual(['m1']);
});

describe('I08 corrections and withdrawals', () => {
  const theirs = (id: string, body: string, marks: object) => {
    const row: OutboxRow = {
      ...{ id, conversation: ANN, kind: 'message', seq: 1, body, callId: id, cseq: 1, tries: 1 },
      ...{ stamp: 1_800_000_000_000, at: 1, extras: { marks } },
    };
    return { ...wrap(row, { aor: BEN, name: 'Ben' }, false), callId: id };
  };

  test('one of mine changes here and goes out once', async () => {
    const { stage, tab } = await signedInStage();
    await tab.send('send', { conversation: BEN, text: 'teh', id: 'm1' });
    await stage.pass(10);
    expect(await tab.send('edit-message', { id: 'm1', text: 'the' })).toEqual({ ok: true, value: null });
    await stage.pass(10);
    expect(tab.last('messages')?.rows[0]).toMatchObject({ id: 'm1', text: 'the', state: 'sent' });
    expect(tab.last('conversations')?.rows[0]?.last?.text).toBe('the');
    expect(stage.sip().sent[1]?.body).toMatch(/parley\.Replaces: m1[^]*Correction: the$/);
    expect(await tab.send('withdraw-message', { id: 'm1' })).toEqual({ ok: true, value: null });
    await stage.pass(10);
    expect(tab.last('messages')?.rows[0]).toMatchObject({ id: 'm1', text: '', withdrawn: true });
    expect(stage.sip().sent).toHaveLength(3);
    expect(await tab.send('edit-message', { id: 'm1', text: 'no' })).toMatchObject({ ok: false });
    expect(stage.shelves.outbox.size).toBe(0);
  });

  test('one of theirs changes in place, also when it comes first, and a repeat does nothing', async () => {
    const { stage, tab } = await signedInStage();
    await stage.sip().receive(theirs('r1', 'Correction: the', { replaces: 'm1' }));
    expect(tab.last('messages')?.rows[0]).toMatchObject({ id: 'r1', text: 'the' });
    await stage.sip().receive(letter('m1', 'message', 'teh'));
    expect(tab.last('messages')?.rows[0]).toMatchObject({ id: 'm1', text: 'the' });
    expect(tab.last('messages-gone')?.ids).toEqual(['r1']);
    expect(await stage.sip().receive(theirs('r1', 'Correction: the', { replaces: 'm1' }))).toBe(200);
    await stage.sip().receive(theirs('r2', '(I withdrew a message.)', { withdraws: 'm1' }));
    expect(tab.last('messages')?.rows[0]).toMatchObject({ id: 'm1', withdrawn: true });
    expect(stage.shelves.messages.size).toBe(1);
    expect(tab.last('conversations')?.rows[0]?.unread).toBe(1);
  });
});

test('I08 a reply quotes what it answers', async () => {
  const { stage, tab } = await signedInStage();
  await stage.sip().receive(letter('m1', 'message', 'When?'));
  await tab.send('send', { conversation: BEN, text: 'Now', id: 'm2', reply: 'm1' });
  await stage.pass(10);
  expect(tab.last('messages')?.rows[0]).toMatchObject({ text: 'Now', reply: { id: 'm1', text: 'When?' } });
  expect(stage.sip().sent.at(-1)?.body).toMatch(/parley\.Reply-To: m1[^]*> When\?\r?\n\r?\nNow$/);
});

test('I08 plain messages of one second stand in the order in which they came', async () => {
  const { stage, tab } = await signedInStage();
  const date = 1_800_000_000_000;
  for (const body of ['one', 'two', 'three'])
    await stage.sip().receive({ body, date, callId: `${body === 'two' ? 'a' : 'z'}-${body}` });
  const rows = [...stage.shelves.messages.values()].sort((one, other) => one.order - other.order);
  expect(rows.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  expect(new Set(rows.map(({ order }) => order)).size).toBe(3);
  expect(tab.last('conversations')?.rows[0]?.last?.text).toBe('three');
});
