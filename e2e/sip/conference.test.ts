/**
 * Our user agent and our focus (RFC 4579, RFC 4575), over real sockets:
 *
 *   alice             factory, focus           bob, carol
 *     | INVITE, list -> | 200 conf-…;isfocus      |
 *     | ACK, BYE -----> |                         |
 *     | MESSAGE ------> | MESSAGE --------------> |
 *     | REFER --------> | NOTIFY conference ----> |
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONFERENCE_INFO_TYPE, decodeConferenceInfo } from '../../src/protocol/conference-info.ts';
import { applyConferenceInfo, type ConferenceRoster } from '../../src/protocol/conference-roster.ts';
import { formatCpim, parseCpim } from '../../src/protocol/cpim.ts';
import { imdnHeaders } from '../../src/protocol/imdn.ts';
import { marksOf } from '../../src/protocol/message-marks.ts';
import { encodeRecipientList } from '../../src/protocol/recipient-list.ts';
import { RESOURCE_LISTS_TYPE } from '../../src/protocol/resource-lists.ts';
import type { RunningServer } from '../../src/server/wiring.ts';
import { DOMAIN, startOffice, User } from './user.ts';

const NAMES = ['alice', 'bob', 'carol'] as const;
const aorOf = (name: string): string => `sip:${name}@${DOMAIN}`;

let server: RunningServer;
const users: User[] = [];

beforeAll(async () => {
  server = await startOffice(NAMES);
  for (const name of NAMES) {
    const user = new User(server.port, name);
    users.push(user);
    user.agent.start();
    await user.online();
  }
});
afterAll(async () => {
  await Promise.all(users.map((user) => user.agent.stop(500)));
  await server.close();
});

test('I02 I03 I07 people are brought together, write to all, see who is there, come and go', async () => {
  const [alice, bob, carol] = users as [User, User, User];
  const wish = {
    factory: `sip:conference-factory@${DOMAIN}`,
    callId: 'wish-1',
    subject: 'Wharfe',
    contentType: RESOURCE_LISTS_TYPE,
    body: encodeRecipientList([{ uri: aorOf('bob'), copy: 'to', anonymize: false }]),
  };
  const made = await alice.agent.makeConference({ ...wish, cseq: 1 });
  if (made.is !== 'made') throw new Error(JSON.stringify(made));
  // Asked again, because no answer came: the same.
  expect(await alice.agent.makeConference({ ...wish, cseq: 2 })).toEqual(made);
  const { focus } = made;

  let roster: ConferenceRoster | null = null;
  const wrong: string[] = [];
  bob.agent.subscribe(
    { target: focus, event: 'conference', accept: [CONFERENCE_INFO_TYPE], expires: 600 },
    (fact) => {
      if ((fact.is !== 'active' && fact.is !== 'pending') || fact.body === '') return;
      const read = decodeConferenceInfo(fact.body);
      const next = read.ok ? applyConferenceInfo(roster, read.value) : read.why;
      if (typeof next === 'string') wrong.push(next);
      else roster = next;
    },
  );
  const people = (): string[] => [...(roster?.users.keys() ?? [])];
  await expect.poll(people).toEqual([aorOf('alice'), aorOf('bob')]);

  expect(await bob.agent.refer({ focus, person: aorOf('carol'), goes: false })).toEqual({ is: 'accepted' });
  await expect.poll(people).toEqual(NAMES.map(aorOf));
  const said = (user: User) =>
    user.messages.map(({ body }) => {
      const cpim = parseCpim(body);
      return cpim.ok ? [marksOf(cpim.value).event ?? 'said', cpim.value.content] : [];
    });
  const sent = await alice.agent.sendMessage({
    ...{ to: focus, callId: 'm1', cseq: 1, contentType: 'message/cpim' },
    body: formatCpim({
      from: { name: '', uri: aorOf('alice') },
      to: [{ name: '', uri: focus }],
      headers: imdnHeaders('m1'),
      contentHeaders: [['Content-Type', 'text/plain']],
      content: 'hello all',
    }),
  });
  expect(sent).toMatchObject({ is: 'accepted' });
  await expect
    .poll(() => said(carol))
    .toEqual([
      ['joined', 'bob added carol to the conversation.'],
      ['said', 'hello all'],
    ]);

  expect(await bob.agent.refer({ focus, person: aorOf('carol'), goes: true })).toMatchObject({
    is: 'refused',
    status: 403,
  });
  expect(await carol.agent.refer({ focus, person: aorOf('carol'), goes: true })).toEqual({ is: 'accepted' });
  await expect.poll(people).toEqual([aorOf('alice'), aorOf('bob')]);
  expect(wrong).toEqual([]);
});
