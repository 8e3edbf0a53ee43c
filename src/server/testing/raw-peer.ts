import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A peer that sends octets as they are and reads answers without a parser: for messages no client would send. */
export async function connectRaw(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, 'sip');
  const answers: string[] = [];
  socket.on('message', (data: Buffer) => answers.push(data.toString('latin1')));
  await once(socket, 'open');
  let probes = 0;

  /** Resolves when the server has answered a request sent after everything before. */
  const settled = async (): Promise<void> => {
    // Twice: the first answer may overtake one that had to ask the database.
    for (let round = 0; round < 2; round++) {
      const id = `probe-${++probes}`;
      socket.send(
        `OPTIONS tel:0 SIP/2.0\r\nVia: SIP/2.0/WS p.invalid;branch=z9hG4bK-${id}\r\nFrom: <sip:p@p.test>;tag=1\r\n` +
          `To: <sip:p.test>\r\nCall-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\r\n`,
      );
      const isAnswered = (): boolean => answers.some((answer) => answer.includes(`Call-ID: ${id}`));
      while (!isAnswered() && socket.readyState === WebSocket.OPEN) {
        await Promise.race([once(socket, 'message'), once(socket, 'close')]);
      }
    }
  };
  const final = (): string | undefined =>
    answers.find((one) => /^SIP\/2\.0 [2-6]/.test(one) && !/^Call-ID: probe-/m.test(one));
  const send = (frame: Buffer): void => {
    answers.length = 0;
    const text = frame.toString();
    socket.send(Buffer.from(text).equals(frame) ? text : frame);
  };
  return {
    socket,
    answers,
    settled,
    /** Sends a frame: text where it is UTF-8, else binary (RFC 7118 §5). The final answer, null for none. */
    async ask(frame: Buffer): Promise<{ status: number; text: string } | null> {
      send(frame);
      await settled();
      const answer = final();
      return answer === undefined ? null : { status: Number(answer.slice(8, 11)), text: answer };
    },
    /** The status of the final answer, however late. */
    async askUntilAnswered(frame: Buffer): Promise<number> {
      send(frame);
      for (;;) {
        const answer = final();
        if (answer !== undefined) return Number(answer.slice(8, 11));
        await once(socket, 'message');
      }
    },
  };
}
