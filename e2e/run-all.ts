/**
 * `npm test`: types, lint, law, sizes and a share of fuzzing side by side, then unit tests and the browser suites on
 * both servers, one after another (two cores are one suite's worth). A system part that is missing makes its suites
 * "not run", never "passed"; with CI set that is a failure. What failed is named at the end; the last line is
 * `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { findChromium } from './chromium.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** The names of what failed, where the reporter tells them. */
  readonly names?: readonly string[];
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

interface UnitReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}
function vitestTally(): Tally {
  const report = JSON.parse(readFileSync(`${results}/unit.json`, 'utf8')) as UnitReport;
  const names = report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      return failed.length > 0 ? failed.map(({ fullName }) => `${name} › ${fullName}`) : [name];
    });
  return {
    passed: report.numPassedTests,
    failed: Math.max(report.numFailedTests, report.numFailedTestSuites),
    names,
  };
}
interface BrowserSuite {
  readonly suites?: readonly BrowserSuite[];
  readonly specs?: readonly { readonly title: string; readonly file: string; readonly ok: boolean }[];
}
function playwrightTally(server: string): Tally {
  const report = JSON.parse(readFileSync(`${results}/${server}.json`, 'utf8')) as BrowserSuite & {
    stats: { expected: number; unexpected: number; flaky: number };
  };
  const failed = ({ suites = [], specs = [] }: BrowserSuite): string[] => [
    ...specs.filter(({ ok }) => !ok).map(({ file, title }) => `${file} › ${title}`),
    ...suites.flatMap(failed),
  ];
  const { expected, unexpected, flaky } = report.stats;
  return { passed: expected, failed: unexpected + flaky, names: failed(report) };
}
const suite = (server: string, needs: readonly Part[]): Step => ({
  name: `Browser suite on ${server === 'embedded' ? 'the embedded server' : 'Kamailio'}`,
  command: 'playwright test -c e2e',
  env: { PARLEY_SERVER: server, PLAYWRIGHT_JSON_OUTPUT_FILE: resolve(results, `${server}.json`) },
  needs,
  count: () => playwrightTally(server),
});

/** None of these waits for another process: two lanes fill two cores. */
const lanes: readonly (readonly Step[])[] = [
  [
    { name: 'Types', command: 'npm run -s check:types' },
    { name: 'Import law', command: 'npm run -s check:law' },
    { name: 'Build and sizes', command: 'npm run -s check:size' },
    // It counts CPU, not the clock.
    { name: 'Fuzz, a bounded share', command: 'npm run -s fuzz -- --count 25000 --seed 1' },
  ],
  [{ name: 'Lint', command: 'npm run -s check:lint' }],
];
const steps: readonly Step[] = [
  {
    name: 'Unit tests',
    command: 'vitest run',
    env: { PARLEY_JUNIT: `${results}/unit.json` },
    needs: [browser],
    count: vitestTally,
  },
  suite('embedded', [browser]),
  suite('kamailio', [browser, engine]),
];

const total = { passed: 0, failed: 0 };
const notRun: string[] = [];
const failures: string[] = [];
await Promise.all(
  lanes.map(async (lane) => {
    for (const step of lane) await take(step, 'pipe');
  }),
);
for (const step of steps) {
  const missing = (step.needs ?? []).filter((part) => !part.here());
  if (missing.length > 0) {
    for (const part of missing) notRun.push(`${step.name}: ${part.name} is missing. ${part.install}`);
    if (process.env['CI']) total.failed += 1;
    continue;
  }
  console.log(`\n== ${step.name}`);
  await take(step, 'inherit');
}
if (notRun.length > 0) console.log(`\nNot run:\n${notRun.map((line) => `  ${line}`).join('\n')}`);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Runs a step and counts it. With `pipe` its output appears when it is done, so that lanes do not mix. */
async function take(step: Step, output: 'inherit' | 'pipe'): Promise<void> {
  const began = Date.now();
  const { code, said } = await run(step, output);
  const tally = counted(step, code);
  total.passed += tally.passed;
  total.failed += tally.failed;
  if (tally.failed > 0)
    failures.push(
      ...(tally.names?.length ? tally.names : [step.name]).map((name) => `${step.name}: ${name}`),
    );
  const seconds = Math.round((Date.now() - began) / 1000);
  if (output === 'pipe') console.log(`\n== ${step.name}\n${said}`);
  console.log(`== ${step.name}: ${tally.passed} passed, ${tally.failed} failed, ${seconds} s`);
}

function run(step: Step, output: 'inherit' | 'pipe'): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(step.command, {
      shell: true,
      stdio: ['inherit', output, output],
      env: { ...process.env, ...step.env },
    });
    let said = '';
    const keep = (chunk: Buffer) => (said += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('close', (code) => resolve({ code: code ?? 1, said }));
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
