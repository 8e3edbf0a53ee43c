/*
 * we ---INVITE, recipient list---> factory
 *    <--200, Contact: <focus>;isfocus
 *    ---ACK--->  ---BYE--->
 */
import { expect, test } from 'vitest';
import type { SipRequest } from '../protocol/sip-message.ts';
import { parseMessage } from '../protocol/sip-parser.ts';
import { makeResponse, writeMessage, type ResponseParts } from '../protocol/sip-writer.ts';
import { Authenticator } from './authenticator.ts';
import { Calls } from './calls.ts';
import { identityOf } from './identity.ts';

function read(text: string) {
  const parsed = parseMessage(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.message;
}

/** A wish that has gone out, and how to answer it. `late` runs the timers. */
function wishing(isOnline = true) {
  const identity = identityOf('sip:ana@x.test', 'Ana', 'urn:uuid:00000000-0000-4000-8000-000000000001');
  if (!identity) throw new Error('bad identity');
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    random: Math.random,
    after: (_ms: number, run: () => void) => {
      timers.push(run);
      return () => timers.splice(timers.indexOf(run), 1);
    },
  };
  const sent: string[] = [];
  const calls = new Calls({
    identity,
    clock,
    authenticator: new Authenticator({ username: 'ana', ha1: () => null }, clock),
    protocol: () => 'WSS',
    contact: () => `<${identity.contact}>`,
    routes: () => [],
    online: () => isOnline,
    send: (text) => sent.push(text) > 0,
    log: () => undefined,
    allow: 'INVITE',
    userAgent: 'Parley',
    onCall: () => undefined,
  });
  const outcome = calls.makeConference({
    factory: 'sip:conference@x.test',
    ...{
      callId: 'wish-1',
      cseq: 1,
      subject: 'Wharfe\r\nX: y',
      contentType: 'application/resource-lists+xml',
    },
    body: '<resource-lists/>',
  });
  const answer = (parts: ResponseParts): void => {
    const response = read(writeMessage(makeResponse(read(sent[0] ?? '') as SipRequest, parts)));
    if (response.kind === 'response') calls.response(response);
  };
  const late = (): void => timers.forEach((run) => run());
  return { sent, outcome, answer, late };
}
const focus = { name: 'Contact', value: '<sip:conf-7@X.test>;isfocus' };

test('I02 a factory is asked with the list of people, and its answer is acknowledged and hung up', async () => {
  const { sent, outcome, answer } = wishing();
  const invite = read(sent[0] ?? '');
  const value = (name: string) => invite.headers.find((field) => field.name === name)?.value;
  expect([value('Require'), value('Content-Disposition'), value('Content-Type'), value('Subject')]).toEqual([
    'recipient-list-invite',
    'recipient-list',
    'application/resource-lists+xml',
    'Wharfe  X: y',
  ]);
  expect(invite).toMatchObject({ callId: 'wish-1', body: '<resource-lists/>' });
  answer({ status: 200, toTag: 'f', headers: [focus] });
  expect(await outcome).toEqual({ is: 'made', focus: 'sip:conf-7@x.test' });
  expect(sent.slice(1).map((text) => text.split(' ', 2).join(' '))).toEqual([
    'ACK sip:conf-7@X.test',
    'BYE sip:conf-7@X.test',
  ]);
});

test('an offer of the focus is answered, taking nothing of it', async () => {
  const { sent, outcome, answer } = wishing();
  const body = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n';
  answer({
    ...{ status: 200, toTag: 'f', body, contentType: 'application/sdp' },
    headers: [focus],
  });
  await outcome;
  expect(sent[1]).toMatch(/^ACK [^]*\r\n\r\nv=0\r\n[^]*m=audio 0 RTP\/AVP 0 8\r\n$/);
});

test('what is no focus makes no conversation', async () => {
  const { sent, outcome, answer } = wishing();
  answer({ status: 200, toTag: 'f', headers: [{ name: 'Contact', value: '<sip:ben@x.test>' }] });
  expect(await outcome).toMatchObject({ is: 'refused', status: 488 });
  expect(sent.at(-1)).toMatch(/^BYE /);
});

test('a refusal is a value, silence and no connection are "unknown"', async () => {
  const refused = wishing();
  refused.answer({ status: 486, reason: 'At most 100 people', toTag: 'f' });
  expect(await refused.outcome).toEqual({ is: 'refused', status: 486, reason: 'At most 100 people' });
  const silent = wishing();
  silent.late();
  expect(await silent.outcome).toMatchObject({ is: 'unknown' });
  expect(await wishing(false).outcome).toMatchObject({ is: 'unknown' });
});
