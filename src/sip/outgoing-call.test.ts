/*
 * we ---INVITE---> gateway
 *    <--100------          nothing yet
 *    <--180------          rings, also without Contact or To tag
 *    <--486------          ended
 *    ---ACK----->
 */
import { expect, test } from 'vitest';
import { header, type SipRequest } from '../protocol/sip-message.ts';
import { parseMessage } from '../protocol/sip-parser.ts';
import { makeResponse, writeMessage, type ResponseParts } from '../protocol/sip-writer.ts';
import { Authenticator } from './authenticator.ts';
import { Calls } from './calls.ts';
import type { CallFact, MediaPort } from './contract.ts';
import { identityOf } from './identity.ts';

const clock = { now: () => 0, after: () => () => undefined, random: Math.random };
const nothing = (): Promise<void> => Promise.resolve();
const media: MediaPort = {
  getDescription: () => Promise.resolve('v=0\r\n'),
  setDescription: nothing,
  rollback: nothing,
  sendDtmf: nothing,
  close: () => undefined,
};

function read(text: string) {
  const parsed = parseMessage(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.message;
}

/** A call that has sent its INVITE, what it tells, and how to answer it. */
async function calling(more: { behalf?: string } = {}) {
  const identity = identityOf('sip:ana@x.test', 'Ana', 'urn:uuid:00000000-0000-4000-8000-000000000001');
  if (!identity) throw new Error('bad identity');
  const sent: string[] = [];
  const calls = new Calls({
    identity,
    clock,
    authenticator: new Authenticator({ username: 'ana', ha1: () => null }, clock),
    protocol: () => 'WSS',
    contact: () => `<${identity.contact}>`,
    routes: () => [],
    online: () => true,
    send: (text) => sent.push(text) > 0,
    log: () => undefined,
    allow: 'INVITE',
    userAgent: 'Parley',
    onCall: () => undefined,
  });
  const facts: CallFact[] = [];
  calls.call({ to: 'sip:ben@x.test', media, video: false, ...more }).onFact((fact) => facts.push(fact));
  await expect.poll(() => sent.length).toBe(1);
  const invite = read(sent[0] ?? '') as SipRequest;
  const answer = (parts: ResponseParts, change = (text: string): string => text): void => {
    const response = read(change(writeMessage(makeResponse(invite, parts))));
    if (response.kind === 'response') calls.response(response);
  };
  return { facts, sent, answer, invite };
}

const contact = { name: 'Contact', value: '<sip:ben@gw.test>' };

test.each([
  ['as it should be', { status: 180, toTag: 'b', headers: [contact] }],
  ['without Contact', { status: 180, toTag: 'b' }],
  ['without To tag', { status: 180, headers: [contact] }],
  ['queued, with neither', { status: 182 }],
])('Ringing %s is shown, once, and the call can still end', async (_, parts) => {
  const { facts, sent, answer } = await calling();
  answer({ status: 100 });
  expect(facts).toEqual([]);
  answer(parts);
  answer(parts);
  expect(facts).toEqual([{ is: 'ringing' }]);
  answer({ status: 486, toTag: 'b' });
  expect(facts).toMatchObject([{ is: 'ringing' }, { is: 'ended', by: 'them', status: 486 }]);
  expect(sent.at(-1)).toMatch(/^ACK /);
  answer(parts);
  expect(facts).toHaveLength(2);
});

test('progress is no ringing, and neither is an answer to another request', async () => {
  const { facts, answer } = await calling();
  answer({ status: 183, toTag: 'b', headers: [contact] });
  answer({ status: 180 }, (text) => text.replace(/^Call-ID: .*$/m, 'Call-ID: another'));
  answer({ status: 180 }, (text) => text.replace(/^CSeq: \d+/m, 'CSeq: 7'));
  answer({ status: 180 }, (text) => text.replace(/^(From: .*tag=)\w+/m, '$1forged'));
  expect(facts).toEqual([]);
});

test('CD1 a call in a manager’s name asks for their identity; any other asks for none', async () => {
  const own = await calling();
  expect(header(own.invite, 'P-Preferred-Identity')).toBeUndefined();
  const { invite } = await calling({ behalf: 'sip:maya@x.test;transport=ws' });
  expect(header(invite, 'P-Preferred-Identity')).toBe('<sip:maya@x.test>');
  expect(invite.from.uri).toBe('sip:ana@x.test');
});
