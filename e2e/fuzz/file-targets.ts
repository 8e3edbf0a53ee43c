/** What carries files: MSRP, the session descriptions that offer them, and their names. */
import { cleanFileName } from '../../src/protocol/file-names.ts';
import { isFileSession, readFileSession, withFileSession } from '../../src/protocol/file-offer.ts';
import { readMsrp, writeMsrpRequest } from '../../src/protocol/msrp.ts';
import { encodeUtf8 } from '../../src/protocol/utf8.ts';
import { jsonLines } from './corpus.ts';
import { demand, type Target } from './target.ts';

const MESSAGES = ['msrp/malformed.jsonl', 'msrp/rfc-examples.jsonl'].flatMap((file) =>
  jsonLines<{ data?: string; text?: string }>(file).map(({ data, text }) => data ?? text ?? ''),
);
const BROWSER =
  'v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n';
const FILE = {
  ...{
    id: 'abc-def',
    name: 'a%22"b.pdf',
    type: 'application/pdf',
    size: 4092,
    hash: 'ab'.repeat(32),
    from: 2,
  },
  ...{ sends: true, icon: 'data:image/webp;base64,AAAA', stream: 0, path: 'msrps://a.invalid:2855/x;dc' },
};
const OFFERS = [
  withFileSession(BROWSER, FILE, true),
  withFileSession(BROWSER, { ...FILE, hash: null }, false),
];
const WORDS = [
  ...'MSRP |To-Path: |From-Path: |Message-ID: |Byte-Range: |1-5/5|1-*/*|-------|$\r\n|+\r\n|#\r\n|\r\n\r\n|Status: 000 |;dc'.split(
    '|',
  ),
  ...'a=dcmap:0 |a=dcsa:0 |subprotocol="msrp"|file-selector:|name:"|size:|hash:sha-256:|file-range:|m=application 9 '.split(
    '|',
  ),
  '-'.repeat(300),
  '\r'.repeat(3000),
  'AB:'.repeat(500),
];

export const FILE_TARGETS: readonly Target[] = [
  {
    name: 'msrp',
    seeds: MESSAGES,
    words: WORDS,
    run(text) {
      const reading = readMsrp(encodeUtf8(text));
      if (reading.is !== 'message') return undefined;
      const { message, next } = reading;
      return () => {
        demand(next > 0, 'a message without length');
        if (message.is !== 'request' || (message.method !== 'SEND' && message.method !== 'REPORT')) return;
        const { id, method, messageId, byteRange, toPath, fromPath, flag, body } = message;
        const draft = { id, method, messageId, byteRange, toPath, fromPath, flag } as const;
        const again = readMsrp(writeMsrpRequest({ ...draft, ...(body && { body }) }));
        demand(again.is === 'message', 'what was taken is refused when written');
      };
    },
  },
  {
    name: 'file-offer',
    seeds: OFFERS.flatMap((offer) => offer ?? []),
    words: WORDS,
    run(text) {
      isFileSession(text);
      const read = readFileSession(text);
      if (!read.ok) return undefined;
      return () => {
        const again = readFileSession(withFileSession(BROWSER, read.value, true) ?? '');
        demand(again.ok, 'a file that was taken is refused when written');
        demand(again.ok && again.value.name === read.value.name, 'a file comes back under another name');
      };
    },
  },
  {
    name: 'file-name',
    seeds: ['../../etc/passwd', 'C:\\a\\con.txt', 'photo\u202egpj.exe', 'Übersicht.docm', '.x'],
    words: ['/', '\\', '\u202e', '\u0000', 'nul.', '.', ' ', 'x'.repeat(300), '😀'.repeat(80)],
    run(text) {
      const name = cleanFileName(text);
      return () => demand(name !== '' && cleanFileName(name) === name, 'a name does not stay clean');
    },
  },
];
