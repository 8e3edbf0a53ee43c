/** A call as the server saw it, as a row of the log here. */
import { aorOf } from '../../protocol/sip-uri.ts';
import type { CallOutcome, CallRecord } from '../../protocol/history-api.ts';
import type { CallEnd, StoredCall } from '../../store/rows.ts';

const ENDS: Readonly<Record<CallOutcome, CallEnd>> = {
  answered: 'hung-up',
  missed: 'missed',
  declined: 'declined',
  cancelled: 'cancelled',
  busy: 'busy',
  'no-answer': 'no-answer',
  unreachable: 'unreachable',
  forwarded: 'forwarded',
  failed: 'failed',
};

/**
 * The row after what a record says. What this device took part in it knows better; what people wrote and looked at is
 * the server's. `device`: the `+sip.instance` of this one.
 */
export function rowOfRecord(record: CallRecord, known: StoredCall | null, device: string): StoredCall {
  const { id, callId, conversationId, direction, at, answeredAt, endedAt, outcome, video } = record;
  const { subject, forwardedTo, note, seen } = record;
  const behalf = record.onBehalfOf === undefined ? null : aorOf(record.onBehalfOf);
  const isIncoming = direction === 'in';
  const isOnOther =
    outcome === 'answered' && isIncoming && record.device !== undefined && !record.device.includes(device);
  // Forwarded and answered: somebody else took it, as `forwardedTo` says (features.md CD2).
  const isElsewhere = isOnOther || (outcome === 'forwarded' && isIncoming && answeredAt !== undefined);
  const duration =
    answeredAt !== undefined && endedAt !== undefined ? Math.max(0, endedAt - answeredAt) : undefined;
  const seenByServer: StoredCall = {
    ...{ id: callId, conversation: conversationId, direction, video, at },
    end: isElsewhere ? 'elsewhere' : ENDS[outcome],
    ...(duration !== undefined && { duration }),
  };
  const base = known ?? seenByServer;
  return {
    ...base,
    ...(base.end === 'missed' && wasTaken(seenByServer.end) && { end: seenByServer.end }),
    record: id,
    seen: seen || base.seen === true,
    ...(subject !== undefined && { subject }),
    ...(behalf !== null && !base.onBehalfOf && { onBehalfOf: { aor: behalf, name: '' } }),
    ...(forwardedTo !== undefined && { forwardedTo: aorOf(forwardedTo) ?? forwardedTo }),
    ...(base.untold?.includes('note') !== true && (note !== '' || base.note !== undefined) && { note }),
  };
}

/** What rang here in vain was answered elsewhere, or went on. */
function wasTaken(end: CallEnd): boolean {
  return end === 'elsewhere' || end === 'forwarded';
}
