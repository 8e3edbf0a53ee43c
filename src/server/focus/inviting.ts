/**
 * INVITE to the factory makes a conversation, INVITE to a focus is an empty dialog with it (RFC 4579 §5):
 *
 *   anna              factory                       focus
 *     | INVITE, list -> | one transaction              |
 *     | <- 200, Contact: <sip:conf-…>;isfocus          |
 *     | ACK, BYE ------------------------------------> | 200; everybody stays in it
 */
import { headers, type Header } from '../../protocol/sip-message.ts';
import type { Answer, Aor, Domain, ServerTransaction } from '../sip/contract.ts';
import type { Admission } from './admission.ts';
import { refusalAnswer } from './conference.ts';
import { stranger, type Conferences } from './conferences.ts';
import type { Dialogs } from './dialogs.ts';
import { ACCEPTED, answerSdp, readInvitation, SDP_TYPE } from './invitation.ts';

export interface InvitingOptions {
  readonly conferences: Conferences;
  readonly dialogs: Dialogs;
  readonly admit: Admission;
  readonly domain: Domain;
  readonly hasPace: (who: Aor, mailboxes: number) => boolean;
}

/** Seconds. */
const PACE_PAUSE = 5;

export async function inviteFactory(
  transaction: ServerTransaction,
  { conferences, dialogs, admit, domain, hasPace }: InvitingOptions,
): Promise<void> {
  const { request, sender } = transaction;
  // The dialog is with the focus, which has another address.
  if (request.to.params.has('tag')) return transaction.answer({ status: 481 });
  const invitation = readInvitation(request);
  if (!invitation.ok) {
    const answer = refusalAnswer(invitation, domain.name);
    const more = answer.status === 415 ? ACCEPTED : [];
    return transaction.answer({ ...answer, headers: [...(answer.headers ?? []), ...more] });
  }
  const { subject, sdp } = invitation;
  const admitted = admit(invitation.people);
  if (!admitted.ok) return transaction.answer(refusalAnswer(admitted, domain.name));
  if (!hasPace(sender, 2 * admitted.people.length)) return transaction.answer(tooFast());
  const { callId } = request;
  const made = await conferences.create({ creator: sender, callId, subject, members: admitted.people });
  if (!made.ok) return transaction.answer(refusalAnswer(made, domain.name));
  accept(transaction, made.focus, dialogs, sdp);
}

export function inviteFocus(
  transaction: ServerTransaction,
  focus: Aor,
  { conferences, dialogs, domain }: Pick<InvitingOptions, 'conferences' | 'dialogs' | 'domain'>,
): void {
  const { request, sender } = transaction;
  const standing = conferences.standing(focus, sender);
  if (standing !== 'member') return transaction.answer(refusalAnswer(stranger(standing), domain.name));
  const isInDialog = request.to.params.has('tag');
  if (isInDialog && !dialogs.has(request, sender)) return transaction.answer({ status: 481 });
  const invitation = readInvitation(request);
  if (!invitation.ok) return transaction.answer(refusalAnswer(invitation, domain.name));
  if (invitation.people.length > 0)
    return transaction.answer({ status: 403, reason: 'People are added by REFER' });
  accept(transaction, focus, dialogs, invitation.sdp, isInDialog);
}

function accept(
  transaction: ServerTransaction,
  focus: Aor,
  dialogs: Dialogs,
  sdp: string,
  isInDialog = false,
): void {
  const { request, sender, toTag } = transaction;
  if (!isInDialog) dialogs.begin(request, toTag, sender);
  const route = headers(request, 'Record-Route').map((value) => ({ name: 'Record-Route', value }));
  transaction.answer({
    status: 200,
    headers: [...route, ...describe(focus)],
    contentType: SDP_TYPE,
    body: answerSdp(sdp),
  });
}

/** What a focus says of itself (RFC 3840 §9: isfocus). */
export function describe(focus: Aor): Header[] {
  return [
    { name: 'Contact', value: `<${focus}>;isfocus` },
    { name: 'Allow', value: 'INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, REFER, SUBSCRIBE' },
    { name: 'Allow-Events', value: 'conference' },
    { name: 'Supported', value: 'recipient-list-invite, norefersub' },
  ];
}

export function tooFast(): Answer {
  return {
    status: 480,
    reason: 'Too much at once',
    headers: [{ name: 'Retry-After', value: String(PACE_PAUSE) }],
  };
}
