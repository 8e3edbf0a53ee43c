import { expect, test } from 'vitest';
import type { AgentLink, Boot, CallSnapshot } from '../../agent/contract.ts';
import { fakeLink } from '../../../e2e/ui/fake-link.ts';
import { PeerConnections } from '../../media/peer-connections.ts';
import { Tones } from '../../media/tones.ts';
import { CallLog } from './call-log.svelte.ts';
import { Calls } from './calls.svelte.ts';
import { Ringer } from './ringer.ts';
import { USUAL } from '../../media/processing.ts';

test('a window with a call holds the lock that keeps updates away, and lets go when it ends', async () => {
  const link: AgentLink = fakeLink({} as Boot);
  const calls = new Calls({
    ...{ link, ringer: new Ringer(new Tones()), isQuiet: () => true },
    peers: new PeerConnections(
      () => [],
      () => ({ microphone: null, camera: null, processing: USUAL }),
    ),
    log: new CallLog({ page: () => Promise.resolve([]) }, null),
  });
  const tell = (state: CallSnapshot['state']) =>
    calls.apply({
      fact: 'call',
      call: {
        ...{
          id: 'c',
          peer: 'sip:ingrid@larkfield.example',
          peerName: '',
          direction: 'out',
          video: false,
          state,
        },
        ...{ owner: link.tab, startedAt: 1, end: 'lost' },
      },
    });
  const held = async (): Promise<boolean> =>
    ((await navigator.locks.query()).held ?? []).some((lock) => lock.name === 'parley-in-call');
  await expect.poll(held).toBe(false);
  tell('dialling');
  await expect.poll(held).toBe(true);
  tell('established');
  expect(await held()).toBe(true);
  tell('ended');
  await expect.poll(held).toBe(false);
});
