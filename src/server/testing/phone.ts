import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  answerChallenge,
  challengesOf,
  chooseChallenges,
  ha1,
  type Algorithm,
} from '../../protocol/digest.ts';
import { parseNameAddr, tokensOf } from '../../protocol/sip-header.ts';
import {
  header,
  headers,
  type Header,
  type SipRequest,
  type SipResponse,
} from '../../protocol/sip-message.ts';
import { parseMessage } from '../../protocol/sip-parser.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import { makeRequest, makeResponse, writeMessage, type ResponseParts } from '../../protocol/sip-writer.ts';
import { createInbox } from './inbox.ts';

export interface PhoneOptions {
  readonly port: number;
  readonly aor: string;
  readonly password: string;
  readonly instance?: string;
  readonly algorithm?: Algorithm;
  readonly origin?: string;
}

export interface Outgoing {
  readonly uri: string;
  readonly to?: string;
  readonly toTag?: string;
  readonly from?: string;
  readonly fromTag?: string;
  readonly callId?: string;
  readonly seq?: number;
  readonly maxForwards?: number;
  readonly headers?: readonly Header[];
  readonly contentType?: string;
  readonly body?: string;
  /** Leave a challenge unanswered. */
  readonly anonymous?: boolean;
}

/** A SIP client for tests: it does what a browser does, and on demand what none should. */
export type Phone = Awaited<ReturnType<typeof connectPhone>>;

