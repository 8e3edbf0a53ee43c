/**
 * MESSAGE to a focus (RFC 3428), for everybody in the conversation:
 *
 *   anna            focus                                    ben, carol, anna's other devices
 *     | MESSAGE ----> | one transaction: stored once,           |
 *     |               | a line in each of their mailboxes       |
 *     | <------ 202   | MESSAGE ------------------------------> | each until its 2xx, 14 days long
 */
import { parseCpim, CPIM_TYPE } from '../../protocol/cpim.ts';
import { IMDN_TYPE } from '../../protocol/imdn.ts';
import { MARKS_NS } from '../../protocol/message-marks.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { formatDate, parseMediaType } from '../../protocol/sip-values.ts';
import type { Log } from '../log.ts';
import { createBudget, HOURLY_OCTETS } from '../messages/budget.ts';
import { readEnvelope, seal } from '../messages/envelope.ts';
import { passOn } from '../messages/message-handler.ts';
import type { Aor, Caller, Clock, Domain, Reach, ServerTransaction } from '../sip/contract.ts';
import type { LocationTable } from '../sip/locations.ts';
import { cleanSubject, refusalAnswer } from './conference.ts';
import { stranger, type Conferences } from './conferences.ts';
import { tooFast } from './inviting.ts';

export interface FocusMessageOptions {
  readonly conferences: Conferences;
  readonly domain: Domain;
  readonly locations: LocationTable;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly reach: Reach | null;
  readonly hasPace: (who: Aor, mailboxes: number) => boolean;
  readonly log: Log;
}

export function createFocusMessages(
  options: FocusMessageOptions,
): (transaction: ServerTransaction, focus: Aor) => Promise<void> {
  const { conferences, domain, locations, caller, clock, reach, hasPace, log } = options;
  const hasBudget = createBudget(clock, HOURLY_OCTETS);

  const keep = async (
    transaction: ServerTransaction,
    focus: Aor,
    id: string,
    wakes: boolean,
  ): Promise<void> => {
    const { request, sender } = transaction;
    const { subject, events } = marksOf(request);
    // What happened is told by the focus: nobody else's word stands in the log as if it were its own.
    if (events.some((event) => event !== 'renamed'))
      return transaction.answer({ status: 403, reason: 'Only the focus tells of that' });
    const renames = events.length > 0;
    if (renames && cleanSubject(subject) === '')
      return transaction.answer({ status: 400, reason: 'No name to give' });
    if (!hasBudget(sender, Buffer.byteLength(request.body)))
      return transaction.answer({
        status: 413,
        reason: 'Too much sent this hour',
        headers: [{ name: 'Retry-After', value: '3600' }],
      });
    try {
      const message = seal(request, id, sender, focus);
      const done = await conferences.post({ message, wakes, subject, renames });
      if (!done.ok) return transaction.answer(refusalAnswer(done, domain.name));
      transaction.answer({ status: 202, headers: [{ name: 'Date', value: formatDate(done.at) }] });
    } catch (error) {
      log.error('message-not-stored', { error });
      transaction.answer({ status: 503, headers: [{ name: 'Retry-After', value: '10' }] });
    }
  };

  /** Typing: to those who are there and have not blocked whoever types. */
  const pass = async (transaction: ServerTransaction, people: readonly Aor[]): Promise<void> => {
    for (const one of people) {
      if (one === transaction.sender) continue;
      const reached = await reach?.decide(transaction.sender, one);
      if (reached?.is !== 'blocked') passOn(transaction, one, locations, caller);
    }
  };

  return async (transaction, focus) => {
    const { request, sender } = transaction;
    const standing = conferences.standing(focus, sender);
    if (standing === 'none') return transaction.answer(refusalAnswer(stranger(standing), domain.name));
    const envelope = readEnvelope(request, sender, domain);
    if (envelope.is === 'refused') return transaction.answer(envelope);
    const people = conferences.find(focus)?.members.map(({ aor }) => aor) ?? [];
    const isPassing = envelope.is === 'passing' || isNotice(request);
    if (isPassing && standing === 'former')
      return transaction.answer(refusalAnswer(stranger(standing), domain.name));
    if (isPassing) {
      // Nobody asked for notices (README): they go no further, and whoever sent one need not know.
      transaction.answer({ status: 200 });
      if (envelope.is === 'passing' && hasPace(sender, people.length)) await pass(transaction, people);
      return;
    }
    if (!hasPace(sender, people.length)) return transaction.answer(tooFast());
    await keep(transaction, focus, envelope.id, envelope.wakes);
  };
}

interface Marks {
  readonly subject: string;
  readonly events: readonly string[];
}

function marksOf(request: SipRequest): Marks {
  const cpim = isCpim(request) ? parseCpim(request.body) : null;
  if (cpim?.ok !== true) return { subject: '', events: [] };
  const { subjects, headers } = cpim.value;
  const events = headers.flatMap(({ ns, name, value }) => (ns === MARKS_NS && name === 'Event' ? value : []));
  return { subject: subjects[0]?.text ?? '', events };
}

function isCpim(request: SipRequest): boolean {
  return parseMediaType(header(request, 'Content-Type') ?? '')?.type === CPIM_TYPE;
}

function isNotice(request: SipRequest): boolean {
  if (parseMediaType(header(request, 'Content-Type') ?? '')?.type === IMDN_TYPE) return true;
  const cpim = isCpim(request) ? parseCpim(request.body) : null;
  return cpim?.ok === true && cpim.value.contentType === IMDN_TYPE;
}
