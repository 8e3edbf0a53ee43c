import { defineConfig } from '@playwright/test';
import { chromium, fakeMedia, findShell } from './chromium.ts';

const server = process.env['PARLEY_SERVER'] ?? 'embedded';
const shell = findShell();
/** Push, and sound where the fake microphone is listened to: for these the whole browser is needed. */
const WHOLE = ['devices', 'gets-through', 'push'].map((name) => `**/${name}.spec.ts`);

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: `../test-results/${server}`,
  fullyParallel: false,
  workers: 1,
  forbidOnly: Boolean(process.env['CI']),
  // A slow machine may take its time: what must be fast is asked for where it must.
  timeout: 120_000,
  expect: { timeout: 10_000 },
  ...(shell !== null && {
    projects: [
      { name: 'shell', testIgnore: WHOLE, use: { launchOptions: chromium(fakeMedia, shell) } },
      { name: 'whole', testMatch: WHOLE },
    ],
  }),
  reporter: [
    ['list'],
    ...(process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] ? [['json'] as const] : []),
    ['html', { open: 'never', outputFolder: `../playwright-report/${server}` }],
  ],
  use: {
    browserName: 'chromium',
    // A recording of everything takes a fifth of a suite's time: PARLEY_TRACE=1 makes one of what fails.
    trace: process.env['PARLEY_TRACE'] ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    permissions: ['notifications', 'microphone', 'camera'],
    launchOptions: chromium(fakeMedia),
  },
});
