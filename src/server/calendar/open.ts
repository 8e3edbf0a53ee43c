/** The calendar side put together, for any server that keeps presence. */
import type { PublishInternally } from '../events/internal-documents.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../sip/contract.ts';
import { createCalendars, type Calendars, type CalendarsOptions } from './calendars.ts';
import type { CalendarStore } from './contract.ts';
import { createReader } from './reader.ts';

export interface OpenCalendarsOptions {
  readonly store: CalendarStore;
  /** `installationKey(…, 'calendar')`: seals addresses and passwords. */
  readonly key: Buffer;
  /** `host` or `host:port` inside the own network whose calendars may be read. */
  readonly insideHosts: readonly string[];
  readonly publish: PublishInternally;
  readonly entryOf: CalendarsOptions['entryOf'];
  readonly demo?: CalendarsOptions['demo'];
  readonly clock: Clock;
  readonly log: Log;
}

/** Call `start()` when people can be told; `stop()` ends the reading. */
export function openCalendars(options: OpenCalendarsOptions): Calendars {
  const { store, key, insideHosts, publish, entryOf, demo, clock, log } = options;
  const reader = createReader();
  const calendars = createCalendars({
    store,
    key,
    rules: { insideHosts },
    clock,
    log,
    read: (request) => reader.read(request),
    publish(aor, pidf) {
      if (!publish(aor, 'calendar', pidf)) log.error('calendar-not-published', { aor });
    },
    entryOf,
    ...(demo === undefined ? {} : { demo }),
  });
  return {
    ...calendars,
    stop() {
      calendars.stop();
      reader.stop();
    },
  };
}
