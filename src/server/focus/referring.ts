/**
 * REFER to a focus (RFC 4579 §5.5, §5.11): `Refer-To: <sip:ben@…>` brings Ben in, `<sip:ben@…;method=BYE>` takes him out.
 * What it comes to is known before the answer: a refusal is the answer, and the one NOTIFY says 200 (RFC 3515 §2.4.4),
 * unless the other does not want it (RFC 4488).
 */
import { parseNameAddr, withParam } from '../../protocol/sip-header.ts';
import { header, headers, type SipRequest } from '../../protocol/sip-message.ts';
import { parseUri } from '../../protocol/sip-uri.ts';
import { contactsOf, formatSubscriptionState } from '../../protocol/sip-values.ts';
import { makeRequest } from '../../protocol/sip-writer.ts';
import { foreignClaim } from '../sip/claims.ts';
import type { Aor, Caller, Domain, ServerTransaction } from '../sip/contract.ts';
import type { Admission } from './admission.ts';
import { refusalAnswer, type Refused } from './conference.ts';
import { stranger, type Conferences } from './conferences.ts';
import { tooFast } from './inviting.ts';

export interface ReferringOptions {
  readonly conferences: Conferences;
  readonly admit: Admission;
  readonly domain: Domain;
  readonly caller: Caller;
  readonly hasPace: (who: Aor, mailboxes: number) => boolean;
}

export async function refer(
  transaction: ServerTransaction,
  focus: Aor,
  options: ReferringOptions,
): Promise<void> {
  const { conferences, admit, domain, caller, hasPace } = options;
  const { request, sender } = transaction;
  const refuse = (why: Refused): void => transaction.answer(refusalAnswer(why, domain.name));
  const standing = conferences.standing(focus, sender);
  if (standing === 'none') return refuse(stranger(standing));
  const claim = foreignClaim(request, sender, domain);
  if (claim) return transaction.answer(claim);
  const wish = readReferTo(request);
  if (!wish.ok) return refuse(wish);
  const target = wish.leaves ? leaver(wish.uri, domain) : admit([wish.uri]);
  if (!target.ok) return refuse(target);
  const [who] = target.people;
  if (who === undefined) return refuse(stranger('none'));
  if (!hasPace(sender, conferences.find(focus)?.members.length ?? 1)) return transaction.answer(tooFast());
  const done = wish.leaves
    ? await conferences.remove(focus, sender, who)
    : await conferences.add(focus, sender, who);
  if (!done.ok) return refuse(done);
  const isSilent = /^\s*false\s*$/i.test(header(request, 'Refer-Sub') ?? '');
  transaction.answer({
    status: 202,
    headers: [
      { name: 'Contact', value: `<${focus}>;isfocus` },
      ...(isSilent ? [{ name: 'Refer-Sub', value: 'false' }] : []),
    ],
  });
  if (!isSilent) notify(transaction, focus, caller);
}

interface Wish {
  readonly ok: true;
  readonly uri: string;
  readonly leaves: boolean;
}

/** Exactly one Refer-To (RFC 3515 §2.4.2). Header fields in its URI are the referrer's wish, and none that we follow. */
function readReferTo(request: SipRequest): Wish | Refused {
  const all = headers(request, 'Refer-To');
  const [value] = all;
  const uri = all.length === 1 && value !== undefined ? parseNameAddr(value)?.uri : undefined;
  const parsed = uri === undefined ? null : parseUri(uri);
  if (uri === undefined || parsed === null) return { ok: false, status: 400, reason: 'Malformed Refer-To' };
  const method = parsed.kind === 'sip' ? (parsed.params.get('method') ?? 'INVITE') : 'INVITE';
  if (method !== 'INVITE' && method !== 'BYE')
    return { ok: false, status: 400, reason: 'Refer-To means neither to add nor to remove' };
  return { ok: true, uri, leaves: method === 'BYE' };
}

/** Who is taken out may be an account that is gone. */
function leaver(uri: string, domain: Domain): ReturnType<Admission> {
  const aor = domain.aorOf(uri);
  return aor === null
    ? { ok: false, status: 404, reason: 'They are not in this conversation', people: [uri] }
    : { ok: true, people: [aor] };
}

function notify({ request, toTag, flow }: ServerTransaction, focus: Aor, caller: Caller): void {
  const target = contactsOf(request).list[0]?.uri;
  if (target === undefined) return;
  const tag = request.to.params.get('tag') ?? toTag;
  const route = headers(request, 'Record-Route').map((value) => ({ name: 'Route', value }));
  const state = formatSubscriptionState({ state: 'terminated', reason: 'noresource' });
  const sent = makeRequest({
    method: 'NOTIFY',
    uri: target,
    from: { ...request.to, params: withParam(request.to.params, 'tag', tag) },
    to: request.from,
    callId: request.callId,
    // Rises with the REFERs of a dialog.
    seq: request.cseq.seq,
    headers: [
      ...route,
      { name: 'Contact', value: `<${focus}>;isfocus` },
      { name: 'Event', value: 'refer' },
      { name: 'Subscription-State', value: state },
    ],
    contentType: 'message/sipfrag;version=2.0',
    body: 'SIP/2.0 200 OK\r\n',
  });
  void caller.request(sent, flow);
}
