/** The documents inside SIP bodies: every decoder gives a value or a refusal. */
import { SHOWN_LEVELS } from '../../src/protocol/access-levels.ts';
import { accessPolicyOf, encodeAccessPolicy, levelOf } from '../../src/protocol/access-policy.ts';
import { calendarDocument } from '../../src/protocol/calendar-document.ts';
import { parseCpim } from '../../src/protocol/cpim.ts';
import { decodeConferenceInfo, encodeConferenceInfo } from '../../src/protocol/conference-info.ts';
import { decodeCustomStates, encodeCustomStates } from '../../src/protocol/custom-states.ts';
import type { Decoded } from '../../src/protocol/decoded.ts';
import { decodeDialogInfo, encodeDialogInfo } from '../../src/protocol/dialog-info.ts';
import { foldAvailability } from '../../src/protocol/fold-availability.ts';
import { decodeImdn, encodeImdn } from '../../src/protocol/imdn.ts';
import { decodeIsComposing, encodeIsComposing } from '../../src/protocol/is-composing.ts';
import { decodeMessageSummary } from '../../src/protocol/message-summary.ts';
import type { OwnState } from '../../src/protocol/own-activities.ts';
import { decodePidf, encodePidf } from '../../src/protocol/pidf.ts';
import { decodePresRules } from '../../src/protocol/pres-rules.ts';
import { hardStateDocument, publishedDocument } from '../../src/protocol/published-document.ts';
import { decodeRecipientList, encodeRecipientList } from '../../src/protocol/recipient-list.ts';
import { decodeResourceLists, encodeResourceLists } from '../../src/protocol/resource-lists.ts';
import { decodeListNotification, decodeRlmi, encodeRlmi } from '../../src/protocol/rlmi.ts';
import { readVCards } from '../../src/protocol/vcard.ts';
import { writeVCards } from '../../src/protocol/vcard-writer.ts';
import { decodeWatcherinfo, encodeWatcherinfo } from '../../src/protocol/watcherinfo.ts';
import { decodeXcapCaps, encodeXcapCaps } from '../../src/protocol/xcap-caps.ts';
import { decodeXcapDiff } from '../../src/protocol/xcap-diff.ts';
import { parseXcapPath } from '../../src/protocol/xcap-uri.ts';
import { folder, jsonLines, TYPICAL } from './corpus.ts';
import { demand, type Target } from './target.ts';

const XML = folder('xml/instances');
const ATTACKS = folder('xml/attacks').map(({ text }) => text);
const XML_WORDS = [
  ...'<!DOCTYPE a>|<!ENTITY x "y">|&x;|&#0;|&#x110000;|<![CDATA[|]]>|<!--|-->|<?x|?>|</|/>|xmlns:a="b"|xmlns=""|<a:b/>|xml:lang="en"|sip:|<tuple id="x">|</presence>'.split(
    '|',
  ),
  '<a>'.repeat(80),
  '<a b="c">'.repeat(2000),
  '\t'.repeat(2000),
];

/** Instances of a document type by its root element; the attacks join every one. */
function xmlTarget(
  name: string,
  root: RegExp,
  decode: (text: string) => Decoded<unknown>,
  encode?: (value: never) => string,
): Target {
  const seeds = XML.filter((one) => root.test(one.name)).map(({ text }) => text);
  return {
    name,
    seeds: [...seeds, ...seeds, ...seeds, ...ATTACKS],
    words: XML_WORDS,
    run: (text) => {
      const read = decode(text);
      if (!read.ok || !encode) return undefined;
      return () => demand(decode(encode(read.value as never)).ok, 'what was taken is refused when written');
    },
  };
}

function textTarget(
  name: string,
  seeds: readonly string[],
  words: readonly string[],
  run: (text: string) => unknown,
): Target {
  return { name, seeds, words, run: (text) => void run(text) };
}

