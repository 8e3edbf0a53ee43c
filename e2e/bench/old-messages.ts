/** Messages that somebody has had for long: in the server's archive, or as the file of an exported history. */
import { strToU8, Zip, ZipDeflate } from 'fflate';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createArchive } from '../../src/server/archive/archive.ts';
import { ARCHIVE_ALL, historyPolicy } from '../../src/server/archive/policy.ts';
import { archiveModule } from '../../src/server/archive/tables.ts';
import { silentLog } from '../../src/server/log.ts';
import { openDatabase } from '../../src/server/store/database.ts';
import { HISTORY_FILE, HISTORY_VERSION, lineOf } from '../../src/agent/core/history-file.ts';
import type { MessageRow } from '../../src/store/rows.ts';

/** Between two messages, milliseconds. */
const APART = 20_000;
const WORDS =
  'the bearing shelf of pier two was cast on monday and the survey says it stands four millimetres low ' +
  'please send the drawing to harbour and tell the crane crew that concrete comes at seven no meeting today';
const COMMON = WORDS.split(' ');

/** Some words that many messages have, one that a hundred have, one that only this has. */
function text(n: number): string {
  const said = Array.from(
    { length: 12 },
    (_, at) => COMMON[(n * 7 + at * 13 + (n % 11) * at) % COMMON.length],
  );
  return `${said.join(' ')} lot${n % 1000} item${n}`;
}

/** Whose, with whom: AORs. `last`: when the newest was sent, milliseconds. */
export interface Talk {
  readonly me: string;
  readonly other: string;
  readonly count: number;
  readonly last: number;
}

/** Puts a conversation into the archive of a server that runs; nobody of it may have signed in yet. */
export async function archiveTalk(folder: string, { me, other, count, last }: Talk): Promise<void> {
  const database = openDatabase(folder, [archiveModule], { shared: true });
  const { durable } = database;
  const archive = createArchive({
    writer: durable,
    policy: historyPolicy(ARCHIVE_ALL),
    log: silentLog(),
    isOwn: () => true,
  });
  for (let first = 0; first < count; first += 500) {
    await durable.write(() => {
      for (let n = first; n < Math.min(count, first + 500); n += 1) {
        const [sender, reader] = n % 2 === 0 ? [other, me] : [me, other];
        archive.keep(
          {
            sender,
            id: `old-${n}`,
            from: `<${sender}>`,
            to: `<${reader}>`,
            callId: `old-${n}`,
            headers: [{ name: 'Content-Type', value: 'text/plain' }],
            body: text(n),
            binary: false,
          },
          last - (count - 1 - n) * APART,
          [
            { owner: me, conversation: other },
            { owner: other, conversation: me },
          ],
        );
      }
    });
  }
  database.close();
}

/** Writes it as an exported history, in several conversations: the first is `other`'s and has `count` of them. */
export async function writeHistory(path: string, talks: readonly Talk[]): Promise<void> {
  const file = createWriteStream(path);
  const zip = new Zip((error, chunk, isLast) => {
    if (error) file.destroy(error);
    else if (isLast) file.end(chunk);
    else file.write(chunk);
  });
  const part = new ZipDeflate(HISTORY_FILE, { level: 1 });
  zip.add(part);
  const [talk] = talks;
  part.push(
    strToU8(lineOf({ is: 'parley-history', version: HISTORY_VERSION, aor: talk?.me ?? '', at: Date.now() })),
  );
  for (const { me, other, count, last } of talks) {
    for (let n = 0; n < count; n += 1) {
      const mine = n % 2 === 1;
      const at = last - (count - 1 - n) * APART;
      const row: MessageRow = {
        ...{ id: `${other}-${n}`, conversation: other, sender: mine ? me : other, mine, text: text(n) },
        ...{ state: mine ? 'delivered' : 'received', at, order: at },
      };
      part.push(strToU8(lineOf({ is: 'message', row })));
      if (n % 2000 === 0) await new Promise<void>((go) => setImmediate(go));
    }
  }
  part.push(new Uint8Array(0), true);
  zip.end();
  await finished(file);
}
