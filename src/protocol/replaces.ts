/**
 * Replaces (RFC 3891 §6.1): one dialog is to take the place of another.
 *
 *   Replaces: 98732@host;from-tag=r33th4x0r;to-tag=ff87ff;early-only
 *
 * The tags are as the one who gets the header has them: `to-tag` is its own, `from-tag` the other side's.
 */
import { isToken, isWord } from './sip-chars.ts';
import { parseParams } from './sip-header.ts';

export interface Replaces {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  /** Only while the other dialog has not been answered. */
  readonly earlyOnly?: boolean;
}

/** What names a dialog of ours to its far end, which has the tags the other way round. */
export function replacesOf(dialog: {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}): Replaces {
  return { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag };
}

/** Longer ones are nobody's: ours have 32 characters. */
const LONGEST = 512;

/** `null` for what the grammar does not allow, a list of several among it. */
export function parseReplaces(text: string): Replaces | null {
  if (text.length > LONGEST) return null;
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return null;
  const params = parseParams(text, semicolon);
  const callId = text.slice(0, semicolon).trim();
  const toTag = params?.get('to-tag') ?? '';
  const fromTag = params?.get('from-tag') ?? '';
  if (!params || !isCallId(callId) || !isToken(toTag) || !isToken(fromTag)) return null;
  return { callId, toTag, fromTag, ...(params.has('early-only') && { earlyOnly: true }) };
}

/** The header's value; `null` when a part of it could not be written without meaning something else. */
export function formatReplaces({ callId, toTag, fromTag, earlyOnly }: Replaces): string | null {
  if (!isCallId(callId) || !isToken(toTag) || !isToken(fromTag)) return null;
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`;
}

/** `callid` of RFC 3261 §25.1. */
function isCallId(text: string): boolean {
  const [word = '', host, more] = text.split('@');
  return isWord(word) && (host === undefined || isWord(host)) && more === undefined;
}
