/**
 * `npm test`: types, lint, law, sizes, unit tests and the browser suites on both servers, one after another (two
 * cores are one suite's worth). A system part that is missing makes its suites "not run", never "passed"; with CI set
 * that is a failure. The last line is `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { findChromium } from './chromium.ts';

interface Tally {
  passed: number;
  failed: number;
}
interface Step {
  readonly name: string;
  readonly command: string;
  readonly env?: Record<string, string>;
  /** What must be on the machine, else the step does not run. */
  readonly needs?: readonly Part[];
  /** Reads the reporter's file; without it the step counts as one test. */
  readonly count?: () => Tally;
}
interface Part {
  readonly name: string;
  readonly here: () => boolean;
  readonly install: string;
}

const found = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const browser: Part = {
  name: 'Chromium',
  here: () => findChromium() !== null,
  install: 'On Debian: apt-get install chromium. Elsewhere: npx playwright install chromium.',
};
const engine: Part = {
  name: 'Kamailio and friends',
  here: () => ['kamailio', 'rtpengine', 'turnserver', 'baresip'].every(found),
  install:
    'On Debian: apt-get install kamailio kamailio-{websocket,presence,xml,postgres,tls,outbound,utils,json,extra}-modules postgresql rtpengine-daemon coturn baresip-core sip-tester',
};

const results = 'test-results';
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

function vitestTally(): Tally {
  const report = JSON.parse(readFileSync(`${results}/unit.json`, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numFailedTestSuites: number;
  };
  return {
    passed: report.numPassedTests,
    failed: Math.max(report.numFailedTests, report.numFailedTestSuites),
  };
}
function playwrightTally(server: string): Tally {
  const report = JSON.parse(readFileSync(`${results}/${server}.json`, 'utf8')) as {
    stats: { expected: number; unexpected: number; flaky: number };
  };
  return { passed: report.stats.expected, failed: report.stats.unexpected + report.stats.flaky };
}
const suite = (server: string, needs: readonly Part[]): Step => ({
  name: `Browser suite on ${server === 'embedded' ? 'the embedded server' : 'Kamailio'}`,
  command: 'playwright test -c e2e',
  env: { PARLEY_SERVER: server, PLAYWRIGHT_JSON_OUTPUT_FILE: resolve(results, `${server}.json`) },
  needs,
  count: () => playwrightTally(server),
});

const steps: readonly Step[] = [
  { name: 'Types', command: 'npm run -s check:types' },
  { name: 'Lint', command: 'npm run -s check:lint' },
  { name: 'Import law', command: 'npm run -s check:law' },
  { name: 'Build and sizes', command: 'npm run -s check:size' },
  {
    name: 'Unit tests',
    command: 'vitest run',
    env: { PARLEY_JUNIT: `${results}/unit.json` },
    needs: [browser],
    count: vitestTally,
  },
  { name: 'Fuzz, a bounded share', command: 'npm run -s fuzz -- --count 25000 --seed 1' },
  suite('embedded', [browser]),
  suite('kamailio', [browser, engine]),
];

const total: Tally = { passed: 0, failed: 0 };
const notRun: string[] = [];
for (const step of steps) {
  const missing = (step.needs ?? []).filter((part) => !part.here());
  if (missing.length > 0) {
    for (const part of missing) notRun.push(`${step.name}: ${part.name} is missing. ${part.install}`);
    if (process.env['CI']) total.failed += 1;
    continue;
  }
  console.log(`\n== ${step.name}`);
  const began = Date.now();
  const code = await run(step);
  const tally = counted(step, code);
  total.passed += tally.passed;
  total.failed += tally.failed;
  console.log(
    `== ${step.name}: ${tally.passed} passed, ${tally.failed} failed, ${Math.round((Date.now() - began) / 1000)} s`,
  );
}
if (notRun.length > 0) console.log(`\nNot run:\n${notRun.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

function run(step: Step): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(step.command, {
      shell: true,
      stdio: 'inherit',
      env: { ...process.env, ...step.env },
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** A step that failed counts at least one failure, whatever its report says. */
function counted(step: Step, code: number): Tally {
  let tally: Tally = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  try {
    if (step.count) tally = step.count();
  } catch {
    return { passed: 0, failed: 1 };
  }
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
