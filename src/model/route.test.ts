import { expect, test } from 'vitest';
import { asAor, hrefOf, routeOf, routeOfLink, type Route } from './route.ts';

const routes: readonly [string, Route][] = [
  ['/', { at: 'contacts' }],
  ['/chats', { at: 'chats' }],
  ['/chat/sip:ana@example.test', { at: 'chat', aor: 'sip:ana@example.test' }],
  ['/card/sip:o%2Fneil@example.test', { at: 'card', aor: 'sip:o/neil@example.test' }],
  ['/card/tel:%2B441134960147', { at: 'card', aor: 'tel:+441134960147' }],
  ['/calls', { at: 'calls' }],
  ['/settings', { at: 'settings', section: null }],
  ['/settings/devices', { at: 'settings', section: 'devices' }],
  ['/doctor', { at: 'doctor' }],
  ['/saved', { at: 'saved' }],
  ['/help', { at: 'help' }],
];

test.each(routes)('%s is a place and back', (path, route) => {
  expect(routeOf(path)).toEqual(route);
  expect(hrefOf(route)).toBe(path);
});

test('what nobody knows leads to the contacts', () => {
  for (const path of ['/nowhere', '/chat/', '/chat/%E0%A4%A', '/constructor']) {
    expect(routeOf(path), path).toEqual({ at: 'contacts' });
  }
  expect(routeOf('/settings/toString')).toEqual({ at: 'settings', section: null });
});

test('a link to call somebody shows their card: nothing rings before a person presses', () => {
  expect(routeOf('/call/ana@example.test')).toEqual({ at: 'card', aor: 'sip:ana@example.test' });
  expect(routeOf('/call/')).toEqual({ at: 'contacts' });
});

test('an address is read with and without its scheme, its host without case', () => {
  expect(asAor('Ana@Example.TEST')).toBe('sip:Ana@example.test');
  expect(asAor('SIP:ana@example.test')).toBe('sip:ana@example.test');
});

test.each([
  ['sip:ben@Larkfield.example', { at: 'chat', aor: 'sip:ben@larkfield.example' }],
  ['sip:ben@larkfield.example;transport=ws?subject=x', { at: 'chat', aor: 'sip:ben@larkfield.example' }],
  ['im:ben@larkfield.example', { at: 'chat', aor: 'sip:ben@larkfield.example' }],
  ['tel:+44-113-4960147', { at: 'card', aor: 'tel:+44-113-4960147' }],
  ['sip:%22%3Cscript%3E@x', { at: 'contacts' }],
  ['javascript:alert(1)', { at: 'contacts' }],
  ['https://larkfield.example/', { at: 'contacts' }],
])('I01 a link of another page, %s', (link, route) => {
  expect(routeOfLink(link)).toEqual(route);
  expect(routeOf(`/link/${encodeURIComponent(link)}`)).toEqual(route);
});
