import { expect, test } from 'vitest';
import type { ListedResource } from '../../protocol/rlmi.ts';
import { divide, GRACE, MOST_SINGLES, saidOf, tell, type Coverage, type Question } from './list-cover.ts';

const uri = 'sip:ben@x.test';
const pidf = (body: string) => ({
  ...{ headers: new Map(), contentId: 'c', body, contentType: 'application/pidf+xml' },
});
type Instances = ListedResource['instances'];
const resource = (instances: Instances, bodies: string[] = [], of = uri): ListedResource => ({
  ...{ uri: of, name: '', instances, parts: bodies.map(pidf) },
});
const active = (body: string, of = uri) => resource([{ id: '1', state: 'active', cid: 'c' }], [body], of);

test.each<[string, ListedResource, ReturnType<typeof saidOf>]>([
  ['nothing yet', resource([]), null],
  ['active with a document', active('<a/>'), { is: 'state', documents: ['<a/>'] }],
  ['active, nothing to see', resource([{ id: '1', state: 'active' }]), { is: 'state', documents: [] }],
  ['active, its part is missing', resource([{ id: '1', state: 'active', cid: 'gone' }]), null],
  ['pending', resource([{ id: '1', state: 'pending' }]), { is: 'unknown' }],
  ['rejected', resource([{ id: '1', state: 'terminated', reason: 'rejected' }]), { is: 'unknown' }],
  ['no resource', resource([{ id: '1', state: 'terminated', reason: 'noresource' }]), { is: 'elsewhere' }],
  ['ended otherwise', resource([{ id: '1', state: 'terminated' }]), { is: 'elsewhere' }],
])('%s', (_, given, said) => {
  expect(saidOf(given)).toEqual(said);
});

const NONE: Coverage = new Map();

test('a partial state adds to what was told, a full one replaces it', () => {
  const first = tell(NONE, { full: true, resources: [active('<a/>'), resource([], [], 'sip:cy@x.test')] });
  expect([[...first.coverage.keys()], first.news, first.moved]).toEqual([[uri], [uri], true]);
  const second = tell(first.coverage, { full: false, resources: [active('<c/>', 'sip:cy@x.test')] });
  expect([second.coverage.size, second.news, second.moved]).toEqual([2, ['sip:cy@x.test'], true]);
  const third = tell(second.coverage, { full: false, resources: [active('<b/>')] });
  expect([third.coverage.size, third.news, third.moved]).toEqual([2, [uri], false]);
  const again = tell(third.coverage, { full: true, resources: [active('<b/>')] });
  expect([[...again.coverage.keys()], again.news, again.moved]).toEqual([[uri], [], true]);
});

test('somebody who loses the instance is no longer told of', () => {
  const first = tell(NONE, { full: true, resources: [active('<a/>')] });
  expect(tell(first.coverage, { full: false, resources: [resource([])] })).toMatchObject({
    ...{ coverage: NONE, moved: true, news: [] },
  });
});

test('a list without end is not followed without end', () => {
  const resources = Array.from({ length: 9000 }, (_, i) => active('<a/>', `sip:p${i}@x.test`));
  expect(tell(NONE, { full: false, resources }).coverage.size).toBeLessThan(5000);
});

const NOW = 1_000_000;
const TOLD: Coverage = new Map([[uri, { is: 'state', documents: [] }]]);
const FOREIGN: Coverage = new Map([[uri, { is: 'elsewhere' }]]);
const question = (given: Partial<Question>): Question => ({
  ...{ list: 'on', coverage: NONE, wanted: [uri], contacts: new Set([uri]), looks: new Set<string>() },
  ...{ open: new Set<string>(), grace: new Map(), now: NOW },
  ...given,
});

test.each<[string, Partial<Question>, readonly string[], number | null]>([
  ['told by the list: not singly', { coverage: TOLD }, [], null],
  ['told by the list, open: closed', { coverage: TOLD, open: new Set([uri]) }, [], null],
  ['told by a lost list: singly', { coverage: TOLD, list: 'lost' }, [uri], null],
  ['no list: singly', { list: 'off' }, [uri], null],
  ['not answered: waits', { list: 'asking' }, [], null],
  ['not answered, looked at, no contact: at once', { list: 'asking', contacts: new Set() }, [uri], null],
  ['elsewhere: at once', { coverage: FOREIGN }, [uri], null],
  ['not told yet: waits', {}, [], NOW + GRACE],
  ['not told within the grace: singly', { grace: new Map([[uri, NOW]]) }, [uri], null],
  ['not told, not yet due', { grace: new Map([[uri, NOW + 1]]) }, [], NOW + 1],
  ['not told, open already: stays', { open: new Set([uri]) }, [uri], null],
])('%s', (_, given, singles, again) => {
  expect(divide(question(given))).toMatchObject({ singles, again });
});

test('beside a list so many singly and no more, those looked at first, then the open ones', () => {
  const wanted = Array.from({ length: 600 }, (_, i) => `sip:p${i}@x.test`);
  const given = {
    ...{ wanted, contacts: new Set(wanted), looks: new Set(['sip:p599@x.test']) },
    open: new Set(['sip:p598@x.test']),
  };
  const { singles } = divide(question({ ...given, list: 'lost' }));
  expect(singles).toHaveLength(MOST_SINGLES);
  expect(singles.slice(0, 3)).toEqual(['sip:p599@x.test', 'sip:p598@x.test', 'sip:p0@x.test']);
  expect(divide(question({ ...given, list: 'off' })).singles).toHaveLength(600);
});
