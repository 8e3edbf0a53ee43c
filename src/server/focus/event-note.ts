/**
 * What happened to a conversation, told as a message of the one who did it, so that every device learns of it and the
 * log shows it, also where nobody knows our marks.
 */
import { randomUUID } from 'node:crypto';
import { CPIM_TYPE, formatCpim } from '../../protocol/cpim.ts';
import { imdnHeaders } from '../../protocol/imdn.ts';
import { type GroupEvent, marksHeaders } from '../../protocol/message-marks.ts';
import { NO_PARAMS } from '../../protocol/sip-uri.ts';
import { addressValue } from '../../protocol/sip-writer.ts';
import type { Aor } from '../sip/contract.ts';
import type { NewMessage } from '../store/messages.ts';

export interface Happening {
  readonly event: GroupEvent;
  /** Who did it. */
  readonly by: Aor;
  /** Who came or went. */
  readonly member?: Aor;
  readonly text: string;
}

/**
 * Readable by anybody; `parley.Event` says which, `parley.Member` who came or went. `id` and `callId` are those of the
 * message that it stands for, if it does.
 */
export function eventNote(
  { event, by, member, text }: Happening,
  { focus, subject }: { readonly focus: Aor; readonly subject: string },
  name: string,
  now: number,
  { id = randomUUID(), callId = randomUUID() }: { readonly id?: string; readonly callId?: string } = {},
): NewMessage {
  const about = member === undefined ? {} : { members: [member] };
  const body = formatCpim({
    from: { name, uri: by },
    to: [{ name: '', uri: focus }],
    dateTime: now,
    subject,
    headers: [...imdnHeaders(id), ...marksHeaders({ conversation: focus, event, ...about })],
    contentHeaders: [['Content-Type', 'text/plain;charset=utf-8']],
    content: text,
  });
  return {
    sender: by,
    recipient: focus,
    id,
    from: addressValue({ display: name, uri: by, params: new Map([['tag', randomUUID().slice(0, 8)]]) }),
    to: addressValue({ display: '', uri: focus, params: NO_PARAMS }),
    callId,
    cseq: 1,
    headers: [{ name: 'Content-Type', value: CPIM_TYPE }],
    body,
    binary: false,
  };
}

/** Names that a sentence lists. */
const MOST_LISTED = 3;

/** "Ben", "Ben and Carol", "Ben, Carol, Dora and 7 others". */
export function listNames(names: readonly string[]): string {
  const others = names.length - MOST_LISTED;
  const shown = names.slice(0, MOST_LISTED);
  if (others > 0) return `${shown.join(', ')} and ${others} ${others === 1 ? 'other' : 'others'}`;
  const last = shown.pop();
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last}`;
}
