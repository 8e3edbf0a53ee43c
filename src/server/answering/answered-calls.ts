/**
 * Calls that this server answers itself, with media (RFC 3261 §13.3):
 *
 *   INVITE, offer --media answers--> 200 --> up --> over      BYE of either end, no media any more, its time is up
 *
 * An ACK is not waited for: the connection is reliable, and a caller who never sends media is hung up on.
 */
import { listOf } from '../../protocol/sip-header.ts';
import type { Header, SipRequest } from '../../protocol/sip-message.ts';
import { contactsOf } from '../../protocol/sip-values.ts';
import { makeRequest } from '../../protocol/sip-writer.ts';
import type { Log } from '../log.ts';
import type { MediaEvent } from '../media/media.ts';
import type { Answer, Aor, Caller, Clock, Flow, Locations, ServerTransaction } from '../sip/contract.ts';

/** What a call is answered with. */
export interface Line {
  /** The answer to an offer, once or again; null when there can be no media. */
  answer(offer: string): Promise<string | null>;
  close(): void;
}

export interface AnsweredCallsOptions {
  /** The address that answers; requests in a dialog come to it. */
  readonly address: Aor;
  readonly locations: Locations;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: CallLimits;
}

export interface CallLimits {
  readonly atOnce: number;
  /** Calls of one caller at once. */
  readonly perCaller: number;
  /** Milliseconds from the answer. */
  readonly longest: number;
}

export interface AnsweredCalls {
  /** `open` is asked once for a new call; it gives what to answer with, and hears what becomes of the media. */
  invite(
    transaction: ServerTransaction,
    open: (id: string, heard: (event: MediaEvent) => void) => Line,
  ): Promise<void>;
  /** A new offer in a call. */
  again(transaction: ServerTransaction): Promise<void>;
  /** A request of any other method. */
  other(transaction: ServerTransaction): void;
  readonly count: number;
  /** Ends them all. */
  stop(): void;
}

interface Call {
  readonly id: string;
  readonly who: Aor;
  readonly invite: SipRequest;
  readonly toTag: string;
  readonly flow: Flow;
  readonly line: Line;
  /** Of the caller's last request. */
  seq: number;
  target: string;
  readonly timers: (() => void)[];
}

