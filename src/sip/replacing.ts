/**
 * An INVITE that is to take the place of a call of ours (RFC 3891 §3): which one, and whether its sender may. What
 * the sender is called has been checked by the own server; who knows nothing of the call learns nothing of it.
 */
import { parseReplaces, type Replaces } from '../protocol/replaces.ts';
import { parseNameAddr } from '../protocol/sip-header.ts';
import { headers, type SipRequest } from '../protocol/sip-message.ts';
import { aorOf } from '../protocol/sip-uri.ts';
import type { SipCall } from './contract.ts';

/** A call as a Replaces header may name it. */
export interface Replaceable extends SipCall {
  /** `theirs`: it rings here, so it is not ours to give away. */
  named(replaces: Replaces): 'confirmed' | 'early' | 'theirs' | null;
  /** Another call goes on with it, which is with `by`. */
  replaced(by: string): void;
}

type Replacement =
  | { readonly is: 'none' }
  | { readonly is: 'refused'; readonly status: 400 | 481 | 486 | 603 }
  | { readonly is: 'of'; readonly call: Replaceable };

const UNKNOWN: Replacement = { is: 'refused', status: 481 };

/** `hasEnded`: tells calls that are over from calls that never were. */
export function replacementFor(
  request: SipRequest,
  calls: Iterable<Replaceable>,
  own: string,
  hasEnded: (callId: string) => boolean,
): Replacement {
  const fields = headers(request, 'Replaces');
  const [field] = fields;
  if (field === undefined) return { is: 'none' };
  const replaces = fields.length === 1 ? parseReplaces(field) : null;
  if (!replaces) return { is: 'refused', status: 400 };
  const matches = [...calls].flatMap((call) => {
    const state = call.named(replaces);
    return state ? [{ call, state }] : [];
  });
  const [match] = matches;
  if (!match) return hasEnded(replaces.callId) ? { is: 'refused', status: 603 } : UNKNOWN;
  // More than one is as good as none; a stranger is told the same, so that nobody can probe for calls.
  // Who answered in the place of whom we called is the one we talk to.
  const far = match.call.answeredBy?.aor ?? match.call.peer;
  if (matches.length > 1 || !mayReplace(request, far, own)) return UNKNOWN;
  if (match.state === 'theirs') return UNKNOWN;
  if (match.state === 'confirmed' && replaces.earlyOnly) return { is: 'refused', status: 486 };
  return { is: 'of', call: match.call };
}

/**
 * The one we talk to from another of their devices, ourselves from another of ours, or whoever the one we talk to
 * has sent (RFC 3892). That last is only said, not proven; the tags of the dialog are what they must know besides.
 */
function mayReplace(request: SipRequest, peer: string, own: string): boolean {
  const from = aorOf(request.from.uri);
  if (from === null) return false;
  const other = aorOf(peer);
  if (from === other || from === aorOf(own)) return true;
  const sent = headers(request, 'Referred-By');
  const by = sent.length === 1 ? parseNameAddr(sent[0] ?? '') : null;
  return by !== null && other !== null && aorOf(by.uri) === other;
}
