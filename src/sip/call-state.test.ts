import { expect, test } from 'vitest';
import type { CallFact } from './contract.ts';
import { answeredElsewhere, CallState, hasLiveVideo, reasonText } from './call-state.ts';

test('a call ends once, closes its media once and keeps facts for the first listener', () => {
  let ended = 0;
  let closed = 0;
  const state = new CallState(
    () => undefined,
    () => ended++,
  );
  const nothing = () => Promise.resolve();
  state.media = {
    getDescription: () => Promise.resolve(''),
    setDescription: nothing,
    rollback: nothing,
    sendDtmf: nothing,
    close: () => closed++,
  };
  state.tell({ is: 'ringing' });
  const facts: CallFact[] = [];
  state.listen(() => {
    throw new Error('a listener that fails');
  });
  state.listen((fact) => facts.push(fact));
  expect(state.finish({ by: 'them', status: 486 })).toBe(true);
  expect(state.finish({ by: 'network' })).toBe(false);
  expect(facts).toEqual([{ is: 'ended', by: 'them', status: 486, reason: '', elsewhere: false }]);
  expect([ended, closed]).toEqual([1, 1]);
});

test.each([
  ['m=audio 9 RTP/SAVPF 0\r\nm=video 9 RTP/SAVPF 96\r\n', true],
  ['m=audio 9 RTP/SAVPF 0\r\nm=video 0 RTP/SAVPF 96\r\n', false],
  ['m=video 9 RTP/SAVPF 96\r\na=inactive\r\n', false],
  ['m=video 9 RTP/SAVPF 96\r\na=recvonly\r\n', true],
  ['m=audio 9 RTP/SAVPF 0\r\na=label:m=video 9\r\n', false],
  ['', false],
])('live video in %j', (media, live) => {
  expect(hasLiveVideo(`v=0\r\n${media}`)).toBe(live);
});

test('Reason', () => {
  expect(answeredElsewhere(['Q.850;cause=16', 'SIP ; cause = 200 ;text="x"'])).toBe(true);
  expect(answeredElsewhere(['SIP;cause=2000'])).toBe(false);
  expect(answeredElsewhere(['Q.850;cause=200'])).toBe(false);
  expect(reasonText(['SIP;cause=480;text="Gone"'])).toBe('Gone');
});
