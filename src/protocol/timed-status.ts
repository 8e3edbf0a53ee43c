/** Timed status (RFC 4481): what a service expects to be or was, e.g. from a calendar. */
import { formatDateTime, parseDateTime } from './date-time.ts';
import { NS } from './namespaces.ts';
import type { BusyTime } from './schedule.ts';
import { type XmlElement, attribute, childElements, childText } from './xml.ts';
import { element } from './xml-writer.ts';

/** Milliseconds; a missing `until` means open-ended. */
export interface TimedStatus {
  readonly from: number;
  readonly until?: number;
  readonly basic?: 'open' | 'closed';
  readonly note?: string;
  /** Ours: what kind of time it is in a calendar. */
  readonly kind?: BusyTime['kind'];
}

const KINDS: readonly BusyTime['kind'][] = ['busy', 'tentative', 'oof'];

/** `<timed-status>` children of a tuple; one without a usable `from` is dropped. */
export function decodeTimedStatus(tuple: XmlElement): TimedStatus[] {
  const out: TimedStatus[] = [];
  for (const one of childElements(tuple, NS.timed, 'timed-status')) {
    const from = parseDateTime(attribute(one, 'from'));
    if (from === undefined) continue;
    const until = parseDateTime(attribute(one, 'until'));
    const basic = childText(one, NS.timed, 'basic') ?? childText(one, NS.pidf, 'basic');
    const note = childText(one, NS.timed, 'note') ?? childText(one, NS.pidf, 'note');
    const kind = KINDS.find((each) => each === childText(one, NS.parleyPresence, 'kind'));
    out.push({
      from,
      ...(until !== undefined && { until }),
      ...((basic === 'open' || basic === 'closed') && { basic }),
      ...(note && { note }),
      ...(kind && { kind }),
    });
  }
  return out;
}

/** The `<timed-status>` to write into a tuple, in the order of the schema. */
export function encodeTimedStatus({ from, until, basic, note, kind }: TimedStatus): XmlElement {
  const times = {
    from: formatDateTime(from),
    until: until === undefined ? undefined : formatDateTime(until),
  };
  return element(NS.timed, 'timed-status', times, [
    basic && element(NS.timed, 'basic', {}, [basic]),
    note ? element(NS.timed, 'note', {}, [note]) : undefined,
    kind && element(NS.parleyPresence, 'kind', {}, [kind]),
  ]);
}
