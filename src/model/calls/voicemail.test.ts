import { expect, test } from 'vitest';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import type { AgentLink, Boot, Commands, Outcome } from '../../agent/contract.ts';
import type { VoicemailList, VoicemailMessage } from '../../protocol/voicemail-api.ts';
import { Voicemail } from './voicemail.svelte.ts';

const message = (id: string): VoicemailMessage => ({
  ...{ id, caller: 'sip:ben@x.test', name: 'Ben', at: 5, seconds: 3, heard: false },
});

test('EV1 messages deleted quickly one after the other are gone, whichever answer takes longest', async () => {
  let kept = ['a', 'b', 'c'];
  const waits = [30, 10, 0];
  const send = async (_: 'voicemail', { change }: Commands['voicemail'][0]) => {
    kept = kept.filter((id) => id !== change?.id);
    const messages = kept.map(message);
    await new Promise((later) => setTimeout(later, waits.shift()));
    return { ok: true, value: { messages, full: false } };
  };
  const box = new Voicemail({ ...fakeLink({} as Boot), send: send as AgentLink['send'] });
  await box.look();
  expect(await Promise.all([box.remove('a'), box.remove('b')])).toEqual([true, true]);
  expect(box.messages?.map(({ id }) => id)).toEqual(['c']);
});

test('EV1 what is opened is in the player and heard; a refusal is said and takes nothing away', async () => {
  const changes: unknown[] = [];
  let answer: Outcome<VoicemailList> | null = null;
  const link = fakeLink({} as Boot, {
    voicemail: ({ change }) => {
      if (change) changes.push(change);
      return answer ?? { ok: true, value: { messages: [message('a')], full: true } };
    },
    'voicemail-sound': () => ({ ok: true, value: { file: new Blob(['sound']) } }),
  });
  const box = new Voicemail(link);
  await box.look();
  expect(box.isFull).toBe(true);
  await box.open('a');
  expect(box.playing?.id).toBe('a');
  expect(changes).toEqual([{ id: 'a', heard: true }]);
  answer = { ok: false, why: 'The server cannot be reached.' };
  expect(await box.mark('a', true)).toBe(false);
  expect(box.problem).toBe('The server cannot be reached.');
  expect(box.messages).toHaveLength(1);
  expect(box.isElsewhere).toBe(false);
  answer = { ok: false, why: 'This server keeps no voice messages.', status: 404 };
  await box.look();
  expect(box.isElsewhere).toBe(true);
});
