import { afterEach, expect, test, vi } from 'vitest';
import { keptConfig, readConfig } from './site-config.ts';

function shelf(room = Infinity): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => {
      if (text.length > room) throw new Error('full');
      kept.set(key, text);
    },
    removeItem: (key: string) => kept.delete(key),
  } as never;
}
const site = (answer: () => Response): void => {
  vi.stubGlobal('fetch', () => Promise.resolve(answer()));
};
afterEach(() => vi.unstubAllGlobals());

test('what the site says is kept for the next window', async () => {
  const storage = shelf();
  expect(keptConfig(storage)).toBeNull();
  site(() => Response.json({ domain: 'x.test' }));
  expect(await readConfig(storage)).toEqual({ domain: 'x.test' });
  expect(keptConfig(storage)).toEqual({ domain: 'x.test' });
});

test('what opens a relay is not kept', async () => {
  const storage = shelf();
  const iceServers = [{ urls: 'turn:x.test', username: 'anna', credential: 'hush' }];
  site(() => Response.json({ domain: 'x.test', iceServers }));
  expect(await readConfig(storage)).toEqual({ domain: 'x.test', iceServers });
  expect(keptConfig(storage)).toEqual({ domain: 'x.test' });
});

test('a site that has none, or answers with something else, takes nothing away', async () => {
  const storage = shelf();
  site(() => Response.json({ domain: 'x.test' }));
  await readConfig(storage);
  for (const answer of [new Response('', { status: 404 }), new Response('<html>Log in to the Wi-Fi')]) {
    site(() => answer);
    expect(await readConfig(storage)).toBeNull();
  }
  expect(keptConfig(storage)).toEqual({ domain: 'x.test' });
});

test('without room, without storage, or with something else in it, nothing is kept', async () => {
  const full = shelf(4);
  site(() => Response.json({ domain: 'x.test' }));
  expect(await readConfig(full)).toEqual({ domain: 'x.test' });
  expect([keptConfig(full), keptConfig(null)]).toEqual([null, null]);
  const odd = shelf();
  odd.setItem('parley.config', 'not JSON');
  expect(keptConfig(odd)).toBeNull();
});