/** Without media for so long a call is over. */
const CONNECT_WITHIN = 20_000;
const SDP_TYPE = 'application/sdp';
const ALLOW: Header = { name: 'Allow', value: 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE' };

export function createAnsweredCalls(options: AnsweredCallsOptions): AnsweredCalls {
  const { address, locations, caller, clock, log, limits } = options;
  const contact: Header = { name: 'Contact', value: `<${address}>` };
  const calls = new Map<string, Call>();
  const ofCaller = (who: Aor): number => [...calls.values()].filter((call) => call.who === who).length;

  /** The call that a request in a dialog is of, if its sender is its other end. */
  const callOf = ({ request, sender }: ServerTransaction): Call | null => {
    const tag = request.to.params.get('tag');
    const from = request.from.params.get('tag');
    for (const call of calls.values()) {
      const { invite } = call;
      if (call.toTag === tag && invite.callId === request.callId && invite.from.params.get('tag') === from)
        return call.who === sender ? call : null;
    }
    return null;
  };

  const forget = (call: Call): boolean => {
    if (!calls.delete(call.id)) return false;
    for (const stop of call.timers) stop();
    call.line.close();
    return true;
  };
  const hangUp = (id: string, reason: string): void => {
    const call = calls.get(id);
    if (call === undefined || !forget(call)) return;
    const { invite, target, who, toTag } = call;
    const flow = locations.flowFor(target, who) ?? (call.flow.open ? call.flow : null);
    // Away: the end of the media tells them.
    if (flow === null) return;
    const routes = listOf(invite, 'Record-Route') ?? [];
    const bye = makeRequest({
      method: 'BYE',
      uri: target,
      from: { ...invite.to, params: new Map([['tag', toTag]]) },
      to: invite.from,
      callId: invite.callId,
      seq: 1,
      headers: [
        ...routes.map((value) => ({ name: 'Route', value })),
        { name: 'Reason', value: `SIP;cause=200;text="${reason}"` },
      ],
    });
    void caller.request(bye, flow);
  };

  const accept = (transaction: ServerTransaction, body: string): void => {
    const route = transaction.request.headers.filter(({ name }) => name === 'Record-Route');
    transaction.answer({ status: 200, headers: [...route, contact, ALLOW], contentType: SDP_TYPE, body });
  };

  /** A new offer in a call that is up (RFC 3261 §14.2): refused, it goes on as it was. */
  const again = async (transaction: ServerTransaction): Promise<void> => {
    const { request } = transaction;
    const call = callOf(transaction);
    if (call === null) return transaction.answer({ status: 481 });
    if (request.cseq.seq <= call.seq) return transaction.answer({ status: 500, reason: 'Out of order' });
    call.seq = request.cseq.seq;
    call.target = contactsOf(request).list[0]?.uri ?? call.target;
    const sdp = await call.line.answer(request.body);
    if (sdp === null) transaction.answer({ status: 488 });
    else accept(transaction, sdp);
  };

  return {
    again,
    get count() {
      return calls.size;
    },
    async invite(transaction, open) {
      const { request, sender, flow, toTag } = transaction;
      const target = contactsOf(request).list[0]?.uri;
      if (target === undefined) return transaction.answer({ status: 400, reason: 'Missing Contact' });
      if (request.body === '') return transaction.answer({ status: 488, reason: 'An offer is needed' });
      if (ofCaller(sender) >= limits.perCaller) return transaction.answer({ status: 486 });
      if (calls.size >= limits.atOnce) {
        const headers = [{ name: 'Retry-After', value: '30' }];
        return transaction.answer({ status: 480, reason: 'All lines are in use', headers });
      }
      const id = crypto.randomUUID();
      let stopWaiting = (): void => undefined;
      const line = open(id, (event) => {
        if (event === 'connected') stopWaiting();
        else hangUp(id, 'No media');
      });
      const seq = request.cseq.seq;
      const call: Call = { id, who: sender, invite: request, toTag, flow, line, seq, target, timers: [] };
      calls.set(id, call);
      transaction.answer({ status: 100 });
      const sdp = await line.answer(request.body).catch((error: unknown) => {
        log.error('answer-failed', { error });
        return null;
      });
      if (!calls.has(id)) return transaction.answer({ status: 480 });
      if (sdp === null) {
        forget(call);
        return transaction.answer({ status: 488 });
      }
      accept(transaction, sdp);
      stopWaiting = clock.after(CONNECT_WITHIN, () => hangUp(id, 'No media'));
      call.timers.push(
        () => stopWaiting(),
        clock.after(limits.longest, () => hangUp(id, 'Time is up')),
      );
    },
    other(transaction) {
      const { request } = transaction;
      const answer = (given: Answer): void => transaction.answer(given);
      if (request.method === 'OPTIONS' && !request.to.params.has('tag')) {
        return answer({ status: 200, headers: [contact, ALLOW, { name: 'Accept', value: SDP_TYPE }] });
      }
      const call = callOf(transaction);
      if (call === null) return answer({ status: 481 });
      if (request.cseq.seq <= call.seq) return answer({ status: 500, reason: 'Out of order' });
      call.seq = request.cseq.seq;
      if (request.method === 'UPDATE' && request.body !== '') return answer({ status: 488 });
      answer({ status: 200, headers: request.method === 'BYE' ? [] : [contact] });
      if (request.method === 'BYE') forget(call);
    },
    stop() {
      for (const id of [...calls.keys()]) hangUp(id, 'The server is stopping');
    },
  };
}
