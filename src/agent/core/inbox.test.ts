import { expect, test } from 'vitest';
import { encodeIsComposing, IS_COMPOSING_TYPE } from '../../protocol/is-composing.ts';
import type { OutboxRow } from '../../store/rows.ts';
import { noticeBody, wrap } from './envelope.ts';
import { readLetter, type Letter } from './inbox.ts';

const ANN = { aor: 'sip:ann@x.test', name: 'Ann Ångström' };
const BEN = 'sip:ben@x.test';
const NOW = 1_800_000_000_000;
const out: OutboxRow = {
  ...{ id: 'id-1', conversation: BEN, kind: 'message', seq: 1, body: 'Grüße\n<b>', callId: 'id-1' },
  ...{ cseq: 1, tries: 1, stamp: NOW - 40, at: NOW },
};
const letter = (more: Partial<Letter>): Letter => ({
  ...{ from: ANN.aor, to: BEN, contentType: 'text/plain', body: 'Hi', callId: 'call-1', date: null },
  ...more,
});

test('reads what the outbox wraps', () => {
  const reading = readLetter(letter({ ...wrap(out, ANN, false), date: NOW }), BEN, NOW);
  expect(reading).toEqual({
    is: 'row',
    row: {
      ...{
        id: 'id-1',
        conversation: ANN.aor,
        sender: ANN.aor,
        mine: false,
        text: 'Grüße\n<b>',
        state: 'received',
      },
      ...{ at: NOW - 40, order: NOW - 40, wants: ['delivered', 'displayed'] },
    },
  });
});

test('a retry has the same body, letter by letter', () => {
  expect(wrap({ ...out, cseq: 7, tries: 7 }, ANN, false)).toEqual(wrap(out, ANN, false));
});

test('without CPIM the Call-ID is the id and nothing is answered', () => {
  expect(readLetter(letter({ ...wrap(out, ANN, true), date: NOW - 9000 }), BEN, NOW)).toMatchObject({
    row: { id: 'call-1', text: 'Grüße\n<b>', order: NOW - 9000 },
  });
  expect(readLetter(letter({}), BEN, NOW)).not.toHaveProperty('row.wants');
});

test('a stamp that the server does not bear out is not believed', () => {
  const late = letter({ ...wrap({ ...out, stamp: NOW + 86_400_000 }, ANN, false), date: NOW });
  expect(readLetter(late, BEN, NOW)).toMatchObject({ row: { order: NOW + (NOW % 1000) } });
});

test('shows what it does not know as an attachment that says its type', () => {
  const reading = readLetter(letter({ contentType: 'application/x-thing;a=b', body: '...' }), BEN, NOW);
  expect(reading).toMatchObject({
    row: {
      text: 'An attachment of the type application/x-thing',
      attachment: { type: 'application/x-thing', body: '...' },
    },
  });
});

test('an own message from another device is ours, and asks for nothing', () => {
  const reading = readLetter(letter({ ...wrap(out, ANN, false), date: NOW }), ANN.aor, NOW);
  expect(reading).toMatchObject({ row: { conversation: BEN, sender: ANN.aor, mine: true, state: 'sent' } });
  expect(reading).not.toHaveProperty('row.wants');
});

test('tells notices of the peer from those of our other devices', () => {
  const notice = {
    ...out,
    kind: 'notice',
    conversation: ANN.aor,
    body: noticeBody('m9', NOW, BEN, 'displayed'),
  } as const;
  const wrapped = wrap(notice, { aor: BEN, name: 'Ben' }, false);
  expect(readLetter(letter({ ...wrapped, from: BEN, to: ANN.aor }), ANN.aor, NOW)).toEqual({
    ...{ is: 'notice', conversation: BEN, id: 'm9', to: 'displayed' },
  });
  expect(readLetter(letter({ ...wrapped, from: BEN, to: ANN.aor }), BEN, NOW)).toEqual({
    ...{ is: 'seen', conversation: ANN.aor, id: 'm9' },
  });
});

test('reads typing, with two minutes where the sender names no time', () => {
  const body = encodeIsComposing({ active: true });
  const typed = { contentType: IS_COMPOSING_TYPE, body };
  expect(readLetter(letter(typed), BEN, NOW)).toEqual({
    ...{ is: 'composing', conversation: ANN.aor, sender: ANN.aor, heard: { active: true }, place: null },
  });
  expect(readLetter(letter(typed), ANN.aor, NOW)).toEqual({ is: 'nothing' });
});

test.each([
  ['a sender without a user', { from: 'sip:x.test' }],
  ['a telephone number as sender', { from: 'tel:+491234' }],
  ['broken CPIM', { contentType: 'message/cpim', body: 'no headers here' }],
  ['a broken notice', { contentType: 'message/imdn+xml', body: '<imdn' }],
  ['broken typing', { contentType: IS_COMPOSING_TYPE, body: '' }],
])('refuses %s', (_what, more) => {
  expect(readLetter(letter(more), BEN, NOW)).toEqual({ is: 'bad', status: 400 });
});

const wrapped = (extras: OutboxRow['extras'], body = 'Hi') =>
  letter({ ...wrap({ ...out, body, ...(extras && { extras }) }, ANN, false), date: NOW });

test('I05 rich text comes with its plain words', () => {
  expect(readLetter(wrapped({ html: '<b>Hi</b>' }), BEN, NOW)).toMatchObject({
    row: { text: 'Hi', html: '<b>Hi</b>' },
  });
});

test('I08 a reply, a correction and a withdrawal say which message they are about', () => {
  expect(readLetter(wrapped({ marks: { replyTo: 'm0' } }, '> Old\n\nNew'), BEN, NOW)).toMatchObject({
    row: { text: 'New', reply: { id: 'm0', text: 'Old' } },
  });
  expect(readLetter(wrapped({ marks: { replaces: 'm0' } }, 'Correction: New'), BEN, NOW)).toMatchObject({
    is: 'revision',
    revision: { target: 'm0', sender: ANN.aor, becomes: { text: 'New' } },
  });
  expect(readLetter(wrapped({ marks: { withdraws: 'm0' } }, '(gone)'), BEN, NOW)).toMatchObject({
    is: 'revision',
    revision: { becomes: null },
  });
});

test('I07 a letter of a focus is filed under it only if it was sent to it', () => {
  const focus = 'sip:conf-1@x.test';
  const said = { marks: { conversation: focus } };
  expect(readLetter({ ...wrapped(said), to: focus }, BEN, NOW)).toMatchObject({
    row: { conversation: focus, sender: ANN.aor },
    group: { focus: true },
  });
  expect(readLetter({ ...wrapped(said), to: focus }, BEN, NOW)).not.toHaveProperty('row.wants');
  // Claimed, but sent to me: an ordinary message of Ann's.
  expect(readLetter(wrapped(said), BEN, NOW)).toMatchObject({ row: { conversation: ANN.aor } });
});

test('I07 a letter of a group without a focus names everybody, me among them', () => {
  const id = 'urn:uuid:11111111-2222-4333-8444-555555555555';
  expect(readLetter(wrapped({ marks: { conversation: id }, subject: 'Crossing' }), BEN, NOW)).toMatchObject({
    row: { conversation: id },
    group: { focus: false, people: [{ aor: ANN.aor }, { aor: BEN }], subject: 'Crossing' },
    subject: 'Crossing',
  });
  expect(readLetter(wrapped({ marks: { conversation: id } }), 'sip:cat@x.test', NOW)).not.toHaveProperty(
    'group',
  );
});
