/**
 * `npm run bench`: one table of figures, and the same in `bench/latest.json`.
 *   --only <name>   one part: bytes, start, people, presence, messages, group, history, files, calls, share, roaming,
 *                   codec, servers
 *   --quick         shorter runs
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { findChromium } from '../chromium.ts';
import { bytesBench } from './bytes.ts';
import { callsBench } from './calls.ts';
import { codecBench } from './codec.ts';
import { filesBench } from './files.ts';
import { groupBench } from './group.ts';
import { historyBench } from './history.ts';
import { messagesBench } from './messages.ts';
import { peopleBench } from './people.ts';
import { presenceBench } from './presence.ts';
import { roamingBench } from './roaming.ts';
import { table, type Part, type Row } from './row.ts';
import { serversBench } from './servers.ts';
import { shareBench } from './share.ts';
import { startBench } from './start.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } });
const quick = values.quick ?? false;

async function codecRows(): Promise<readonly Row[]> {
  const { rows } = await codecBench();
  return rows.flatMap(({ message, perSecond, ratios }): Row[] => [
    {
      name: `${message} parsed`,
      figure: perSecond.parley,
      unit: 'a CPU-second',
      ratio: { value: ratios.sipJs, to: "times sip.js's" },
      note: `${ratios.jsSip} times JsSIP's, ${ratios.npmSip} times npm sip's`,
    },
    { name: `${message} written`, figure: perSecond.parleyWrite, unit: 'a CPU-second' },
  ]);
}

const PARTS: readonly (Part & { readonly inBrowser?: true })[] = [
  { name: 'bytes', inBrowser: true, run: bytesBench },
  { name: 'start', inBrowser: true, run: startBench },
  { name: 'people', inBrowser: true, run: peopleBench },
  { name: 'presence', inBrowser: true, run: presenceBench },
  { name: 'messages', inBrowser: true, run: messagesBench },
  { name: 'group', run: groupBench },
  { name: 'history', inBrowser: true, run: historyBench },
  { name: 'files', inBrowser: true, run: filesBench },
  { name: 'calls', inBrowser: true, run: callsBench },
  { name: 'share', inBrowser: true, run: shareBench },
  { name: 'roaming', inBrowser: true, run: roamingBench },
  { name: 'codec', run: codecRows },
  { name: 'servers', run: serversBench },
];
const chosen = PARTS.filter(({ name }) => values.only === undefined || values.only === name);
if (chosen.length === 0) {
  console.error(
    `There is no part "${values.only ?? ''}"; there are ${PARTS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const rows: Row[] = [];
for (const part of chosen) {
  const began = performance.now();
  process.stderr.write(`${part.name} … `);
  rows.push(...(await attempt(part)));
  process.stderr.write(`${Math.round((performance.now() - began) / 1000)} s\n`);
}
console.log(table(rows));
mkdirSync('bench', { recursive: true });
const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version };
const report = { at: new Date().toISOString(), quick, machine, rows };
writeFileSync('bench/latest.json', `${JSON.stringify(report, null, 2)}\n`);
process.exit(rows.some((row) => row.figure === null && row.unit === '') ? 1 : 0);

/** A part that cannot run says why in its row and does not take the others with it. */
async function attempt(part: (typeof PARTS)[number]): Promise<readonly Row[]> {
  const failed = (note: string): Row[] => [{ name: part.name, figure: null, unit: '', note }];
  if (part.inBrowser && findChromium() === null) return failed('no Chromium on this machine');
  try {
    return await part.run(quick);
  } catch (error) {
    return failed(
      String(error instanceof Error ? error.message : error)
        .replace(/\s+/g, ' ')
        .slice(0, 200),
    );
  }
}