const LIST_TYPE = 'multipart/related;type="application/rlmi+xml";start="<n@x>";boundary="b"';
const LIST_BODY = `--b\r\nContent-ID: <n@x>\r\nContent-Type: application/rlmi+xml;charset="UTF-8"\r\n\r\n<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:l@x" version="1" fullState="true"><resource uri="sip:bob@x"><instance id="1" state="active" cid="b@x"/></resource></list>\r\n\r\n--b\r\nContent-ID: <b@x>\r\nContent-Type: application/pidf+xml\r\n\r\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob@x"><tuple id="t"><status><basic>open</basic></status></tuple></presence>\r\n--b--\r\n`;
const CPIM_SEEDS = [
  ...Object.values(TYPICAL).flatMap((text) =>
    text.includes('message/cpim') ? text.slice(text.indexOf('\r\n\r\n') + 4) : [],
  ),
  ...jsonLines<Record<string, unknown>>('cpim/malformed.jsonl').flatMap(({ data }) =>
    typeof data === 'string' ? data : [],
  ),
];

const CARD = (...lines: string[]): string => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
const CARDS = [
  CARD(
    ...['VERSION:4.0', 'FN:Ann\\, Bo', 'ORG:a;b', 'TEL;VALUE=uri;TYPE="cell,voice":tel:+49-30;ext=1'],
    ...['IMPP:sip:ann@x', 'PHOTO:data:image/png;base64,AAAA', 'CATEGORIES:a,b\\,c', 'NOTE:fol', ' ded'],
  ),
  CARD(
    ...[
      'VERSION:2.1',
      'N;CHARSET=windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller;J',
      'AGENT:',
      'BEGIN:VCARD',
    ],
    ...['FN:x', 'END:VCARD', 'NOTE;QUOTED-PRINTABLE:one=0D=0A=', 'two', 'PHOTO;BASE64;JPEG:AAAA', ' BB'],
  ),
  CARD('VERSION:4.0', 'KIND:group', 'FN:Team', 'MEMBER:urn:uuid:1', 'MEMBER:sip:a@x', 'MEMBER:mailto:b@x'),
];

const NOW = Date.parse('2026-03-02T10:00:00Z');
const OWN: OwnState = {
  ...{ aor: 'sip:ann@x', instanceId: 'urn:uuid:a', now: NOW, manual: 'dnd', manualSince: NOW - 5 },
  ...{
    manualUntil: NOW + 5,
    lastInput: NOW,
    note: 'Note',
    noteSince: NOW,
    location: 'Home',
    locationSince: NOW,
  },
  ...{ custom: { id: 'court', band: 'dnd', text: 'In court' }, video: true, kiosk: true },
};
const HARD = hardStateDocument(OWN);
const MEETING = { from: NOW - 9, until: NOW + 9, kind: 'busy', subject: 'Budget' } as const;
/** What Parley itself says of people. */
const OUR_PIDF = [
  encodePidf(publishedDocument(OWN, true)),
  encodePidf(publishedDocument(OWN, false)),
  calendarDocument('sip:ann@x', [MEETING], { until: NOW + 9, text: 'Away' }, NOW) ?? '',
  HARD ? encodePidf(HARD) : '',
];
const OUR_RULES = encodeAccessPolicy(
  {
    ...{ people: { 'sip:a@x': 'team', 'sip:b@y': 'blocked' }, delegates: ['sip:d@x'], ownDomain: 'x' },
    ...{ groups: [{ id: 'g', level: 'personal', members: ['sip:c@y'] }], domains: { y: 'company' } },
    ...{ colleagues: 'company', others: 'ask' },
  },
  true,
);
const OUR_STATES = encodeCustomStates([
  { id: 'court', band: 'busy', words: { '': 'In court', de: 'Vor Gericht' } },
]);

/** The same with seeds of our own. */
function ours(target: Target, ...seeds: readonly string[]): Target {
  return { ...target, seeds: [...target.seeds, ...seeds, ...seeds] };
}

