/** `node e2e/simulation/main.ts --seed 7 [--fault noUniqueIndex] [--count 100]`: one seed with its story, or many. */
import { parseArgs } from 'node:util';
import { NO_FAULTS, type Faults } from './faults.ts';
import { simulate } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    fault: { type: 'string' },
  },
});
const first = Number(values.seed);
const count = Number(values.count);
const faults: Partial<Faults> = values.fault && values.fault in NO_FAULTS ? { [values.fault]: true } : {};
let bad = 0;
for (let seed = first; seed < first + count; seed++) {
  const { violations, story, messages } = await simulate(seed, faults);
  if (violations.length > 0) bad += 1;
  if (count === 1) process.stdout.write(`${story.join('\n')}\n`);
  if (violations.length > 0 || count === 1)
    process.stdout.write(
      `seed ${seed}: ${messages} messages, ${violations.length} violations\n${violations.join('\n')}\n`,
    );
}
process.stdout.write(`${count} seeds, ${bad} with violations\n`);
process.exit(bad > 0 ? 1 : 0);
