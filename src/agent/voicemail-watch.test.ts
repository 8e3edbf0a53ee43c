import { expect, test } from 'vitest';
import type { SipUserAgent, SubscriptionFact } from '../sip/contract.ts';
import { createVoicemailWatch } from './voicemail-watch.ts';

test('EV1 waiting voice messages are counted, from a subscription or without one', () => {
  let changes = 0;
  const watch = createVoicemailWatch('sip:anna@x.test', () => (changes += 1));
  let tell: (fact: SubscriptionFact) => void = () => undefined;
  let closed = false;
  const agent = {
    subscribe(_options: unknown, listener: typeof tell) {
      tell = listener;
      return { close: () => (closed = true) };
    },
  } as unknown as SipUserAgent;
  watch.online(agent);
  expect(watch.waiting()).toBeNull();
  const active = (body: string): void => tell({ is: 'active', contentType: 'x', body });
  active('Messages-Waiting: yes\r\nMessage-Account: sip:anna@x.test\r\nVoice-Message: 2/8 (0/0)\r\n');
  expect(watch.waiting()).toEqual({ unread: 2, read: 8 });
  active('rubbish');
  active('');
  expect(watch.waiting()).toEqual({ unread: 2, read: 8 });
  watch.heard('Messages-Waiting: yes\r\nMessage-Account: sip:*97@pbx.test\r\n');
  expect(watch.waiting()).toEqual({ unread: 1, read: 0, number: 'sip:*97@pbx.test' });
  expect(changes).toBe(2);
  watch.stop();
  expect(closed).toBe(true);
});
