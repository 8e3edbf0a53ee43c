/** What a message costs in CPU, from the socket to the answer (reliability.md §8, target 28: 0.3 ms). */
import { expect, test } from 'vitest';
import { client } from './client.ts';
import { watch } from './ladder.ts';

const TARGET = 0.3;
const COUNT = 2000;

/** Milliseconds of CPU for one of `COUNT` runs, the answers included; the best of three rounds. */
async function cost(run: (i: number) => void): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < 4; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < COUNT; i++) {
      run(round * COUNT + i);
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round > 0) best = Math.min(best, (user + system) / 1000 / COUNT);
  }
  return best;
}

test('a MESSAGE in and its 200 out', async () => {
  const alice = client();
  alice.agent.start();
  await expect.poll(() => alice.states.at(-1)?.is).toBe('online');
  const { server, messages } = alice;
  const { socket } = server;
  let answers = 0;
  socket.send = () => void answers++;
  const body =
    'From: <sip:bob@example.org>\r\nTo: <sip:alice@example.org>\r\n\r\nContent-Type: text/plain\r\n\r\nHallo';
  const spent = await cost((i) => {
    socket.deliver(
      `MESSAGE sip:alice@000000000000.invalid;transport=ws SIP/2.0\r\nVia: SIP/2.0/WS edge.example;branch=z9hG4bKe${i}\r\nVia: SIP/2.0/WS far.invalid;branch=z9hG4bKf${i}\r\nMax-Forwards: 69\r\nFrom: "Bob" <sip:bob@example.org>;tag=b${i}\r\nTo: <sip:alice@example.org>\r\nCall-ID: m${i}\r\nCSeq: 1 MESSAGE\r\nContent-Type: message/cpim\r\nUser-Agent: Parley\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
  await expect.poll(() => answers).toBe(4 * COUNT);
  expect(messages).toHaveLength(4 * COUNT);
  expect(spent).toBeLessThan(TARGET);
  void alice.agent.stop(0);
});

test('a NOTIFY in, its 200 out and the fact told', async () => {
  const alice = client();
  alice.agent.start();
  await expect.poll(() => alice.states.at(-1)?.is).toBe('online');
  const watched = watch(alice);
  await expect.poll(() => alice.server.sent('SUBSCRIBE').length).toBe(1);
  alice.server.socket.send = () => undefined;
  const spent = await cost((i) =>
    watched.notify(i + 1, 'active;expires=600', '<presence xmlns="urn:ietf:params:xml:ns:pidf"/>'),
  );
  expect(watched.facts).toHaveLength(4 * COUNT);
  expect(spent).toBeLessThan(TARGET);
  void alice.agent.stop(0);
});
