/** The documents RFC 4575 prints, ours, and how they add up; recipient lists of RFC 5364 and 5366. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeConferenceInfo, encodeConferenceInfo, type ConferenceInfo } from './conference-info.ts';
import { applyConferenceInfo, type ConferenceRoster } from './conference-roster.ts';
import type { Decoded } from './decoded.ts';
import { decodeRecipientList, encodeRecipientList } from './recipient-list.ts';

const read = (name: string): string =>
  readFileSync(new URL(`./fixtures/xml/instances/${name}`, import.meta.url), 'utf8');

function must<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(decoded.why);
  return decoded.value;
}

const FULL = must(decodeConferenceInfo(read('rfc4575-02-conference-info.xml')));
const PARTIAL = must(decodeConferenceInfo(read('rfc4575-03-conference-info.xml')));

describe('conference-info (RFC 4575)', () => {
  it('reads the full document of §6.1', () => {
    expect([FULL.entity, FULL.state, FULL.version]).toEqual(['sips:conf233@example.com', 'full', 1]);
    expect(FULL.description).toEqual({
      subject: "Agenda: This month's goals",
      serviceUris: [{ uri: 'http://sharepoint/salesgroup/', purpose: 'web-page' }],
    });
    expect(FULL.conferenceState).toEqual({ userCount: 33 });
    const [bob, alice] = FULL.users?.list ?? [];
    expect(bob?.endpoints[0]).toMatchObject({
      status: 'disconnected',
      disconnectionMethod: 'departed',
      disconnection: {
        when: Date.parse('2005-03-04T20:00:00Z'),
        reason: 'bad voice quality',
        by: 'sip:mike@example.com',
      },
      media: [{ id: '1', type: 'audio', label: '34567', sourceId: '432424', status: 'sendrecv' }],
    });
    expect(alice?.endpoints[0]).toMatchObject({ status: 'connected', joiningMethod: 'dialed-out' });
  });

  it('reads the rich document of §6.2', () => {
    expect([PARTIAL.state, PARTIAL.version]).toEqual(['partial', 5]);
    expect(PARTIAL.description?.maximumUserCount).toBe(100);
    expect(PARTIAL.description?.conferenceUris).toHaveLength(3);
    expect(PARTIAL.conferenceState).toEqual({ userCount: 32, active: true, locked: false });
    expect(PARTIAL.users?.list[0]).toMatchObject({ displayText: 'Bob Hoskins', roles: ['participant'] });
  });

  it.each([
    ['full', FULL],
    ['partial', PARTIAL],
  ])('writes the %s one so that it reads the same', (_name, info) => {
    expect(must(decodeConferenceInfo(encodeConferenceInfo(info)))).toEqual(info);
  });

  it.each([
    ['no XML', 'conference'],
    ['another document', '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:a@b"/>'],
    ['no entity', '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" version="1"/>'],
    ['no version', '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:c@x"/>'],
    ['a DTD', '<!DOCTYPE a><conference-info/>'],
  ])('refuses %s', (_name, text) => {
    expect(decodeConferenceInfo(text).ok).toBe(false);
  });
});

describe('a roster out of documents', () => {
  const user = (entity: string, state: 'full' | 'partial' | 'deleted' = 'full', name?: string) => ({
    ...{ entity, state, endpoints: [] },
    ...(name !== undefined && { displayText: name }),
  });
  const document = (
    version: number,
    state: ConferenceInfo['state'],
    more: Partial<ConferenceInfo> = {},
  ): ConferenceInfo => ({ entity: 'sip:c@x', state, version, ...more });
  const start = applyConferenceInfo(
    null,
    document(7, 'full', {
      description: { subject: 'One' },
      users: { state: 'full', list: [user('sip:a@x', 'full', 'Ann'), user('sip:b@x')] },
    }),
  ) as ConferenceRoster;
  const users = (roster: unknown): string[] => [...(roster as ConferenceRoster).users.keys()];

  it('takes in who comes and takes out who goes', () => {
    const news = document(8, 'partial', {
      users: { state: 'partial', list: [user('sip:b@x', 'deleted'), user('sip:c@x')] },
    });
    const next = applyConferenceInfo(start, news) as ConferenceRoster;
    expect(users(next)).toEqual(['sip:a@x', 'sip:c@x']);
    expect(next.description).toEqual({ subject: 'One' });
  });

  it('keeps what a partial user does not say', () => {
    const news = document(8, 'partial', {
      users: { state: 'partial', list: [{ ...user('sip:a@x', 'partial'), roles: ['administrator'] }] },
    });
    const next = applyConferenceInfo(start, news) as ConferenceRoster;
    expect(next.users.get('sip:a@x')).toMatchObject({ displayText: 'Ann', roles: ['administrator'] });
  });

  it('notices a lost one, a repeat and the end, and starts anew from a full one', () => {
    expect(applyConferenceInfo(start, document(9, 'partial'))).toBe('gap');
    expect(applyConferenceInfo(start, document(7, 'partial'))).toBe('old');
    expect(applyConferenceInfo(null, document(1, 'partial'))).toBe('gap');
    expect(applyConferenceInfo(start, document(8, 'deleted'))).toBe('ended');
    expect(users(applyConferenceInfo(start, document(1, 'full')))).toEqual([]);
  });
});

describe('recipient lists (RFC 5364, RFC 5366)', () => {
  it('reads who is to, cc and bcc', () => {
    const list = must(decodeRecipientList(read('rfc5364-02-resource-lists.xml')));
    expect(list.map(({ uri, copy }) => `${copy} ${uri}`)).toEqual([
      'to sip:bill@example.com',
      'to sip:randy@example.net',
      'to sip:eddy@example.com',
      'cc sip:joe@example.org',
      'cc sip:carol@example.net',
      'bcc sip:ted@example.net',
      'bcc sip:andy@example.com',
    ]);
    expect(list.filter(({ anonymize }) => anonymize)).toHaveLength(3);
    expect(must(decodeRecipientList(encodeRecipientList(list)))).toEqual(list);
  });

  it('takes those without marks for To', () => {
    const list = must(decodeRecipientList(read('rfc5367-01-resource-lists.xml')));
    expect(list).toHaveLength(3);
    expect(decodeRecipientList('<list/>').ok).toBe(false);
  });
});
