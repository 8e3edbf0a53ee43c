import { Readable } from 'node:stream';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpRequest, HttpRoute } from '../http/contract.ts';
import { migrate } from '../store/migrations.ts';
import { groupWriter } from '../store/writer.ts';
import { type DocumentChange, type Documents, XCAP_TABLES, openDocuments } from './documents.ts';
import { xcapRoute } from './xcap-route.ts';

/*
 * client                         server
 *   | PUT index (If-None-Match *)  |
 *   |----------------------------->|  digest, own tree, type, well-formed, root, unique
 *   |            201 ETag "a"      |
 *   |<-----------------------------|
 *   | PUT node (If-Match "a")      |
 *   |----------------------------->|  edit, ask the selector again, check once more
 *   |            200 ETag "b"      |
 *   |<-----------------------------|
 */

const ALICE = 'sip:alice@example.org';
const LISTS = '/xcap/resource-lists/users/sip:alice@example.org/index';
const LIST_TYPE = 'application/resource-lists+xml';
const DOCUMENT = `<?xml version="1.0" encoding="UTF-8"?>
<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">
  <!-- kept -->
  <list name="friends">
    <entry uri="sip:bill@example.org"><display-name>Bill</display-name></entry>
    <entry uri="sip:joe@example.org"/>
  </list>
</resource-lists>`;

let documents: Documents;
let route: HttpRoute;
let changes: DocumentChange[];

beforeEach(() => {
  const database = new DatabaseSync(':memory:');
  migrate(database, [XCAP_TABLES]);
  documents = openDocuments(groupWriter(database));
  changes = [];
  documents.onChange((change) => changes.push(change));
  route = xcapRoute({
    root: '/xcap',
    documents,
    authenticator: {
      authenticate: (request) =>
        Promise.resolve(
          request.headers['authorization'] === undefined
            ? { answer: { status: 401, headers: { 'www-authenticate': 'Digest realm="example.org"' } } }
            : { aor: request.headers['authorization'] },
        ),
    },
  });
});

