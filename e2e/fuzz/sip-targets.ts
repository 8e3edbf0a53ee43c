/** SIP as the fuzzer sees it: what must hold for every input, taken or refused. */
import { parseMessage } from '../../src/protocol/sip-parser.ts';
import { makeResponse, writeMessage, writeOctets } from '../../src/protocol/sip-writer.ts';
import {
  answerChallenge,
  challengesOf,
  chooseChallenges,
  parseAuthenticationInfo,
  parseCredentials,
} from '../../src/protocol/digest.ts';
import { hasControl } from '../../src/protocol/sip-chars.ts';
import {
  formatNameAddr,
  formatVia,
  parseNameAddr,
  parseVia,
  splitList,
} from '../../src/protocol/sip-header.ts';
import { popVia } from '../../src/protocol/sip-edit.ts';
import type { SipMessage } from '../../src/protocol/sip-message.ts';
import { aorOf, formatUri, parseUri, sameUri } from '../../src/protocol/sip-uri.ts';
import * as values from '../../src/protocol/sip-values.ts';
import { offersVideo, readSdp } from '../../src/protocol/sdp.ts';
import { folder, jsonLines, TYPICAL } from './corpus.ts';
import { demand, type Target } from './target.ts';

interface Example {
  readonly head: string;
}

const HEADS = jsonLines<Example>('sip/rfc-examples.jsonl').map(({ head }) => `${head}\r\n\r\n`);
const MESSAGES = [
  ...Object.values(TYPICAL),
  ...Object.values(TYPICAL),
  ...folder('sip/rfc4475').map(({ text }) => text),
  ...folder('sip/rfc5118').map(({ text }) => text),
  ...HEADS.map((head) => head.replace(/\r\nContent-Length *:.*/i, '')),
];
const WORDS = [
  ...'\r\nFrom: <sip:ceo@example.com>;tag=1|\r\nf: sip:x@y|\r\nContent-Length: 3|\r\nl: 9999999999|\r\nCSeq: 4294967296 INVITE|\r\nVia: SIP/2.0/WS a;branch=z9hG4bK1'.split(
    '|',
  ),
  ...'SIP/2.0|SIP/3.0|sips:|tel:+1|urn:x|;tag=|;branch=z9hG4bK|;lr|;;|,,|<|>|"|\\"|\\|\r\n |\r\n\t|\r\n\r\n|%00|%0d%0a|%|[::1]|[:::|*|=|;=|;a=""|Digest '.split(
    '|',
  ),
  ';a'.repeat(400),
  ' '.repeat(3000),
  '\r\nVia: SIP/2.0/WS a'.repeat(80),
  '\r\nX: y'.repeat(260),
  'a, '.repeat(500),
  '%41'.repeat(300),
];

/** Whatever was taken can be written, reads the same again, and carries no control character upwards. */
function takenIsSound(message: SipMessage): void {
  for (const { name, value } of message.headers) demand(!hasControl(value), `control character in ${name}`);
  const octets = writeOctets(message);
  const again = parseMessage(octets);
  demand(again.ok, `what was taken is refused when written: ${again.ok ? '' : again.reason}`);
  if (!again.ok) return;
  const same = again.message;
  demand(same.callId === message.callId && same.cseq.seq === message.cseq.seq, 'Call-ID or CSeq changed');
  // Half a surrogate pair, which no socket delivers, leaves as U+FFFD.
  const body = message.body.toWellFormed();
  demand(same.body === body && same.vias.length === message.vias.length, 'body or Vias changed');
  demand(
    same.from.uri === message.from.uri && same.to.display === message.to.display.toWellFormed(),
    'addresses changed',
  );
  for (const via of message.vias) demand(parseVia(formatVia(via)) !== null, 'Via does not read back');
  if (message.kind === 'response') popVia(message);
  else answerIsSound(writeMessage(makeResponse(message, { status: 200, toTag: 'x' })));
}

function answerIsSound(text: string): void {
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  demand(
    head.split('\r\n').every((line) => !hasControl(line)),
    'control character in an answer',
  );
}

