/**
 * A conference made at a factory (RFC 4579 §5.4) with the people it is for (RFC 5366), without media:
 *
 *   we ---INVITE, recipient list---> factory
 *      <--200, Contact: <focus>;isfocus
 *      ---ACK--->  ---BYE--->          the conference stays, the dialog was only for making it
 *
 * The same Call-ID again means the same conference: whoever got no answer may ask once more.
 */
import type { AckableIncomingResponseWithSession } from 'sip.js/lib/core/index.js';
import { parseNameAddr } from '../protocol/sip-header.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { CallContext } from './call-context.ts';
import { lines, sdpBody } from './call-state.ts';
import type { ConferenceOutcome, ConferenceWish } from './contract.ts';
import { WireUri } from './wire-uri.ts';

/** Longer than a transaction of the factory, shorter than anybody's patience. Milliseconds. */
const ANSWER_LIMIT = 20_000;

/** Never throws; ends exactly once. */
export function makeConference(context: CallContext, wish: ConferenceWish): Promise<ConferenceOutcome> {
  const { core, identity, clock, contact, allow, log } = context;
  return new Promise((resolve) => {
    const cancelTimer = clock.after(ANSWER_LIMIT, () => resolve({ is: 'unknown', why: 'no answer' }));
    const end = (outcome: ConferenceOutcome): void => {
      cancelTimer();
      resolve(outcome);
    };
    const fields = [
      { name: 'Contact', value: contact() },
      { name: 'Allow', value: allow },
      { name: 'Require', value: 'recipient-list-invite' },
      { name: 'Content-Disposition', value: 'recipient-list' },
    ];
    const subject = wish.subject.replace(/\p{Cc}/gu, ' ').trim();
    if (subject !== '') fields.push({ name: 'Subject', value: subject });
    try {
      const message = core.makeOutgoingRequestMessage(
        'INVITE',
        new WireUri(wish.factory),
        new WireUri(identity.aor),
        new WireUri(wish.factory),
        { callId: wish.callId, cseq: wish.cseq },
        lines(fields),
        { contentDisposition: 'recipient-list', contentType: wish.contentType, content: wish.body },
      );
      core.invite(message, {
        onAccept: (response) => end(accepted(response)),
        onRedirect: () => end({ is: 'refused', status: 302, reason: 'Moved' }),
        onReject: ({ message: { statusCode = 500, reasonPhrase = '', callId } }) => {
          // Without a Call-ID it is sip.js that speaks: timer or transport.
          if (callId === undefined) end({ is: 'unknown', why: reasonPhrase });
          else end({ is: 'refused', status: statusCode, reason: reasonPhrase });
        },
      });
    } catch (error) {
      log(`conference: INVITE not sent: ${String(error)}`);
      end({ is: 'refused', status: 400, reason: 'cannot be written' });
    }
  });
}

function accepted({ message, session, ack }: AckableIncomingResponseWithSession): ConferenceOutcome {
  // An INVITE without an offer may be answered with one (RFC 3261 §13.2.2.4): every stream of it is refused.
  const offer = session.offer?.content;
  ack(offer === undefined ? {} : { body: sdpBody(withoutStreams(offer)) });
  session.bye();
  const focus = message
    .getHeaders('Contact')
    .map((value) => parseNameAddr(value))
    .find((one) => one?.params.has('isfocus'));
  const address = focus ? aorOf(focus.uri) : null;
  return address
    ? { is: 'made', focus: address }
    : { is: 'refused', status: 488, reason: 'what answered is no focus' };
}

/** The answer that takes nothing (RFC 3264 §6): the same streams in the same order, port 0. */
function withoutStreams(offer: string): string {
  const streams = offer.split(/\r?\n/).flatMap((line) => {
    const [, kind, rest] = /^m=(\S+) \S+ (.+)$/.exec(line) ?? [];
    return kind === undefined || rest === undefined ? [] : [`m=${kind} 0 ${rest}`];
  });
  const head = ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 'c=IN IP4 0.0.0.0', 't=0 0'];
  return [...head, ...streams, ''].join('\r\n');
}
