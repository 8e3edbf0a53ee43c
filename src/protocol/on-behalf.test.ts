/**
 *   Ben (Maya's delegate)      server                         Carl
 *     | INVITE, P-Preferred-      | P-Asserted-Identity: Maya    |
 *     |   Identity: Maya -------> | Referred-By: Ben -----------> |
 */
import { expect, test } from 'vitest';
import { answererOf, behalfOf } from './on-behalf.ts';

const [BEN, MAYA] = ['sip:ben@x.test', 'sip:maya@x.test'] as const;
const asserted = (value: string) => ({ name: 'P-Asserted-Identity', value });
const referred = (value: string) => ({ name: 'Referred-By', value });
const BY_BEN = referred('"Ben Farrow" <sip:ben@x.test>');

test('CD1 the server names the manager as whose call it is, and the delegate as who speaks', () => {
  expect(behalfOf([asserted('"Maya Chen" <sip:maya@x.test>'), BY_BEN], BEN)).toEqual({
    ...{ aor: MAYA, name: 'Maya Chen' },
  });
});

test.each([
  ['a call in one’s own name', [asserted('<sip:ben@x.test>')]],
  ['nothing said', []],
  ['Referred-By alone: a transferred call', [referred('<sip:maya@x.test>')]],
  ['Referred-By names somebody else', [asserted('<sip:maya@x.test>'), referred('<sip:eve@x.test>')]],
  ['nobody is named as who speaks', [asserted('<sip:maya@x.test>')]],
  ['two identities', [asserted('<sip:maya@x.test>'), asserted('<tel:+441>'), BY_BEN]],
  ['somebody of another organisation', [asserted('<sip:maya@y.test>'), BY_BEN]],
  ['a number', [asserted('<tel:+441134960100>'), BY_BEN]],
  ['what cannot be read', [asserted('Maya <<'), BY_BEN]],
  ['somebody who wants no name', [asserted('<sip:anonymous@anonymous.invalid>'), BY_BEN]],
])('CD1 nobody is said to act for a manager: %s', (_, headers) => {
  expect(behalfOf(headers, BEN)).toBeNull();
});

test.each([
  ['a delegate', [asserted('"Ben" <sip:ben@x.test>')], { aor: BEN, name: 'Ben' }],
  ['they themselves', [asserted('<sip:maya@x.test>')], null],
  ['an exchange that names the line by its own host', [asserted('<sip:100@192.0.2.1>')], null],
  ['nobody says', [], null],
])('CD2 who has answered: %s', (_, headers, answerer) => {
  expect(answererOf(headers, MAYA)).toEqual(answerer);
});
