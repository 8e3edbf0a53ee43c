import { expect, test } from 'vitest';
import { Authenticator } from './authenticator.ts';
import { DialogCore } from './dialog-core.ts';
import { identityOf, registerContact } from './identity.ts';
import { WireUri } from './wire-uri.ts';

const clock = { now: () => 0, after: () => () => undefined, random: () => 0.25 };

function core(displayName: string, sent: string[]): DialogCore {
  const identity = identityOf(
    'sip:alice@Example.org',
    displayName,
    'urn:uuid:00000000-0000-4000-8000-000000000001',
  );
  if (!identity) throw new Error('bad identity');
  return new DialogCore({
    identity,
    clock,
    authenticator: new Authenticator({ username: 'alice', ha1: () => null }, clock),
    protocol: () => 'WSS',
    send: (text) => void sent.push(text),
    contact: () => `<${identity.contact}>`,
    routes: () => [],
    allow: 'INVITE',
    userAgent: 'Parley',
  });
}

test.each([['X: a\r\nRoute: <sip:evil.example>'], ['X: a\nb'], ['X: \0']])(
  'a header %j is not written',
  (line) => {
    const sent: string[] = [];
    const made = core('Alice', sent);
    const uri = new WireUri('sip:bob@example.org');
    const message = made.makeOutgoingRequestMessage('OPTIONS', uri, uri, uri, {}, [line]);
    expect(() => made.request(message)).toThrow('Control character');
    expect(sent).toEqual([]);
  },
);

test('a URI is written as it was received, whatever it is', () => {
  for (const text of [
    'sip:a%C3%A4;x=y?z@Host:5070;lr',
    'tel:+49-30;phone-context=x',
    'urn:service:sos',
    'sip:%FF@h',
  ]) {
    expect(new WireUri(text).toString()).toBe(text);
    expect(new WireUri(text).clone().toRaw()).toBe(text);
  }
});

test('identities that SIP cannot carry are none', () => {
  const instance = 'urn:uuid:00000000-0000-4000-8000-000000000001';
  expect(identityOf('alice@example.org', '', instance)).toBeNull();
  expect(identityOf('sip:example.org', '', instance)).toBeNull();
  expect(identityOf('sip:alice@example.org', '', 'urn:uuid:x>')).toBeNull();
  const identity = identityOf('sip:alice@example.org', 'Al\r\nice', instance);
  expect(identity?.displayName).toBe('Al  ice');
  expect(identity && registerContact(identity, null, false)).not.toContain('reg-id');
});
