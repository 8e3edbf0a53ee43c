/** Timed status (RFC 4481): what a service expects to be or was, e.g. from a calendar. Read only. */
import { parseDateTime } from './date-time.ts';
import { NS } from './namespaces.ts';
import { type XmlElement, attribute, childElements, childText } from './xml.ts';

/** Milliseconds; a missing `until` means open-ended. */
export interface TimedStatus {
  readonly from: number;
  readonly until?: number;
  readonly basic?: 'open' | 'closed';
  readonly note?: string;
}

/** `<timed-status>` children of a tuple; one without a usable `from` is dropped. */
export function decodeTimedStatus(tuple: XmlElement): TimedStatus[] {
  const out: TimedStatus[] = [];
  for (const one of childElements(tuple, NS.timed, 'timed-status')) {
    const from = parseDateTime(attribute(one, 'from'));
    if (from === undefined) continue;
    const until = parseDateTime(attribute(one, 'until'));
    const basic = childText(one, NS.timed, 'basic') ?? childText(one, NS.pidf, 'basic');
    const note = childText(one, NS.timed, 'note') ?? childText(one, NS.pidf, 'note');
    out.push({
      from,
      ...(until !== undefined && { until }),
      ...((basic === 'open' || basic === 'closed') && { basic }),
      ...(note && { note }),
    });
  }
  return out;
}