function ask(
  method: string,
  target: string,
  options: { as?: string; type?: string; body?: string | Buffer; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const octets = Buffer.from(options.body ?? '');
  const request: HttpRequest = {
    method,
    target,
    address: '127.0.0.1',
    headers: {
      authorization: options.as ?? ALICE,
      ...(options.type === undefined ? {} : { 'content-type': options.type }),
      ...options.headers,
    },
    body: (limit) => Promise.resolve(octets.length > limit ? null : octets),
    octets: () => Readable.from([octets]),
  };
  return route.handle(request);
}
const put = (target: string, body: string | Buffer, type = LIST_TYPE, headers: Record<string, string> = {}) =>
  ask('PUT', target, { body, type, headers });
const node = (selector: string) => `${LISTS}/~~/${selector.split('/').map(encodeURIComponent).join('/')}`;
const text = (answer: HttpAnswer) => String(answer.body);
const etag = (answer: HttpAnswer) => String(answer.headers?.['etag']);

describe('documents', () => {
  it('are created with 201, replaced with 200, read, deleted, and gone', async () => {
    const created = await put(LISTS, DOCUMENT);
    expect(created.status).toBe(201);
    const read = await ask('GET', LISTS);
    expect(read).toMatchObject({ status: 200, body: DOCUMENT });
    expect(read.headers).toMatchObject({ etag: etag(created), 'content-type': LIST_TYPE });
    const replaced = await put(LISTS, DOCUMENT.replace('friends', 'others'));
    expect(replaced.status).toBe(200);
    expect(etag(replaced)).not.toBe(etag(created));
    expect((await ask('DELETE', LISTS)).status).toBe(200);
    expect((await ask('GET', LISTS)).status).toBe(404);
    expect((await ask('DELETE', LISTS)).status).toBe(404);
    expect(changes.map(({ before, after }) => [before !== null, after !== null])).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  it('answer 401 as the authenticator says', async () => {
    const answer = await route.handle({
      method: 'GET',
      target: LISTS,
      address: '',
      headers: {},
      body: () => Promise.resolve(null),
      octets: () => Readable.from([]),
    });
    expect(answer.status).toBe(401);
  });

  it('hold conditions: If-Match, If-None-Match, bare and quoted star', async () => {
    expect((await put(LISTS, DOCUMENT, LIST_TYPE, { 'if-match': '*' })).status).toBe(412);
    const created = await put(LISTS, DOCUMENT, LIST_TYPE, { 'if-none-match': '*' });
    expect(created.status).toBe(201);
    for (const star of ['*', '"*"']) {
      expect((await put(LISTS, DOCUMENT, LIST_TYPE, { 'if-none-match': star })).status).toBe(412);
    }
    expect((await put(LISTS, DOCUMENT, LIST_TYPE, { 'if-match': '"other"' })).status).toBe(412);
    expect((await ask('DELETE', LISTS, { headers: { 'if-match': '"other"' } })).status).toBe(412);
    expect((await put(LISTS, DOCUMENT, LIST_TYPE, { 'if-match': `"x", ${etag(created)}` })).status).toBe(200);
    expect((await ask('GET', LISTS, { headers: { 'if-none-match': etag(created) } })).status).toBe(304);
  });

  it('let one of two racing writers win', async () => {
    const tag = etag(await put(LISTS, DOCUMENT));
    const race = ['a', 'b'].map((name) =>
      put(LISTS, DOCUMENT.replace('friends', name), LIST_TYPE, { 'if-match': tag }),
    );
    expect((await Promise.all(race)).map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it.each([
    ['not well-formed', `${DOCUMENT}<x/>`, 'not-well-formed'],
    ['with a document type', `<!DOCTYPE x>${DOCUMENT}`, 'not-well-formed'],
    ['with an undeclared prefix', DOCUMENT.replace('<entry ', '<p:entry '), 'not-well-formed'],
    [
      'with another root',
      '<ruleset xmlns="urn:ietf:params:xml:ns:common-policy"/>',
      'schema-validation-error',
    ],
    ['with a root in another namespace', '<resource-lists/>', 'schema-validation-error'],
    ['naming an entry twice', DOCUMENT.replace('joe', 'bill'), 'uniqueness-failure'],
    ['not UTF-8', Buffer.from([0x3c, 0xff, 0xfe]), 'not-utf-8'],
  ])('are refused with 409 when %s', async (_name, body, error) => {
    const answer = await put(LISTS, body);
    expect(answer.status).toBe(409);
    expect(answer.headers?.['content-type']).toBe('application/xcap-error+xml');
    expect(text(answer)).toContain(`<${error}`);
    expect(documents.list(ALICE)).toEqual([]);
  });

  it('are refused with 415, 413, 403, 404, 405', async () => {
    expect((await put(LISTS, DOCUMENT, 'text/xml')).status).toBe(415);
    expect((await put(LISTS, 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
    const bob = { as: 'sip:bob@example.org' };
    expect((await ask('PUT', LISTS, { ...bob, type: LIST_TYPE, body: DOCUMENT })).status).toBe(403);
    expect((await ask('GET', LISTS, bob)).status).toBe(403);
    expect((await ask('DELETE', LISTS, bob)).status).toBe(403);
    expect((await ask('GET', '/xcap/foo/users/sip:alice@example.org/index')).status).toBe(404);
    expect((await ask('POST', LISTS)).status).toBe(405);
  });

  it('stop at 64 a person', async () => {
    for (let i = 0; i < 64; i++) expect((await put(`${LISTS}${i}`, DOCUMENT)).status).toBe(201);
    expect((await put(`${LISTS}64`, DOCUMENT)).status).toBe(507);
    expect((await put(`${LISTS}0`, DOCUMENT)).status).toBe(200);
  });

  it('have two doors where OMA and IETF differ', async () => {
    const rules = '<cp:ruleset xmlns:cp="urn:ietf:params:xml:ns:common-policy"/>';
    const oma = '/xcap/org.openmobilealliance.pres-rules/users/sip:alice@example.org/pres-rules';
    expect((await put(oma, rules, 'application/auth-policy+xml')).status).toBe(201);
    expect((await ask('GET', '/xcap/pres-rules/users/sip%3Aalice%40EXAMPLE.org/index')).body).toBe(rules);
    expect((await ask('GET', '/xcap/pres-rules/users/alice@example.org/index')).body).toBe(rules);
  });

  it('show portraits to everybody signed in and nobody else', async () => {
    const picture =
      '/xcap/org.openmobilealliance.pres-content/users/sip:alice@example.org/oma_status-icon/image';
    const body = '<content xmlns="urn:oma:xml:prs:pres-content"><data>AAAA</data></content>';
    expect((await put(picture, body, 'application/vnd.oma.pres-content+xml')).status).toBe(201);
    expect((await ask('GET', picture, { as: 'sip:bob@example.org' })).body).toBe(body);
    expect((await ask('DELETE', picture, { as: 'sip:bob@example.org' })).status).toBe(403);
  });

  it('in the global tree are read-only', async () => {
    const caps = await ask('GET', '/xcap/xcap-caps/global/index');
    expect(caps.status).toBe(200);
    expect(text(caps)).toContain('<auid>resource-lists</auid>');
    expect((await put('/xcap/xcap-caps/global/index', text(caps), 'application/xcap-caps+xml')).status).toBe(
      403,
    );
    expect((await ask('GET', '/xcap/resource-lists/global/index')).status).toBe(404);
  });
});

describe('paths', () => {
  it.each([
    '/xcap/resource-lists/users/sip:alice@example.org/../sip:bob@example.org/index',
    '/xcap/resource-lists/users/sip:bob@example.org/..%2Fsip:alice@example.org/index',
    '/xcap/resource-lists/users/%2e%2e/global/index',
    '/xcap/resource-lists/users/sip:alice@example.org/%2e%2e',
    '/xcap/resource-lists/users/sip:alice@example.org/.',
    '/xcap/resource-lists/users/sip:alice@example.org/',
    '/xcap/resource-lists/users//index',
    '/xcap//users/sip:alice@example.org/index',
    '/xcap/resource-lists/users/sip:alice@example.org/a%00b',
    '/xcap/resource-lists/users/sip:alice@example.org/a%0d%0ab',
    '/xcap/resource-lists/users/sip:alice@example.org/a%5cb',
    '/xcap/resource-lists/users/sip:alice@example.org/%E0%A4%A',
    '/xcap/resource-lists/users/sip:alice@example.org/..;/index',
    '/xcap/resource-lists/users/sip:alice@example.org%2f..%2f/index',
    '/xcap/resource-lists/users/sip:alice%00@example.org/index',
    '/xcap/resource-lists/users/alice/index',
    '/xcap/resource-lists/Users/sip:alice@example.org/index',
    '/xcap/resource-lists/users/sip:alice@example.org',
    '/xcap/__proto__/users/sip:alice@example.org/index',
    '/xcap/constructor/users/sip:alice@example.org/index',
    '/xcap/xcap-caps/users/sip:alice@example.org/index',
    '/xcap/../xcap/resource-lists/users/sip:alice@example.org/index',
    '/xcap/resource-lists/users/sip:alice@example.org/a/b/c/d/e/f',
    '/other/resource-lists/users/sip:alice@example.org/index',
    `/xcap/resource-lists/users/sip:alice@example.org/${'x'.repeat(5000)}`,
  ])('never leave the tree: %s', async (target) => {
    await put(LISTS, DOCUMENT);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await ask(method, target, { body: DOCUMENT, type: LIST_TYPE });
      // `..;` is a strange but plain name inside the own tree.
      if (target.includes('..;')) expect([200, 201, 404]).toContain(answer.status);
      else expect([400, 403, 404]).toContain(answer.status);
    }
    expect((await ask('GET', LISTS)).status).toBe(200);
    expect(documents.list('sip:bob@example.org')).toEqual([]);
  });
});

describe('nodes', () => {
  const EL = 'application/xcap-el+xml';
  const ATT = 'application/xcap-att+xml';
  const JOE = 'resource-lists/list[@name="friends"]/entry[@uri="sip:joe@example.org"]';
  beforeEach(() => put(LISTS, DOCUMENT));

  it('are read: element, attribute, namespaces', async () => {
    const entry = await ask('GET', node('resource-lists/list/entry[1]'));
    expect(entry).toMatchObject({ status: 200, headers: { 'content-type': EL } });
    expect(text(entry)).toContain('<display-name>Bill</display-name>');
    const uri = await ask('GET', node('resource-lists/list/entry[2]/@uri'));
    expect(uri).toMatchObject({ status: 200, body: 'sip:joe@example.org', headers: { 'content-type': ATT } });
    const namespaces = await ask('GET', node('resource-lists/list/namespace::*'));
    expect(text(namespaces)).toBe('<list xmlns="urn:ietf:params:xml:ns:resource-lists"/>');
    expect((await put(node('resource-lists/namespace::*'), '')).status).toBe(405);
  });

  it('need exactly one match', async () => {
    expect((await ask('GET', node('resource-lists/list/entry'))).status).toBe(404);
    expect((await ask('GET', node('resource-lists/list/*[2]'))).status).toBe(200);
    expect((await ask('GET', node('resource-lists/list/entry[3]'))).status).toBe(404);
    expect((await ask('GET', node('resource-lists/list/entry[1]/@name'))).status).toBe(404);
  });

  it('take bound prefixes and refuse unbound ones', async () => {
    const target = `${LISTS}/~~/a:resource-lists/a:list`;
    expect((await ask('GET', `${target}?xmlns(a=urn:ietf:params:xml:ns:resource-lists)`)).status).toBe(200);
    expect((await ask('GET', `${target}?xmlns(a=urn:x)`)).status).toBe(404);
    expect((await ask('GET', target)).status).toBe(400);
  });

  it('are created behind the last of their kind, replaced in place, and keep the comments', async () => {
    const added = '<entry uri="sip:a/b@example.org"/>';
    const created = await put(
      node('resource-lists/list/entry[@uri="sip:a/b@example.org"]').replace('%2Fb', '/b'),
      added,
      EL,
    );
    expect(created.status).toBe(201);
    const replaced = await put(
      node(JOE),
      '<entry uri="sip:joe@example.org"><display-name>Jo</display-name></entry>',
      EL,
    );
    expect(replaced.status).toBe(200);
    const whole = text(await ask('GET', LISTS));
    expect(whole).toContain('<!-- kept -->');
    expect(whole.match(/uri="[^"]*"/g)).toEqual([
      'uri="sip:bill@example.org"',
      'uri="sip:joe@example.org"',
      'uri="sip:a/b@example.org"',
    ]);
    expect(etag(await ask('GET', LISTS))).toBe(etag(replaced));
  });

  it('are inserted at a position, moving the others', async () => {
    const first = node('resource-lists/list/entry[1][@uri="sip:new@example.org"]');
    expect((await put(first, '<entry uri="sip:new@example.org"/>', EL)).status).toBe(201);
    expect((await ask('GET', node('resource-lists/list/entry[2]/@uri'))).body).toBe('sip:bill@example.org');
    const far = node('resource-lists/list/entry[9][@uri="sip:far@example.org"]');
    expect(text(await put(far, '<entry uri="sip:far@example.org"/>', EL))).toContain('<cannot-insert');
  });

  it.each([
    ['no parent', 'resource-lists/list[@name="none"]/entry', '<entry uri="sip:x@y"/>', 'no-parent'],
    ['a selector that would not find it', JOE, '<entry uri="sip:other@example.org"/>', 'cannot-insert'],
    ['two elements', JOE, '<entry uri="sip:joe@example.org"/><entry uri="sip:z@y"/>', 'not-xml-frag'],
    ['text', JOE, 'joe', 'not-xml-frag'],
    ['a way out of the wrapper', JOE, '</w><w>', 'not-xml-frag'],
    [
      'a duplicate',
      'resource-lists/list/entry[3]',
      '<entry uri="sip:joe@example.org"/>',
      'uniqueness-failure',
    ],
    ['the root', 'resource-lists', '<resource-lists xmlns="urn:x"/>', 'no-parent'],
  ])('refuse %s with 409', async (_name, selector, body, error) => {
    const before = text(await ask('GET', LISTS));
    const answer = await put(node(selector), body, EL);
    expect(answer.status).toBe(409);
    expect(text(answer)).toContain(`<${error}`);
    expect(text(await ask('GET', LISTS))).toBe(before);
  });

  it('write, create and delete attributes', async () => {
    const name = node('resource-lists/list/@name');
    expect((await put(name, 'Bill &amp; &#x42;en', ATT)).status).toBe(200);
    expect((await ask('GET', name)).body).toBe('Bill &amp; Ben');
    expect((await put(name, 'a<b', ATT)).status).toBe(409);
    expect((await put(node('resource-lists/list/@added'), 'x', ATT)).status).toBe(201);
    expect((await put(node(`${JOE}/@uri`), 'sip:other@example.org', ATT)).status).toBe(409);
    expect((await ask('DELETE', name)).status).toBe(200);
    expect((await ask('GET', name)).status).toBe(404);
    expect((await put(name, 'x', EL)).status).toBe(415);
  });

  it('are deleted only when that is idempotent', async () => {
    expect(text(await ask('DELETE', node('resource-lists/list/entry[1]')))).toContain('<cannot-delete');
    expect((await ask('DELETE', node(JOE))).status).toBe(200);
    expect((await ask('DELETE', node(JOE))).status).toBe(404);
    expect((await ask('DELETE', node('resource-lists/list/entry[1]'))).status).toBe(200);
  });
});
