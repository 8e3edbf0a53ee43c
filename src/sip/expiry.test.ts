import { expect, test } from 'vitest';
import {
  dateOf,
  deltaSeconds,
  grantedSeconds,
  minExpires,
  refreshDelay,
  retryAfterSeconds,
  routesOf,
  stateAndParams,
} from './expiry.ts';

const message = (name: string, value: string) => ({ headers: [{ name, value }] });

test.each([
  ['600', 600],
  [' 600', 600],
  ['0', 0],
  ['-5', null],
  ['soon', null],
  ['1e3', null],
  ['', null],
  ['99999999999', null],
  [undefined, null],
  [null, null],
])('delta-seconds %j', (text, seconds) => {
  expect(deltaSeconds(text)).toBe(seconds);
});

test.each([
  [null, 600, 600],
  [0, 600, 60],
  [4_294_967_295, 600, 86_400],
  [3600, 600, 3600],
  [null, Number.NaN, 60],
  [null, Infinity, 60],
])('granted %j of %j', (named, wished, seconds) => {
  expect(grantedSeconds(named, wished)).toBe(seconds);
});

test('the refresh lies between 50 and 85 %', () => {
  expect(refreshDelay(600, 0)).toBe(300_000);
  expect(refreshDelay(600, 0.999999)).toBeLessThanOrEqual(510_000);
});

test('Retry-After with comment and parameters, Min-Expires within reason', () => {
  expect(retryAfterSeconds(message('Retry-After', '120 (lunch);duration=60'))).toBe(120);
  expect(retryAfterSeconds(message('Retry-After', '-1'))).toBeNull();
  expect(minExpires(message('Min-Expires', '1800'))).toBe(1800);
  expect(minExpires(message('Min-Expires', '4294967295'))).toBeNull();
});

test('Subscription-State', () => {
  expect(stateAndParams('Active;Expires=500')?.state).toBe('active');
  expect(stateAndParams('active;expires=500')?.params.get('expires')).toBe('500');
  expect(stateAndParams('active;expires=1;expires=2')).toBeNull();
  expect(stateAndParams('')).toBeNull();
});

test('Date is GMT or nothing', () => {
  expect(dateOf(message('Date', 'Mon, 23 Nov 2026 16:18:58 GMT'))).toBe(Date.UTC(2026, 10, 23, 16, 18, 58));
  expect(dateOf(message('Date', '2026-11-23'))).toBeNull();
  expect(dateOf(message('Date', 'Mon, 99 Nov 2026 16:18:58 GMT'))).toBeNull();
});

test('routes, a broken field left out', () => {
  const fields = ['<sip:a;lr>, <sip:b;lr>', '"open', '<sip:c;lr>'].map((value) => ({
    name: 'Record-Route',
    value,
  }));
  expect(routesOf({ headers: fields }, 'Record-Route')).toEqual(['<sip:a;lr>', '<sip:b;lr>', '<sip:c;lr>']);
});
