/** What a call is, beside who is at the other end: from the headers, for alert, stage and log. Pure. */
import { forwardingOf } from '../../protocol/history-info.ts';
import { behalfOf } from '../../protocol/on-behalf.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { SipCall } from '../../sip/contract.ts';
import type { Aor, CallSnapshot } from '../contract.ts';
import { BY_MAILBOX, isMailbox } from './call-end.ts';
import { isFocus } from './in-call.ts';

/** What the alert says beside who calls (features.md N01, N04, CD1). */
export function aboutCall({ headers, peer }: SipCall, me: Aor): Partial<CallSnapshot> {
  const behalf = behalfOf(headers, aorOf(peer) ?? peer);
  return {
    ...forwardingOf(headers, me),
    ...(behalf && { onBehalfOf: behalf }),
    ...(headers.some(isFocus) && { isInvitation: true }),
  };
}

/** Who has answered a call of mine, when it was not whom I called. `nameOf`: as my list has them. */
export function aboutAnswer(
  { answeredAt, answeredBy }: SipCall,
  me: Aor,
  nameOf: (aor: Aor) => string | undefined,
): Partial<CallSnapshot> {
  if (isMailbox(answeredAt, me)) return { passed: BY_MAILBOX };
  if (!answeredBy) return {};
  const { aor, name } = answeredBy;
  return { answerer: { aor, name: nameOf(aor) ?? (name || aor.slice('sip:'.length)) } };
}
