import { expect, test } from 'vitest';
import { identityOf } from './identity.ts';
import { PublicationMachine } from './publication.ts';
import type { Draft, RequestOutcome } from './requests.ts';

test('a socket that is gone before anybody says so is not asked again until there is a registration', async () => {
  const identity = identityOf('sip:anna@x.test', 'Anna', 'urn:uuid:00000000-0000-4000-8000-000000000001');
  if (!identity) throw new Error('no identity');
  const sent: (string | undefined)[] = [];
  const clock = { now: () => 0, after: () => () => undefined, random: () => 0.5 };
  const send = ({ body }: Draft, done: (outcome: RequestOutcome) => void): void => {
    sent.push(body);
    if (sent.length < 50)
      queueMicrotask(() => done({ lost: 'flow', why: 'not connected', seq: sent.length }));
  };
  const context = { identity, clock, routes: () => [], online: () => true, requests: { send } as never };
  const publication = new PublicationMachine(context, 'presence', 600);
  publication.set('application/pidf+xml', 'one');
  publication.set('application/pidf+xml', 'two');
  await new Promise((later) => setTimeout(later));
  expect(sent).toEqual(['one']);
  publication.online();
  expect(sent).toEqual(['one', 'two']);
});