function frame(input: string | Uint8Array): () => void {
  const parsed = parseMessage(input);
  return () => {
    if (parsed.ok) return takenIsSound(parsed.message);
    if (!parsed.partial) return;
    answerIsSound(
      writeMessage(
        makeResponse(parsed.partial, { status: parsed.status, reason: parsed.reason, toTag: 'x' }),
      ),
    );
  };
}

function headerValues(text: string): void {
  const one = parseNameAddr(text);
  if (one) demand(parseNameAddr(formatNameAddr(one))?.uri === one.uri, 'address does not read back');
  splitList(text);
  values.parseEvent(text);
  values.parseSubscriptionState(text);
  values.parseReasons(text);
  values.parseRetryAfter(text);
  values.parseDate(text);
  values.parseMediaType(text);
  values.contactsOf({ headers: [{ name: 'Contact', value: text }] });
}

function uri(text: string): void {
  const parsed = parseUri(text);
  if (!parsed) return;
  demand(sameUri(parsed, formatUri(parsed)), 'URI is not itself when written');
  demand(!hasControl(formatUri(parsed)) && !formatUri(parsed).includes(' '), 'URI with a blank');
  aorOf(parsed);
}

function digest(text: string): void {
  const challenges = challengesOf({
    headers: [
      { name: 'WWW-Authenticate', value: text },
      { name: 'Proxy-Authenticate', value: text },
    ],
  });
  const input = {
    username: 'bob',
    ha1: 'x',
    method: 'REGISTER',
    uri: 'sip:a',
    body: '',
    cnonce: 'c',
    count: 1,
  };
  for (const challenge of chooseChallenges(challenges, () => true)) {
    const { value } = answerChallenge(challenge, input);
    demand(
      parseCredentials(value)?.realm === challenge.realm || challenge.nonce === '',
      'credentials do not read back',
    );
  }
  parseCredentials(text);
  parseAuthenticationInfo(text);
}

const ADDRESSES = HEADS.flatMap(
  (head) => head.match(/(?<=^(?:From|To|Contact|Route|Record-Route): ).*$/gim) ?? [],
);
const SIP_URIS = HEADS.flatMap((head) => head.match(/(?:sips?|tel|im|urn|mailto):[^\s<>",]+/g) ?? []);
const CHALLENGES = HEADS.flatMap(
  (head) =>
    head
      .replace(/\r\n[ \t]+/g, ' ')
      .match(/(?<=^(?:WWW-Authenticate|Proxy-Authenticate|Authorization|Proxy-Authorization): ).*$/gim) ?? [],
);

export const SIP_TARGETS: readonly Target[] = [
  {
    name: 'sip',
    seeds: MESSAGES,
    words: WORDS,
    // One in four as a binary frame, with octets that are no UTF-8.
    run: (text, random) => {
      if (random.below(4) > 0) return frame(text);
      const octets = new Uint8Array(Buffer.from(text, 'utf8'));
      if (octets.length > 0)
        for (let left = random.below(3); left > 0; left--)
          octets[random.below(octets.length)] = random.below(256);
      return frame(octets);
    },
  },
  { name: 'header', seeds: ADDRESSES, words: WORDS, run: (text) => void headerValues(text) },
  { name: 'uri', seeds: SIP_URIS, words: WORDS, run: (text) => void uri(text) },
  {
    name: 'digest',
    seeds: CHALLENGES,
    words: [
      'Digest ',
      'qop="auth"',
      'qop=auth-int',
      'algorithm=SHA-256',
      'MD5-sess',
      'realm="',
      'nonce=""',
      ', ,',
      'Basic x==',
    ],
    run: (text) => void digest(text),
  },
  {
    name: 'sdp',
    seeds: jsonLines<{ text: string }>('sdp/rfc-examples.jsonl').map(({ text }) => text),
    words: [
      'm=',
      'm=video 9 RTP/AVP 0\r\n',
      'a=mid:0\r\n',
      'a=inactive\r\n',
      'c=IN IP4 0.0.0.0',
      'v=0\r\n',
      'a=candidate:1 1 udp 1 ::1 9\r\n'.repeat(300),
    ],
    run: (text) => {
      const view = readSdp(text);
      return view ? () => void offersVideo(view) : undefined;
    },
  },
];
