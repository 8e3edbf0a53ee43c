import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatCpim } from '../../protocol/cpim.ts';
import { IMDN_CPIM_NS } from '../../protocol/imdn.ts';
import { IS_COMPOSING_TYPE } from '../../protocol/is-composing.ts';
import { header, headers } from '../../protocol/sip-message.ts';
import { parseDate } from '../../protocol/sip-values.ts';
import { aorOf, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';

const cpim = (from: string, id: string, text: string, type = 'text/plain') =>
  formatCpim({
    from: { name: '', uri: from },
    to: [{ name: '', uri: aorOf('Bob') }],
    headers: [{ prefix: 'imdn', ns: IMDN_CPIM_NS, name: 'Message-ID', value: id }],
    contentHeaders: [['Content-Type', type]],
    content: text,
  });

/** Answers 200 to every MESSAGE and lists what came. */
function collect(phone: Phone): { bodies: string[]; sequences: string[] } {
  const got = { bodies: [] as string[], sequences: [] as string[] };
  phone.answer('MESSAGE', (request) => {
    got.bodies.push(request.body);
    got.sequences.push(header(request, 'Parley-Sequence') ?? '');
    phone.reply(request, { status: 200 });
  });
  return got;
}

describe('messages, kept and forwarded', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  let alice: Phone;
  beforeEach(async () => {
    office = await openOffice();
    alice = await office.device('Alice');
  });
  afterEach(() => office.close());

  const send = async (body: string, more: Partial<Parameters<Phone['request']>[1]> = {}) =>
    (await alice.request('MESSAGE', { uri: aorOf('Bob'), contentType: 'text/plain', body, ...more })).status;

  it('arrive at every device of the person, now and later, once each', async () => {
    const desk = await office.device('Bob');
    desk.start('OPTIONS', { uri: 'sip:parley.test' });
    expect(await send('one')).toBe(202);
    const first = await desk.next('MESSAGE');
    desk.reply(first, { status: 200 });
    const mobile = await office.device('Bob');
    const later = await mobile.next('MESSAGE');
    mobile.reply(later, { status: 200 });
    expect(later.body).toBe('one');
    expect(later.callId).toBe(first.callId);
    expect(Math.abs((parseDate(header(later, 'Date') ?? '') ?? 0) - Date.now())).toBeLessThan(5000);
    expect(await send('two')).toBe(202);
    expect((await desk.next('MESSAGE')).body).toBe('two');
    expect((await mobile.next('MESSAGE')).body).toBe('two');
  });

  it('come again until the device has answered 2xx, and not after', async () => {
    const instance = 'urn:uuid:00000000-0000-1000-8000-00000000000b';
    const bob = await office.device('Bob', { instance });
    await send('one');
    await bob.next('MESSAGE');
    // It read the message and its connection died before it could answer.
    bob.socket.terminate();
    const again = await office.device('Bob', { instance });
    again.reply(await again.next('MESSAGE'), { status: 200 });
    await send('two');
    const next = await again.next('MESSAGE');
    expect(next.body).toBe('two');
    again.reply(next, { status: 200 });
    await again.close();
    await send('three');
    const third = await office.device('Bob', { instance });
    expect((await third.next('MESSAGE')).body).toBe('three');
  });

  it('come in order, numbered without a gap', async () => {
    for (let i = 1; i <= 50; i++) expect(await send(`${i}`)).toBe(202);
    const bob = await office.phone('Bob', { instance: 'urn:uuid:00000000-0000-1000-8000-00000000000b' });
    const got = collect(bob);
    await bob.register();
    while (got.bodies.length < 50) await new Promise((resolve) => bob.socket.once('message', resolve));
    const numbers = Array.from({ length: 50 }, (_, i) => String(i + 1));
    expect(got.bodies).toEqual(numbers);
    expect(got.sequences).toEqual(numbers);
  });

  it('the same message again gets the same answer and is not delivered again', async () => {
    const bob = await office.device('Bob');
    const got = collect(bob);
    const wrapped = { contentType: 'message/cpim', callId: undefined };
    const body = cpim(aorOf('Alice'), 'id-1', 'once');
    expect(await send(body, { contentType: wrapped.contentType })).toBe(202);
    expect(await send(body, { contentType: wrapped.contentType })).toBe(202);
    expect(await send('plain', { callId: 'same' })).toBe(202);
    expect(await send('plain', { callId: 'same' })).toBe(202);
    expect(await send('other text under the same Call-ID', { callId: 'same' })).toBe(202);
    await send('last');
    while (got.bodies.at(-1) !== 'last') await new Promise((resolve) => bob.socket.once('message', resolve));
    expect(got.bodies).toEqual([body, 'plain', 'other text under the same Call-ID', 'last']);
  });

  it('keep their content type, language and body octet for octet', async () => {
    const bob = await office.device('Bob');
    const fields = [
      { name: 'Content-Language', value: 'de' },
      { name: 'Subject', value: 'Grüße' },
      { name: 'P-Asserted-Identity', value: '<sip:ceo@parley.test>' },
    ];
    await send('Zeile 1\r\n\r\nZeile 2 🙂', { contentType: 'text/plain; charset=utf-8', headers: fields });
    const got = await bob.next('MESSAGE');
    expect(got.body).toBe('Zeile 1\r\n\r\nZeile 2 🙂');
    expect(header(got, 'Content-Type')).toBe('text/plain; charset=utf-8');
    expect(header(got, 'Content-Language')).toBe('de');
    expect(header(got, 'Subject')).toBe('Grüße');
    expect(headers(got, 'P-Asserted-Identity')).toEqual([`"Alice Example" <${aorOf('Alice')}>`]);
    expect(headers(got, 'Proxy-Authorization')).toEqual([]);
    expect(got.from.uri).toBe(aorOf('Alice'));
  });

  it.each([
    ['text with a NUL', Buffer.from('a\0b')],
    ['octets that are no text', Buffer.from([0, 255, 254, 13, 10, 0, 128])],
  ])('%s comes as it was', async (_what, body) => {
    const bob = await office.device('Bob');
    const head =
      `MESSAGE ${aorOf('Bob')} SIP/2.0\r\nVia: SIP/2.0/WS p.invalid;branch=z9hG4bKoctets\r\nMax-Forwards: 70\r\n` +
      `From: <${aorOf('Alice')}>;tag=1\r\nTo: <${aorOf('Bob')}>\r\nCall-ID: octets\r\nCSeq: 1 MESSAGE\r\n` +
      `Content-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`;
    alice.sendRaw(Buffer.concat([Buffer.from(head), body]));
    const got = await bob.next('MESSAGE');
    expect(Buffer.from(got.body, got.binary ? 'latin1' : 'utf8').equals(body)).toBe(true);
  });

  it('a CPIM From that is somebody else is forbidden', async () => {
    await office.device('Bob');
    const type = { contentType: 'message/cpim' };
    expect(await send(cpim(aorOf('Carol'), 'x', 'hi'), type)).toBe(403);
    expect(await send(cpim('im:carol@parley.test', 'y', 'hi'), type)).toBe(403);
    expect(await send(cpim('im:alice@parley.test', 'z', 'hi'), type)).toBe(202);
    expect(await send('no headers at all', type)).toBe(400);
  });

  it('typing notices are passed on and never kept; receipts are kept', async () => {
    const composing =
      '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>';
    expect(await send(composing, { contentType: IS_COMPOSING_TYPE })).toBe(200);
    expect(
      await send(cpim(aorOf('Alice'), 'c', composing, IS_COMPOSING_TYPE), { contentType: 'message/cpim' }),
    ).toBe(200);
    const receipt = cpim(aorOf('Alice'), 'r', '<imdn/>', 'message/imdn+xml');
    expect(await send(receipt, { contentType: 'message/cpim' })).toBe(202);
    const bob = await office.device('Bob');
    const got = await bob.next('MESSAGE');
    expect(got.body).toBe(receipt);
    bob.reply(got, { status: 200 });
    expect(await send(composing, { contentType: IS_COMPOSING_TYPE })).toBe(200);
    const notice = await bob.next('MESSAGE');
    expect(notice.body).toBe(composing);
    expect(header(notice, 'Parley-Sequence')).toBeUndefined();
  });

  it('to nobody get 404', async () => {
    expect(await send('hello?', { uri: aorOf('Nobody') })).toBe(404);
    expect(await send('hello?', { uri: 'sip:bob@elsewhere.test' })).toBe(404);
  });

  it('I02 pretending in To to come through a conversation get 403', async () => {
    const uri = aorOf('Bob');
    expect(await send('forged', { uri, to: `sip:conf-1@${uri.split('@')[1]}` })).toBe(403);
    expect(await send('forwarded', { uri, to: aorOf('Carol') })).toBe(202);
  });

  it('a device that refuses one for good gets the next', async () => {
    const bob = await office.device('Bob');
    await send('strange', { contentType: 'application/x-strange' });
    bob.reply(await bob.next('MESSAGE'), { status: 415 });
    await send('plain');
    expect((await bob.next('MESSAGE')).body).toBe('plain');
  });

  it('copies go to the sender’s other devices that ask for them', async () => {
    const other = await office.phone('Alice', { instance: 'urn:uuid:00000000-0000-1000-8000-00000000000c' });
    const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000c>"';
    await other.register({ contact: `<${other.contact}>;${instance};+parley.copies` });
    await send('to bob');
    const copy = await other.next('MESSAGE');
    expect(copy.from.uri).toBe(aorOf('Alice'));
    expect(copy.to.uri).toBe(aorOf('Bob'));
    expect(alice.requests.items).toEqual([]);
  });

  it('to one device are passed through and not kept', async () => {
    const bob = await office.device('Bob', { instance: 'urn:uuid:00000000-0000-1000-8000-00000000000b' });
    const gruu = `${aorOf('Bob')};gr=urn:uuid:00000000-0000-1000-8000-00000000000b`;
    const sending = send('just here', { uri: gruu });
    bob.reply(await bob.next('MESSAGE'), { status: 200 });
    expect(await sending).toBe(200);
    await bob.close();
    expect(await send('just here', { uri: gruu })).toBe(480);
  });
});

describe('messages and a restart', () => {
  it('wait in the data folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-messages-'));
    const before = await openOffice({ folder });
    const alice = await before.device('Alice');
    await alice.request('MESSAGE', { uri: aorOf('Bob'), body: 'see you tomorrow' });
    await before.close();
    const after = await openOffice({ folder });
    const bob = await after.device('Bob');
    expect((await bob.next('MESSAGE')).body).toBe('see you tomorrow');
    await after.close();
  });
});
