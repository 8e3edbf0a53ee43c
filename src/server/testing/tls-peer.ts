import { once } from 'node:events';
import { connect, type ConnectionOptions } from 'node:tls';
import type { Header, SipMessage, SipRequest, SipResponse } from '../../protocol/sip-message.ts';
import { parseMessage } from '../../protocol/sip-parser.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import { makeRequest, makeResponse, writeMessage } from '../../protocol/sip-writer.ts';
import { createFraming } from '../sip/tcp-framing.ts';
import { createInbox } from './inbox.ts';
import type { Issued } from './certificates.ts';

/** Another organisation's server that does what none should: SIP over TLS, written by hand. */
export async function connectTlsPeer(port: number, authority: string, issued: Issued | null) {
  const identity: ConnectionOptions = issued === null ? {} : { cert: issued.certificate, key: issued.key };
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca: authority,
    checkServerIdentity: () => undefined,
    ...identity,
  });
  const requests = createInbox<SipRequest>();
  const responses = createInbox<SipResponse>();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const framing = createFraming({
    head: 65_536,
    message: 1_048_576,
    onFrame(frame) {
      const parsed = parseMessage(frame);
      if (!parsed.ok) return;
      if (parsed.message.kind === 'response') return responses.put(parsed.message);
      if (parsed.message.method === 'OPTIONS')
        return send(makeResponse(parsed.message, { status: 200, toTag: 'x' }));
      requests.put(parsed.message);
    },
    onBroken: () => socket.destroy(),
  });
  const send = (message: SipMessage): void => void socket.write(writeMessage(message));
  socket.on('data', (chunk: Buffer) => framing.push(chunk));
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  let seq = 0;
  return {
    socket,
    requests,
    /** Resolves when the connection has ended. */
    closed,
    send,
    start(
      method: string,
      uri: string,
      from: string,
      more: { headers?: readonly Header[]; contentType?: string; body?: string; to?: string } = {},
    ): SipRequest {
      seq += 1;
      const { to = uri, ...rest } = more;
      const request = makeRequest({
        ...{ method, uri, seq, callId: crypto.randomUUID() },
        from: { display: '', uri: from, params: new Map([['tag', `t${seq}`]]) },
        to: { display: '', uri: to, params: NO_PARAMS },
        vias: [
          {
            ...{ transport: 'TLS', host: 'peer.test', port: null },
            params: new Map([['branch', `z9hG4bK${crypto.randomUUID()}`]]),
          },
        ],
        ...rest,
      });
      send(request);
      return request;
    },
    answerTo: (request: SipRequest): Promise<SipResponse> =>
      responses.take(
        (one) => one.callId === request.callId && one.cseq.seq === request.cseq.seq && one.status >= 200,
        `answer to ${request.method}`,
      ),
    close: () => socket.destroy(),
  };
}