export async function connectPhone(options: PhoneOptions) {
  const { port, aor, password, algorithm = 'SHA-256' } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, 'sip', {
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  });
  const requests = createInbox<SipRequest>();
  const responses = createInbox<SipResponse>();
  const user = aor.slice(4, aor.lastIndexOf('@'));
  const contact = `sip:${randomUUID().slice(0, 8)}@${randomUUID().slice(0, 8)}.invalid;transport=ws`;
  const answering = new Map<string, (request: SipRequest) => void>();
  let seq = 1;
  let nonceCount = 0;

  socket.on('message', (data: Buffer, binary) => {
    const text = data.toString();
    if (text === '\r\n') return;
    const parsed = parseMessage(binary ? data : text);
    if (!parsed.ok) throw new Error(`the server sent a malformed message: ${parsed.reason}`);
    const { message } = parsed;
    if (message.kind === 'response') return responses.put(message);
    const automatic = answering.get(message.method);
    if (automatic) automatic(message);
    else requests.put(message);
  });
  await once(socket, 'open');

  const send = (message: SipRequest | SipResponse): void => socket.send(writeMessage(message));
  const build = (method: string, out: Outgoing, branch: string): SipRequest => {
    const tag = (value: string | undefined) => (value === undefined ? NO_PARAMS : new Map([['tag', value]]));
    return makeRequest({
      method,
      uri: out.uri,
      from: { display: '', uri: out.from ?? aor, params: tag(out.fromTag ?? 'me') },
      to: { display: '', uri: out.to ?? out.uri, params: tag(out.toTag) },
      callId: out.callId ?? randomUUID(),
      seq: out.seq ?? seq++,
      vias: [{ transport: 'WS', host: 'phone.invalid', port: null, params: new Map([['branch', branch]]) }],
      maxForwards: out.maxForwards ?? 70,
      headers: out.headers ?? [],
      ...(out.contentType === undefined ? {} : { contentType: out.contentType }),
      body: out.body ?? '',
    });
  };
  const credentials = (response: SipResponse, request: SipRequest): Header[] =>
    chooseChallenges(challengesOf(response), (_realm, offered) => offered === algorithm).map((challenge) =>
      answerChallenge(challenge, {
        username: user,
        ha1: ha1(challenge.algorithm, user, challenge.realm, password),
        method: request.method,
        uri: request.uri,
        body: '',
        cnonce: 'c0ffee',
        count: ++nonceCount,
      }),
    );
  const branchOf = (message: SipRequest | SipResponse): string => message.vias[0]?.params.get('branch') ?? '';
  const responseTo = (request: SipRequest, final = true): Promise<SipResponse> =>
    responses.take(
      (response) =>
        branchOf(response) === branchOf(request) &&
        response.cseq.method === request.method &&
        (final ? response.status >= 200 : response.status > 100),
      `response to ${request.method}`,
    );
  const newBranch = (): string => `z9hG4bK${randomUUID()}`;

  /** Sends and returns the request, answering nothing. */
  const start = (method: string, out: Outgoing): SipRequest => {
    const request = build(method, out, newBranch());
    send(request);
    return request;
  };
  /** Sends, answers one challenge, resolves to the final response. */
  const request = async (method: string, out: Outgoing): Promise<SipResponse> => {
    const fixed = { ...out, callId: out.callId ?? randomUUID(), seq: out.seq ?? seq++ };
    const first = start(method, fixed);
    const response = await responseTo(first);
    if ((response.status !== 401 && response.status !== 407) || out.anonymous) return response;
    const again = start(method, {
      ...fixed,
      seq: seq++,
      headers: [...(out.headers ?? []), ...credentials(response, first)],
    });
    return responseTo(again);
  };
  const register = (extra: { expires?: number; headers?: readonly Header[]; contact?: string } = {}) => {
    const instance = options.instance ? `;+sip.instance="<${options.instance}>";reg-id=1` : '';
    return request('REGISTER', {
      uri: `sip:${aor.slice(aor.lastIndexOf('@') + 1)}`,
      to: aor,
      callId: `register-${contact.slice(4, 12)}`,
      headers: extra.headers ?? [
        {
          name: 'Contact',
          value: extra.contact ?? `<${contact}>${instance};expires=${extra.expires ?? 600}`,
        },
        { name: 'Supported', value: 'path, outbound, gruu' },
      ],
    });
  };
  return {
    aor,
    contact,
    socket,
    requests,
    responses,
    send,
    start,
    request,
    register,
    responseTo,
    credentials,
    /** The next request of a method. */
    next: (method: string, ms?: number) => requests.take((one) => one.method === method, method, ms),
    reply(to: SipRequest, parts: ResponseParts) {
      const back = headers(to, 'Record-Route').map((value) => ({ name: 'Record-Route', value }));
      send(
        makeResponse(to, {
          toTag: `tag-${contact.slice(4, 12)}`,
          ...parts,
          headers: [...back, ...(parts.headers ?? [])],
        }),
      );
    },
    /** Takes an INVITE back. */
    cancel(invite: SipRequest, reason: readonly Header[] = []) {
      send(
        makeRequest({
          method: 'CANCEL',
          uri: invite.uri,
          from: invite.from,
          to: invite.to,
          callId: invite.callId,
          seq: invite.cseq.seq,
          vias: invite.vias,
          headers: reason,
        }),
      );
    },
    /** From now on requests of this method go to `run` at once. */
    answer: (method: string, run: (request: SipRequest) => void) => void answering.set(method, run),
    sendRaw: (frame: string | Uint8Array) => socket.send(frame),
    /** ACK or another request in the dialog that `response` made. */
    inDialog(method: string, response: SipResponse, fields: Partial<Outgoing> = {}): SipRequest {
      const target = parseNameAddr(header(response, 'Contact') ?? '')?.uri ?? response.to.uri;
      return start(method, {
        uri: target,
        to: response.to.uri,
        toTag: response.to.params.get('tag') ?? '',
        callId: response.callId,
        ...(method === 'ACK' ? { seq: response.cseq.seq } : {}),
        ...fields,
        headers: [
          // RFC 3261 §12.1.2: the caller reads them from the end.
          ...headers(response, 'Record-Route')
            .reverse()
            .map((value) => ({ name: 'Route', value })),
          ...(fields.headers ?? []),
        ],
      });
    },
    supports: (response: SipResponse, option: string) => tokensOf(response, 'Supported').includes(option),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await once(socket, 'close');
    },
  };
}
