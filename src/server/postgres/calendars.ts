/** Calendars in PostgreSQL. Every node reads everybody's, so that each can say what is so without asking another. */
import type { CalendarStore, StoredCalendar } from '../calendar/contract.ts';
import type { Postgres } from './database.ts';
import { telling } from './notice.ts';
import type { Row } from './query.ts';

export function postgresCalendars({ query, transaction, process: by }: Postgres): CalendarStore {
  return {
    async get(aor) {
      const [row] = await query('SELECT * FROM parley_calendars WHERE aor = $1', [aor]);
      return row === undefined ? null : storedOf(row);
    },
    put: ({ aor, source, reading }) =>
      transaction(async (run) => {
        await run(
          `INSERT INTO parley_calendars VALUES ($1, $2, $3)
           ON CONFLICT (aor) DO UPDATE SET source = excluded.source, reading = excluded.reading`,
          [aor, source, reading === null ? null : JSON.stringify(reading)],
        );
        // Nothing read yet: another source. What is read of it every node finds for itself.
        if (reading !== null) return;
        const { text, values } = telling({ is: 'calendar', by, aor });
        await run(text, values);
      }),
    list: async () => (await query('SELECT * FROM parley_calendars')).map(storedOf),
  };
}

function storedOf(row: Row): StoredCalendar {
  const reading = row['reading'];
  return {
    aor: String(row['aor']),
    source: String(row['source']),
    reading: typeof reading === 'string' ? (JSON.parse(reading) as StoredCalendar['reading']) : null,
  };
}
