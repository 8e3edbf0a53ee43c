/**
 * `npm run fuzz -- [--count n] [--seconds s] [--seed n] [--target name] [--from index]`
 *
 * Feeds mutated inputs to every decoder of the wire. A finding is a throw, an unhandled rejection, an input that
 * takes more than 50 ms of CPU (of a long one: 0.5 µs a character), or memory that stays. `--count` is inputs per target. Exit code 1 on a finding; the
 * line printed with it makes the same input again.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DOCUMENT_TARGETS } from './document-targets.ts';
import { mutant } from './mutate.ts';
import { FILE_TARGETS } from './file-targets.ts';
import { HISTORY_TARGETS } from './history-targets.ts';
import { randomOf } from './random.ts';
import { SIP_TARGETS } from './sip-targets.ts';
import type { Target } from './target.ts';

const MOST_CPU_MS = 50;
/** What grows with its input is no finding; what grows faster is. */
const CHARACTERS_A_MS = 2_000;
const SUSPECT_MS = 3;
const MOST_GROWTH = 24 * 1024 * 1024;
const FINDINGS_SHOWN = 10;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    target: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
const from = Number(values.from);
const targets = [...SIP_TARGETS, ...DOCUMENT_TARGETS, ...FILE_TARGETS, ...HISTORY_TARGETS].filter(
  ({ name }) => !values.target || name === values.target,
);
const secondsEach = values.seconds === undefined ? Infinity : Number(values.seconds) / targets.length;
if (![count, seed, from].every(Number.isInteger) || targets.length === 0) {
  console.error('Usage: --count n --seconds s --seed n --target name --from index');
  process.exit(2);
}

let findings = 0;
function found(target: string, index: number, what: string, input: string): void {
  if (++findings > FINDINGS_SHOWN) return;
  console.log(`FINDING ${target} #${index}: ${what}`);
  console.log(`  again: npm run fuzz -- --seed ${seed} --target ${target} --from ${index} --count 1`);
  console.log(`  input: ${JSON.stringify(input.length > 1500 ? `${input.slice(0, 1500)}…` : input)}`);
}
process.on('unhandledRejection', (why) => found('unhandled rejection', -1, String(why), ''));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** CPU milliseconds of one more run, so that a pause of the machine is not taken for slow work. */
function cpuOf(target: Target, index: number): number {
  const random = randomOf(seed, index);
  const input = mutant(target.seeds, target.words, random);
  const before = process.cpuUsage();
  try {
    target.run(input, random);
  } catch {
    return 0;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const began = process.cpuUsage();
let inputs = 0;
for (const target of targets) {
  const until = performance.now() + secondsEach * 1000;
  const warm = Math.min(20_000, count >> 2);
  let settled = 0;
  let slowest = 0;
  let done = 0;
  for (; done < count && (done % 64 !== 0 || performance.now() < until); done++) {
    const index = from + done;
    const random = randomOf(seed, index);
    const input = mutant(target.seeds, target.words, random);
    const start = performance.now();
    let took = 0;
    try {
      const check = target.run(input, random);
      took = performance.now() - start;
      check?.();
    } catch (error) {
      found(
        target.name,
        index,
        error instanceof Error ? (error.stack ?? error.message) : String(error),
        input,
      );
    }
    if (took > slowest) {
      // The clock also counts what other programs do: whatever looks slow is measured again in CPU time.
      const cpu = took > SUSPECT_MS ? Math.min(took, ...[1, 2, 3].map(() => cpuOf(target, index))) : took;
      if (cpu > Math.max(MOST_CPU_MS, input.length / CHARACTERS_A_MS))
        found(target.name, index, `${cpu.toFixed(0)} ms of CPU`, input);
      slowest = Math.max(slowest, cpu);
    }
    if (done === warm) settled = heap();
  }
  const growth = done > warm * 2 ? heap() - settled : 0;
  if (growth > MOST_GROWTH) found(target.name, -1, `heap grew by ${(growth / 2 ** 20).toFixed(1)} MiB`, '');
  inputs += done;
  console.log(
    `${target.name.padEnd(16)} ${String(done).padStart(8)} inputs, slowest ${slowest.toFixed(1)} ms, heap ${growth >= 0 ? '+' : ''}${(growth / 2 ** 20).toFixed(1)} MiB`,
  );
  // A turn of the loop, so that a rejection nobody waits for shows up here.
  await new Promise((resolve) => setImmediate(resolve));
}
const { user, system } = process.cpuUsage(began);
console.log(
  `fuzz: ${inputs} inputs, seed ${seed}, ${((user + system) / 1e6).toFixed(1)} s CPU, ${findings} findings`,
);
process.exitCode = findings > 0 ? 1 : 0;
