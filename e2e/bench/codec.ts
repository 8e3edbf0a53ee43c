/**
 * Messages parsed per CPU-second, beside sip.js, JsSIP and npm sip in the same run on the same texts. CPU time, so
 * that other load on the machine does not matter; the median of rounds taken in turn, so that neither does heat.
 */
import { createRequire } from 'node:module';
import { LARGE_LIST, TYPICAL } from '../fuzz/corpus.ts';
import { LARGE_LIMITS, parseMessage } from '../../src/protocol/sip-parser.ts';
import { writeMessage } from '../../src/protocol/sip-writer.ts';

export interface CodecRow {
  readonly message: string;
  readonly octets: number;
  /** Ours by theirs; above 1 we are faster. */
  readonly ratios: { readonly sipJs: number; readonly jsSip: number; readonly npmSip: number };
  /** Messages per CPU-second. */
  readonly perSecond: Readonly<Record<ParserName, number>>;
  /** Microseconds of CPU a message. */
  readonly microseconds: Readonly<Record<ParserName, number>>;
}

type ParserName = 'parley' | 'parleyWrite' | 'sipJs' | 'jsSip' | 'npmSip';
type Parse = (text: string) => unknown;

const ROUNDS = 5;
const ROUND_MS = 60;

async function parsers(): Promise<Record<Exclude<ParserName, 'parleyWrite'>, Parse>> {
  const require = createRequire(import.meta.url);
  const { Parser } = (await import('sip.js/lib/core/messages/parser.js')) as unknown as {
    Parser: { parseMessage(text: string, logger: unknown): unknown };
  };
  const jsSip = require('jssip/lib/Parser.js') as { parseMessage(text: string, agent: unknown): unknown };
  const npmSip = require('sip/sip.js') as { parse(text: string): unknown };
  const silent = { log() {}, warn() {}, error() {}, debug() {} };
  return {
    parley: (text) => (parseMessage(text, LARGE_LIMITS).ok ? true : undefined),
    sipJs: (text) => Parser.parseMessage(text, silent),
    jsSip: (text) => jsSip.parseMessage(text, {}),
    npmSip: (text) => npmSip.parse(text),
  };
}

/** Microseconds of CPU one call takes, measured for about `ROUND_MS`. */
function measure(run: () => void): number {
  let calls = 0;
  const before = process.cpuUsage();
  let spent: number;
  do {
    for (let i = 0; i < 20; i++) run();
    calls += 20;
    const used = process.cpuUsage(before);
    spent = used.user + used.system;
  } while (spent < ROUND_MS * 1000);
  return spent / calls;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** One row for each kind of message. Throws when a parser refuses a text: then it would be no comparison. */
export async function codecBench(): Promise<{ rows: CodecRow[] }> {
  const all = await parsers();
  const rows: CodecRow[] = [];
  for (const [message, text] of Object.entries({ ...TYPICAL, 'NOTIFY of a list': LARGE_LIST })) {
    const parsed = parseMessage(text, LARGE_LIMITS);
    if (!parsed.ok) throw new Error(`${message}: ${parsed.reason}`);
    for (const [name, parse] of Object.entries(all))
      if (!parse(text)) throw new Error(`${name} refuses ${message}`);
    const runs: [ParserName, () => void][] = [
      ...Object.entries(all).map(([name, parse]): [ParserName, () => void] => [
        name as ParserName,
        () => parse(text),
      ]),
      ['parleyWrite', () => writeMessage(parsed.message)],
    ];
    const times = new Map<ParserName, number[]>(runs.map(([name]) => [name, []]));
    // One round to warm up, which is thrown away.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, run] of runs) {
        const time = measure(run);
        if (round > 0) times.get(name)?.push(time);
      }
    }
    const of = (name: ParserName) => median(times.get(name) ?? []);
    const each = (value: (name: ParserName) => number) => ({
      parley: value('parley'),
      parleyWrite: value('parleyWrite'),
      sipJs: value('sipJs'),
      jsSip: value('jsSip'),
      npmSip: value('npmSip'),
    });
    const ratio = (name: ParserName) => Number((of(name) / of('parley')).toPrecision(3));
    rows.push({
      message,
      octets: Buffer.byteLength(text),
      ratios: { sipJs: ratio('sipJs'), jsSip: ratio('jsSip'), npmSip: ratio('npmSip') },
      perSecond: each((name) => Math.round(1e6 / of(name))),
      microseconds: each((name) => Number(of(name).toPrecision(3))),
    });
  }
  return { rows };
}
