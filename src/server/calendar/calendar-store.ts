/** Calendars in SQLite: whose, where from (sealed), and what was read last. */
import type { StoreModule, Writer } from '../store/database.ts';
import type { CalendarStore, StoredCalendar } from './contract.ts';

export const calendarsModule: StoreModule = {
  name: 'calendars',
  migrations: [
    `CREATE TABLE calendars (
       aor TEXT PRIMARY KEY,
       source TEXT NOT NULL,
       reading TEXT
     ) STRICT, WITHOUT ROWID`,
  ],
};

export function calendarStore(writer: Writer): CalendarStore {
  const { database } = writer;
  const get = database.prepare('SELECT * FROM calendars WHERE aor = ?');
  const put = database.prepare('INSERT OR REPLACE INTO calendars VALUES (?, ?, ?)');
  const list = database.prepare('SELECT * FROM calendars');
  return {
    async get(aor) {
      const row = get.get(aor);
      return row === undefined ? null : open(row);
    },
    async put({ aor, source, reading }) {
      const kept = reading === null ? null : JSON.stringify(reading);
      await writer.write(() => put.run(aor, source, kept));
    },
    list: async () => list.all().map(open),
  };
}

function open(row: Record<string, unknown>): StoredCalendar {
  return {
    aor: String(row['aor']),
    source: String(row['source']),
    reading:
      row['reading'] === null ? null : (JSON.parse(String(row['reading'])) as StoredCalendar['reading']),
  };
}