export const DOCUMENT_TARGETS: readonly Target[] = [
  {
    name: 'vcard',
    seeds: [...CARDS, CARDS.join('')],
    words: [
      ...'BEGIN:VCARD|END:VCARD|FN:|\r\n |=\r\n|=C3|;;|\\n|\\|"|TYPE=|ENCODING=b:'.split('|'),
      '"'.repeat(500),
    ],
    run(text) {
      const read = readVCards(text);
      return () => {
        for (const card of read?.cards ?? []) {
          const again = readVCards(writeVCards([card]));
          demand(again?.cards.length === 1, 'a card that was taken is refused when written');
          demand(JSON.stringify(again?.cards[0]) === JSON.stringify(card), 'a card comes back as another');
        }
      };
    },
  },
  ours(xmlTarget('pidf', /presence/, decodePidf, encodePidf), ...OUR_PIDF),
  {
    ...ours(xmlTarget('presence state', /presence/, decodePidf), ...OUR_PIDF),
    run(text) {
      const read = decodePidf(text);
      if (!read.ok) return undefined;
      return () => {
        for (const level of SHOWN_LEVELS) {
          const { since, until, note = '' } = foldAvailability([read.value], NOW, { level });
          demand(since === undefined || since <= NOW, 'a state that begins later');
          demand(until === undefined || Number.isFinite(until), 'an end that is no time');
          demand(note.length <= 500, 'a note without end');
        }
      };
    },
  },
  {
    ...ours(xmlTarget('access levels', /ruleset|rules/, decodePresRules), OUR_RULES),
    run(text) {
      const read = decodePresRules(text);
      if (!read.ok) return undefined;
      return () => {
        const policy = accessPolicyOf(read.value, 'x', NOW);
        const written = decodePresRules(encodeAccessPolicy(policy, true));
        demand(written.ok, 'rules that were taken are refused when written');
        if (!written.ok) return;
        const context = { now: NOW, ownDomain: 'x' };
        for (const who of ['sip:a@x', 'sip:b@y', 'sip:c@y', 'sip:d@x', 'sip:e@z']) {
          const [before, after] = [read.value, written.value].map((rules) => levelOf(rules, who, context));
          // A person another client asks about becomes Public: the least that can be written.
          demand(before === after || before === 'ask', `a level becomes another: ${before} to ${after}`);
        }
      };
    },
  },
  ours(xmlTarget('custom states', /no-instance/, decodeCustomStates, encodeCustomStates), OUR_STATES),
  ours(
    xmlTarget('xcap-caps', /no-instance/, decodeXcapCaps, encodeXcapCaps),
    encodeXcapCaps({ auids: ['a'], extensions: ['b'], namespaces: ['c'] }),
  ),
  xmlTarget('resource-lists', /resource-lists/, decodeResourceLists, encodeResourceLists),
  xmlTarget('recipient list', /resource-lists/, decodeRecipientList, encodeRecipientList),
  xmlTarget('conference-info', /rfc4575.*conference-info/, decodeConferenceInfo, encodeConferenceInfo),
  xmlTarget('pres-rules', /ruleset|rules/, decodePresRules),
  xmlTarget('rlmi', /-list\.xml/, decodeRlmi, encodeRlmi),
  xmlTarget('dialog-info', /dialog-info/, decodeDialogInfo, encodeDialogInfo),
  xmlTarget('watcherinfo', /watcherinfo/, decodeWatcherinfo, encodeWatcherinfo),
  xmlTarget('xcap-diff', /xcap-diff/, decodeXcapDiff),
  xmlTarget('is-composing', /isComposing/, decodeIsComposing, encodeIsComposing),
  xmlTarget('imdn', /imdn/, decodeImdn, encodeImdn),
  textTarget('list', [LIST_BODY], ['--b', '\r\n\r\n', 'Content-Type: ', '--b\r\n\r\n'.repeat(300)], (text) =>
    decodeListNotification(LIST_TYPE, text),
  ),
  textTarget(
    'cpim',
    CPIM_SEEDS,
    ['NS: a <b>', '\r\n\r\n', 'From: ', 'imdn.', '\\u', ' '.repeat(2000)],
    parseCpim,
  ),
  textTarget(
    'message-summary',
    ['Messages-Waiting: yes\r\nMessage-Account: sip:alice@x\r\nVoice-Message: 2/8 (0/2)\r\n'],
    ['Fax-Message: ', '99999999999', '/', '()', '\r\n'],
    decodeMessageSummary,
  ),
  textTarget(
    'xcap-path',
    [
      '/resource-lists/users/sip:bob@x/index/~~/resource-lists/list%5b1%5d/entry%5b@uri=%22sip:a@x%22%5d/@uri?xmlns(a=urn:b)',
      '/pres-rules/global/index',
    ],
    ['..', '%2e%2e', '%00', '~~', '%5b', '%22', "'", '*', '/namespace::*', '/a'.repeat(200)],
    parseXcapPath,
  ),
];
