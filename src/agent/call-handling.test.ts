/** The own call handling: read, changed on the newest document, refused in words. */
import { expect, test } from 'vitest';
import {
  type CallHandling,
  decodeCallHandling,
  encodeCallHandling,
  USUAL_HANDLING,
} from '../protocol/call-handling.ts';
import { ANN, BEN, CONFIG, signedInStage } from './testing/stage.ts';

const MEI = 'sip:mei@x.test';
const PATH = `urn:parley:call-handling/users/${ANN}/index`;
const VOICEMAIL = { is: 'voicemail' } as const;
const usual = (change: Partial<CallHandling>): CallHandling => ({ ...USUAL_HANDLING, ...change });

/** One document with its entity tag; `meanwhile` runs before a write is looked at. */
function handlingServer(start: CallHandling | null, acts = true) {
  const server = {
    body: start && encodeCallHandling(start),
    ...{ version: 1, down: false, managers: [] as string[], meanwhile: () => undefined as unknown },
    kept: () => {
      const read = decodeCallHandling(server.body ?? '');
      return read.ok ? read.value : null;
    },
    fetch: (input: unknown, init: RequestInit = {}): Promise<Response> => {
      const url = decodeURIComponent(String(input));
      if (server.down) return Promise.reject(new Error('down'));
      if (acts && url.endsWith('/api/call-handling'))
        return Promise.resolve(Response.json({ managers: server.managers, voicemail: true, numbers: 'no' }));
      if (!url.endsWith(PATH)) return Promise.resolve(new Response('', { status: 404 }));
      const tag = (): string => `"${server.version}"`;
      if (init.method === 'PUT') {
        server.meanwhile();
        const headers = new Headers(init.headers);
        const fits =
          server.body === null ? headers.get('If-None-Match') === '*' : headers.get('If-Match') === tag();
        if (!fits) return Promise.resolve(new Response('', { status: 412 }));
        server.body = String(init.body);
        server.version++;
      }
      if (server.body === null) return Promise.resolve(new Response('', { status: 404 }));
      return Promise.resolve(new Response(server.body, { headers: { ETag: tag() } }));
    },
  };
  return server;
}

async function stageWith(server: ReturnType<typeof handlingServer>) {
  const { stage, tab } = await signedInStage({
    fetch: server.fetch as typeof fetch,
    config: { ...CONFIG, xcapRoot: 'https://x.test/xcap', serviceRoot: 'https://x.test/api' },
  });
  return {
    ask: async (change?: Partial<CallHandling>) => {
      const asked = tab.send('call-handling', change ? { change } : {});
      for (let turn = 0; turn < 20; turn++) await stage.pass(0);
      return asked;
    },
    told: () => tab.last('call-handling')?.state.handling,
  };
}

test('CF1 who has chosen nothing has their devices ring; a choice is kept at the server and told to all tabs', async () => {
  const server = handlingServer(null);
  server.managers = [BEN];
  const { ask, told } = await stageWith(server);
  expect(await ask()).toEqual({
    ok: true,
    value: { handling: USUAL_HANDLING, managers: [BEN], voicemail: true, numbers: false },
  });
  expect((await ask({ forward: VOICEMAIL })).ok).toBe(true);
  expect(server.kept()).toEqual(usual({ forward: VOICEMAIL }));
  expect(told()).toEqual(usual({ forward: VOICEMAIL }));
});

test('CF1 a change keeps what another device chose meanwhile', async () => {
  const server = handlingServer(usual({ busy: VOICEMAIL }));
  const { ask } = await stageWith(server);
  await ask();
  server.meanwhile = () => {
    server.meanwhile = () => undefined;
    server.body = encodeCallHandling(usual({ busy: VOICEMAIL, team: [MEI] }));
    server.version++;
  };
  expect((await ask({ unanswered: { to: { is: 'person', aor: BEN }, after: 20 } })).ok).toBe(true);
  expect(server.kept()).toMatchObject({ busy: VOICEMAIL, team: [MEI], unanswered: { after: 20 } });
});

test('CF1 without a connection nothing changes, and the sentence says where it is kept', async () => {
  const server = handlingServer(usual({}));
  const { ask } = await stageWith(server);
  await ask();
  server.down = true;
  const outcome = await ask({ forward: VOICEMAIL });
  expect(outcome.ok).toBe(false);
  expect(!outcome.ok && outcome.why).toMatch(/cannot be reached/);
  expect(server.kept()).toEqual(usual({}));
});

test('CF1 a server that acts on no such document is not given one', async () => {
  const { ask } = await stageWith(handlingServer(usual({}), false));
  expect(await ask({ forward: VOICEMAIL })).toMatchObject({
    ok: true,
    value: { handling: null, managers: [] },
  });
});

test('TC4 a manager is not put into the team of their delegate', async () => {
  const server = handlingServer(usual({}));
  server.managers = [BEN];
  const { ask } = await stageWith(server);
  expect(await ask({ team: [BEN] })).toMatchObject({ ok: false });
  expect(server.kept()?.team).toEqual([]);
});
