/**
 * Every presence document printed in the RFCs (fixtures/README.md): read --> written --> read, and nothing is another.
 * The trees of all of them go through our writer, whatever they are about.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { accessPolicyOf, encodeAccessPolicy, levelOf } from './access-policy.ts';
import type { Decoded } from './decoded.ts';
import { foldAvailability } from './fold-availability.ts';
import { decodePidf, encodePidf } from './pidf.ts';
import { decodePresRules } from './pres-rules.ts';
import { decodeResourceLists, encodeResourceLists } from './resource-lists.ts';
import { decodeRlmi, encodeRlmi } from './rlmi.ts';
import { decodeWatcherinfo, encodeWatcherinfo } from './watcherinfo.ts';
import { decodeXcapDiff } from './xcap-diff.ts';
import { LARGE_DOCUMENT, parseXml } from './xml.ts';
import { writeXml } from './xml-writer.ts';

const read = (path: string): string =>
  readFileSync(new URL('./fixtures/xml/instances/' + path, import.meta.url), 'utf8');
interface Printed {
  readonly file: string;
  readonly root: string;
  readonly expect: string;
}
const PRINTED = JSON.parse(read('index.json')) as readonly Printed[];
const isGood = (one: Printed): boolean => one.expect === 'well-formed';
function files(...roots: string[]): string[] {
  return PRINTED.filter((one) => isGood(one) && roots.includes(one.root.replace(/^.*:/, ''))).map(
    ({ file }) => file,
  );
}
function must<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(decoded.why);
  return decoded.value;
}
function survives<T>(file: string, decode: (text: string) => Decoded<T>, encode: (value: T) => string): T {
  const value = must(decode(read(file)));
  expect(must(decode(encode(value)))).toEqual(value);
  return value;
}

test.each(PRINTED.filter(isGood).map(({ file }) => file))('the tree of %s', (file) => {
  const tree = must(parseXml(read(file), LARGE_DOCUMENT));
  expect(must(parseXml(writeXml(tree), LARGE_DOCUMENT))).toEqual(tree);
});

describe('presence (RFC 3863, 4479 to 4482, 5196, 5262)', () => {
  test.each(files('presence', 'pidf-full'))('%s', (file) => {
    const document = survives(file, decodePidf, encodePidf);
    // Whatever it says, it can be shown.
    expect(foldAvailability([document], Date.parse('2005-10-27T17:00:00Z')).availability).not.toBe('unknown');
  });
  test('the full state of partial presence has all its services', () => {
    const { tuples, persons } = must(decodePidf(read('rfc5262-02-pidf-full.xml')));
    expect([tuples.length, persons.length]).toEqual([3, 1]);
  });
});

describe('resource lists (RFC 4826, 5363 to 5367)', () => {
  test.each(files('resource-lists'))(
    '%s',
    (file) => void survives(file, decodeResourceLists, encodeResourceLists),
  );
});

describe('list state (RFC 4662)', () => {
  test.each(files('list').filter((file) => file.startsWith('rfc4662')))(
    '%s',
    (file) => void survives(file, decodeRlmi, encodeRlmi),
  );
});

describe('watchers (RFC 3858)', () => {
  test.each(files('watcherinfo'))('%s', (file) => void survives(file, decodeWatcherinfo, encodeWatcherinfo));
});

describe('changes of documents (RFC 5874, 5875)', () => {
  test.each(files('xcap-diff'))('%s', (file) => {
    expect(decodeXcapDiff(read(file)).ok).toBe(true);
  });
});

describe('rules (RFC 4745, 5025)', () => {
  test.each(files('ruleset'))('%s written anew means the same', (file) => {
    const now = Date.parse('2003-12-24T18:00:00Z');
    const rules = must(decodePresRules(read(file)));
    const policy = accessPolicyOf(rules, 'example.com', now);
    const again = must(decodePresRules(encodeAccessPolicy(policy, true)));
    for (const who of ['alice', 'bob', 'carol', 'nobody'].map((user) => `sip:${user}@example.com`)) {
      const context = { now, ownDomain: 'example.com' };
      expect(levelOf(again, who, context)).toBe(levelOf(rules, who, context));
    }
  });
});
