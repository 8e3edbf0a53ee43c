import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CPIM_TYPE } from '../../protocol/cpim.ts';
import type {
  ArchivedMessage,
  ChangesResponse,
  GetResponse,
  HistoryConversation,
  QueryResponse,
  SetResponse,
  SnippetResponse,
} from '../../protocol/history-api.ts';
import { openHistoryOffice, present, textsOf } from '../testing/history-office.ts';
import { jmapCall } from '../testing/jmap.ts';
import { aorOf } from '../testing/office.ts';
import { signedFetch } from '../testing/signed-fetch.ts';

const [ALICE, BOB, CAROL] = [aorOf('Alice'), aorOf('Bob'), aorOf('Carol')];

/**
 *   alice            server                        a new device
 *     | MESSAGE ---> | mailbox + archive, commit     |
 *     | <------- 202 |                               |
 *     |              | <--- Message/query, /get POST |
 */
describe('H01 what people write is kept on the server', () => {
  let office: Awaited<ReturnType<typeof openHistoryOffice>>;
  beforeEach(async () => {
    office = await openHistoryOffice();
  });
  afterEach(() => office.close());

  it('for both, newest first, as the devices got it', async () => {
    expect(await office.write(office.alice, BOB, 'one', 'Hello Bob')).toBe(202);
    expect(await office.write(office.bob, ALICE, 'two', 'Hello Alice')).toBe(202);
    const [second, first, ...none] = (await office.messagesOf('Alice')) as [ArchivedMessage, ArchivedMessage];
    expect(none).toEqual([]);
    expect(textsOf([second, first])).toEqual(['Hello Alice', 'Hello Bob']);
    expect(first).toMatchObject({
      messageId: 'one',
      sender: ALICE,
      conversationId: BOB,
      contentType: CPIM_TYPE,
      kind: 'text',
      to: `<${BOB}>`,
    });
    expect(second).toMatchObject({ messageId: 'two', sender: BOB, conversationId: BOB });
    expect((await office.messagesOf('Bob')).map((one) => one.conversationId)).toEqual([ALICE, ALICE]);
    expect(second.sequence).toBeGreaterThan(first.sequence);
  });

  it('once, however often it comes, and no typing', async () => {
    const again = { uri: BOB, callId: 'same', contentType: 'text/plain', body: 'once' };
    await office.alice.request('MESSAGE', again);
    await office.alice.request('MESSAGE', again);
    const typing =
      '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>';
    const type = 'application/im-iscomposing+xml';
    expect(
      (await office.alice.request('MESSAGE', { uri: BOB, contentType: type, body: typing })).status,
    ).toBe(200);
    expect((await office.messagesOf('Bob')).map(({ body }) => body)).toEqual(['once']);
  });

  it('is nobody else’s to read', async () => {
    await office.write(office.alice, BOB, 'secret', 'The safe opens at nine');
    expect(await office.messagesOf('Carol')).toEqual([]);
    expect(await office.messagesOf('Carol', { text: 'safe' })).toEqual([]);
    expect(await office.messagesOf('Carol', { conversationId: BOB })).toEqual([]);
    const id = present((await jmapCall<QueryResponse>(office.port, 'Alice', 'Message/query')).ids[0]);
    const got = await jmapCall<GetResponse<ArchivedMessage>>(office.port, 'Carol', 'Message/get', {
      ids: [id],
    });
    expect(got).toMatchObject({ list: [], notFound: [id] });
    for (const method of [
      'Message/query',
      'Message/get',
      'Message/changes',
      'Conversation/get',
      'Conversation/set',
    ]) {
      const args = { accountId: ALICE, ids: [id], sinceState: 's0' };
      const wanted =
        method === 'Message/query'
          ? { accountId: ALICE }
          : method.endsWith('set')
            ? { accountId: ALICE, update: {} }
            : method.endsWith('get')
              ? { accountId: ALICE, ids: args.ids }
              : { accountId: ALICE, sinceState: 's0' };
      await expect(jmapCall(office.port, 'Carol', method, wanted)).rejects.toThrow('accountNotFound');
    }
    await expect(
      jmapCall(office.port, 'Carol', 'SearchSnippet/get', {
        accountId: ALICE,
        filter: { text: 'safe' },
        messageIds: [id],
      }),
    ).rejects.toThrow('accountNotFound');
    const snippets = { filter: { text: 'safe' }, messageIds: [id] };
    expect(
      await jmapCall<SnippetResponse>(office.port, 'Carol', 'SearchSnippet/get', snippets),
    ).toMatchObject({
      list: [],
      notFound: [id],
    });
  });

  it('A05 what a blocked person wrote is in their own history only', async () => {
    const rules = `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:pr="urn:ietf:params:xml:ns:pres-rules"><rule id="b"><conditions><identity><one id="${ALICE}"/></identity></conditions><actions><pr:sub-handling>block</pr:sub-handling></actions></rule></ruleset>`;
    const put = await signedFetch(office.port, 'Bob', `/xcap/pres-rules/users/${BOB}/index`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/auth-policy+xml' },
      body: rules,
    });
    expect(put.status).toBe(201);
    expect(await office.write(office.alice, BOB, 'unheard', 'Can you hear me')).toBe(202);
    expect(textsOf(await office.messagesOf('Alice'))).toEqual(['Can you hear me']);
    expect(await office.messagesOf('Bob')).toEqual([]);
  });

  it('H01 words are found, accents and case aside, with their place', async () => {
    await office.write(office.alice, BOB, 'a', 'The bridge at Zürich opens on Monday');
    await office.write(
      office.alice,
      BOB,
      'b',
      '<p>An <b>open</b> bridge</p><script>evil words</script>',
      {},
      'text/html',
    );
    await office.write(office.bob, ALICE, 'c', 'Nothing of the kind');
    expect((await office.messagesOf('Alice', { text: 'zurich BRIDGE' })).map((one) => one.messageId)).toEqual(
      ['a'],
    );
    expect((await office.messagesOf('Alice', { text: 'bri' })).map((one) => one.messageId)).toEqual([
      'b',
      'a',
    ]);
    for (const text of ['evil', 'p', '', '"', 'o1', 'who : o1', '* OR text', '++']) {
      expect([text, await office.messagesOf('Carol', { text })]).toEqual([text, []]);
    }
    expect(await office.messagesOf('Alice', { text: 'evil' })).toEqual([]);
    const { ids } = await jmapCall<QueryResponse>(office.port, 'Alice', 'Message/query', {
      filter: { text: 'zurich' },
    });
    const found = await jmapCall<SnippetResponse>(office.port, 'Alice', 'SearchSnippet/get', {
      filter: { text: 'zurich' },
      messageIds: ids,
    });
    const [{ snippet, marks } = { snippet: '', marks: [] }] = found.list;
    expect(marks.map(([from, to]) => snippet?.slice(from, to))).toEqual(['Zürich']);
  });

  it('what was taken back or corrected is found by its old words no more', async () => {
    await office.write(office.alice, BOB, 'm1', 'My password is swordfish');
    await office.write(office.alice, BOB, 'm2', 'We meet at noon');
    await office.write(office.bob, ALICE, 'm3', 'swordfish is not good');
    await office.write(office.alice, BOB, 'm4', '(I withdrew a message.)', { Withdraws: 'm1' });
    await office.write(office.alice, BOB, 'm5', 'Correction: We meet at one', { Replaces: 'm2' });
    // Nobody takes back what somebody else wrote.
    await office.write(office.alice, BOB, 'm6', '(I withdrew a message.)', { Withdraws: 'm3' });
    for (const name of ['Alice', 'Bob']) {
      expect((await office.messagesOf(name, { text: 'swordfish' })).map((one) => one.messageId)).toEqual([
        'm3',
      ]);
      expect((await office.messagesOf(name, { text: 'noon' })).map((one) => one.messageId)).toEqual([]);
      expect((await office.messagesOf(name, { text: 'meet one' })).map((one) => one.messageId)).toEqual([
        'm5',
      ]);
      expect((await office.messagesOf(name, { text: 'withdrew' })).map((one) => one.messageId)).toEqual([]);
      expect((await office.messagesOf(name, { kind: 'change' })).length).toBe(3);
      expect((await office.messagesOf(name)).length).toBe(6);
    }
  });

  it('a group without a focus is one conversation for each of its members', async () => {
    const group = 'urn:uuid:7c2f7c3e-4c6e-4b0a-9a3e-0d6c7e1f2a3b';
    for (const to of [BOB, CAROL])
      await office.write(office.alice, to, 'g1', 'To all of you', { Conversation: group });
    for (const name of ['Alice', 'Bob', 'Carol']) {
      expect((await office.messagesOf(name, { conversationId: group })).map((one) => one.messageId)).toEqual([
        'g1',
      ]);
    }
    expect((await office.messagesOf('Bob', { conversationId: ALICE })).length).toBe(0);
  });

  it('notices become states, and how far somebody has read', async () => {
    await office.write(office.alice, BOB, 'm1', 'Have you read this');
    const { state } = await jmapCall<GetResponse<ArchivedMessage>>(office.port, 'Alice', 'Message/get', {
      ids: [],
    });
    // Not the one it was for: says nothing.
    const carol = await office.phone('Carol');
    await office.notice(carol, ALICE, 'm1', 'displayed');
    expect((await office.messagesOf('Alice'))[0]?.state).toBeUndefined();
    await office.notice(office.bob, ALICE, 'm1', 'delivered');
    expect((await office.messagesOf('Alice'))[0]?.state).toBe('delivered');
    await office.notice(office.bob, ALICE, 'm1', 'displayed');
    await office.notice(office.bob, ALICE, 'm1', 'delivered');
    const [only, ...more] = await office.messagesOf('Alice');
    expect([only?.state, more]).toEqual(['displayed', []]);
    const changes = await jmapCall<ChangesResponse>(office.port, 'Alice', 'Message/changes', {
      sinceState: state,
    });
    expect(changes).toMatchObject({ created: [], updated: [only?.id], hasMoreChanges: false });
    const [conversation] = (
      await jmapCall<GetResponse<HistoryConversation>>(office.port, 'Bob', 'Conversation/get', {
        ids: [ALICE],
      })
    ).list;
    const received = present((await office.messagesOf('Bob'))[0]);
    expect(conversation?.readThrough).toEqual({ date: received.date, id: received.id });
    expect(received.state).toBeUndefined();
  });

  it('H02 reading marks, muting and notes are one for all devices, and do not go back', async () => {
    await office.write(office.alice, BOB, 'm1', 'One');
    await office.write(office.alice, BOB, 'm2', 'Two');
    const [two, one] = (await office.messagesOf('Bob')) as [ArchivedMessage, ArchivedMessage];
    const set = (patch: object, more = {}) =>
      jmapCall<SetResponse<HistoryConversation>>(office.port, 'Bob', 'Conversation/set', {
        update: { [ALICE]: patch },
        ...more,
      });
    const done = await set({
      readThrough: { date: two.date, id: two.id },
      muted: true,
      note: 'Ask about *rivets*',
    });
    expect(done).toMatchObject({ updated: { [ALICE]: null }, notUpdated: null });
    const back = await set({ readThrough: { date: one.date - 1, id: one.id } });
    expect(back.updated).toEqual({ [ALICE]: { readThrough: { date: two.date, id: two.id } } });
    const { list, state } = await jmapCall<GetResponse<HistoryConversation>>(
      office.port,
      'Bob',
      'Conversation/get',
      {
        ids: null,
      },
    );
    expect(list).toEqual([
      {
        id: ALICE,
        lastAt: two.date,
        lastSequence: two.sequence,
        readThrough: { date: two.date, id: two.id },
        muted: true,
        note: 'Ask about *rivets*',
      },
    ]);
    await expect(set({ muted: false }, { ifInState: 's0' })).rejects.toThrow('stateMismatch');
    expect((await set({ muted: false }, { ifInState: state })).notUpdated).toBeNull();
    const changes = await jmapCall<ChangesResponse>(office.port, 'Bob', 'Conversation/changes', {
      sinceState: state,
    });
    expect(changes).toMatchObject({ created: [], updated: [ALICE] });
    const wrong = await set({ note: 3, lastAt: 7, readThrough: { date: 1, id: 'm999' } });
    expect(wrong.notUpdated?.[ALICE]).toEqual({
      type: 'invalidProperties',
      properties: ['note', 'lastAt', 'readThrough'],
    });
    expect((await set({ note: 'x'.repeat(100_001) })).notUpdated?.[ALICE]?.type).toBe('tooLarge');
    // Alice's notes are hers.
    const hers = await jmapCall<GetResponse<HistoryConversation>>(office.port, 'Alice', 'Conversation/get', {
      ids: [BOB],
    });
    expect(hers.list[0]).toMatchObject({ muted: false, note: '', readThrough: null });
  });
});
