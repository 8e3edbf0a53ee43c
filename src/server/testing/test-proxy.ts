/** Kamailio's part towards the presence service, for tests: hands requests on with who sent them, and takes NOTIFYs. */
import { randomUUID } from 'node:crypto';
import { header, type Header, type SipRequest, type SipResponse } from '../../protocol/sip-message.ts';
import { makeRequest, makeResponse } from '../../protocol/sip-writer.ts';
import { systemClock } from '../clock.ts';
import { silentLog } from '../log.ts';
import type { Connection } from '../sip/connection.ts';
import { createSipTcp, type SipLink } from '../sip/tcp-transport.ts';
import { createTransactions } from '../sip/transactions.ts';

export const KEY = 'a key for tests only';

export interface Asked {
  readonly from: string;
  readonly uri?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  /** Continues a dialog. */
  readonly dialog?: Dialog;
  /** In place of what the proxy says itself. */
  readonly asserted?: Readonly<Record<string, string>>;
}

export interface Dialog {
  readonly callId: string;
  readonly fromTag: string;
  readonly toTag: string;
  seq: number;
}

export interface TestProxy {
  readonly port: number;
  /** Where node `n` listens; requests to it go there from now on. */
  serve(node: number, port: number): void;
  ask(node: number, method: string, asked: Asked): Promise<SipResponse>;
  /** SUBSCRIBE, then the dialog it made. */
  watch(node: number, from: string, uri: string, headers?: Record<string, string>): Promise<Dialog>;
  /** The next NOTIFY of the dialog, or one that is here already. */
  notify(dialog: Dialog): Promise<SipRequest>;
  /** Waits for a NOTIFY whose body holds `words`. */
  notifyWith(dialog: Dialog, words: string): Promise<SipRequest>;
  close(): void;
}

export async function startTestProxy(): Promise<TestProxy> {
  const clock = systemClock();
  const links = new Map<number, SipLink>();
  const arrived: SipRequest[] = [];
  const waiting = new Set<() => void>();
  const transactions = createTransactions({
    clock,
    sentBy: 'proxy.test',
    onRequest(transaction) {
      arrived.push(transaction.request);
      transaction.respond(makeResponse(transaction.request, { status: 200 }));
      for (const look of waiting) look();
    },
    onAck: () => undefined,
  });
  const tcp = createSipTcp({
    clock,
    log: silentLog(),
    allows: () => true,
    onConnection: transactions.opened,
    onMessage: transactions.receive,
  });
  const port = await tcp.listen('127.0.0.1', 0);
  const linked = async (node: number): Promise<Connection> => {
    for (;;) {
      const connection = links.get(node)?.connection;
      if (connection) return connection;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const next = (fits: (request: SipRequest) => boolean): Promise<SipRequest> =>
    new Promise((resolve) => {
      const look = (): void => {
        const at = arrived.findIndex(fits);
        const [found] = at < 0 ? [] : arrived.splice(at, 1);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });

  const ask: TestProxy['ask'] = async (node, method, asked) => {
    const { from, dialog, body, contentType } = asked;
    const asserted = {
      'P-Asserted-Identity': `<${from}>`,
      'P-Parley-Key': KEY,
      'P-Parley-Flow': `flow-of-${from}`,
      ...asked.asserted,
    };
    const fields: Header[] = Object.entries({ ...asserted, ...asked.headers })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => ({ name, value }));
    const uri = asked.uri ?? from;
    const request = makeRequest({
      method,
      uri,
      from: { display: '', uri: from, params: new Map([['tag', dialog?.fromTag ?? randomUUID()]]) },
      to: { display: '', uri, params: dialog ? new Map([['tag', dialog.toTag]]) : new Map() },
      callId: dialog?.callId ?? randomUUID(),
      seq: dialog ? ++dialog.seq : 1,
      headers: fields,
      ...(body !== undefined && { body, contentType: contentType ?? 'application/pidf+xml' }),
    });
    const sent = await transactions.caller.request(request, await linked(node));
    if ('lost' in sent) throw new Error(`${method}: ${sent.lost}`);
    return sent.response;
  };

  return {
    port,
    serve(node, at) {
      links.get(node)?.close();
      links.set(
        node,
        tcp.link('127.0.0.1', at, () => undefined),
      );
    },
    ask,
    async watch(node, from, uri, more = {}) {
      const headers = { Event: 'presence', Expires: '600', Contact: `<${from};gr=urn:uuid:1>`, ...more };
      const response = await ask(node, 'SUBSCRIBE', { from, uri, headers });
      if (response.status !== 200) throw new Error(`SUBSCRIBE: ${response.status} ${response.reason}`);
      return {
        callId: response.callId,
        fromTag: String(response.from.params.get('tag')),
        toTag: String(response.to.params.get('tag')),
        seq: 1,
      };
    },
    notify: (dialog) => next(({ callId }) => callId === dialog.callId),
    notifyWith: ({ callId }, words) =>
      next((request) => request.callId === callId && request.body.includes(words)),
    close: () => tcp.close(),
  };
}

/** The entity tag of an accepted PUBLISH. */
export function etagOf(response: SipResponse): string {
  return header(response, 'SIP-ETag') ?? '';
}
